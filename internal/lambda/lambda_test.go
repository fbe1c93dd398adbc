package lambda_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/internal/lambda"
)

// work says what it was asked, and fails where a body says so.
type work struct {
	said     []string
	deadline time.Time
	short    bool // answers for fewer bodies than it got
}

func (w *work) Schedule(ctx context.Context) error {
	w.deadline, _ = ctx.Deadline()
	w.said = append(w.said, "schedule")
	return nil
}

func (w *work) Batch(_ context.Context, bodies [][]byte) []error {
	errs := make([]error, len(bodies))
	for i, b := range bodies {
		w.said = append(w.said, "body "+string(b))
		switch {
		case bytes.Contains(b, []byte("poison")):
			errs[i] = errors.New("poison")
		case bytes.Contains(b, []byte("panic")):
			panic("as told")
		}
	}
	if w.short {
		return nil
	}
	return errs
}

func (w *work) Invoke(_ context.Context, payload []byte) (any, error) {
	w.said = append(w.said, "invoke "+string(payload))
	if bytes.Contains(payload, []byte("poison")) {
		return nil, errors.New("poison")
	}
	return map[string]int{"places": 3}, nil
}

func sqs(bodies ...string) string {
	var records []string
	for i, b := range bodies {
		quoted, _ := json.Marshal(b)
		records = append(records, fmt.Sprintf(`{"messageId":"m%d","eventSource":"aws:sqs","body":%s}`, i, quoted))
	}
	return `{"Records":[` + strings.Join(records, ",") + `]}`
}

func TestShapes(t *testing.T) {
	bridge := `{"version":"0","detail-type":"Tag Change on Resource","source":"aws.tag","detail":{}}`
	for _, c := range []struct {
		name, in, answer, err string
		said                  []string
	}{
		{"rule", `{"source":"aws.events","detail-type":"Scheduled Event","detail":{}}`, "null", "", []string{"schedule"}},
		{"scheduler", `{"source":"aws.scheduler","detail-type":"Scheduled Event","detail":"{}"}`, "null", "", []string{"schedule"}},
		{"event", bridge, "null", "", []string{"body " + bridge}},
		{"event that fails", strings.Replace(bridge, "{}", `"poison"`, 1), "", "poison", []string{"body " + strings.Replace(bridge, "{}", `"poison"`, 1)}},
		{"queue", sqs("a", "b"), `{"batchItemFailures":null}`, "", []string{"body a", "body b"}},
		{"poison", sqs("a", "poison", "c"), `{"batchItemFailures":[{"itemIdentifier":"m1"}]}`, "", []string{"body a", "body poison", "body c"}},
		{"panic", sqs("a", "panic"), `{"batchItemFailures":[{"itemIdentifier":"m0"},{"itemIdentifier":"m1"}]}`, "", []string{"body a", "body panic"}},
		{"topic", `{"Records":[{"EventSource":"aws:sns","Sns":{"Message":"m"}}]}`, "null", "", []string{"body m"}},
		{"topic that fails", `{"Records":[{"EventSource":"aws:sns","Sns":{"Message":"poison"}}]}`, "", "poison", []string{"body poison"}},
		{"direct", `{"places":[]}`, `{"places":3}`, "", []string{`invoke {"places":[]}`}},
		{"direct that fails", `"poison"`, "", "poison", []string{`invoke "poison"`}},
		{"bad queue", `{"Records":[{"eventSource":"aws:sqs","body":7}]}`, "", "SQS event", nil},
		{"bad topic", `{"Records":[{"EventSource":"aws:sns","Sns":7}]}`, "", "SNS event", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, log := &work{}, &bytes.Buffer{}
			answer, err := lambda.NewHandler(w, lambda.NewLog(log)).Invoke(t.Context(), []byte(c.in))
			if string(answer) != c.answer || (err != nil) != (c.err != "") || err != nil && !strings.Contains(err.Error(), c.err) {
				t.Errorf("answer %s, error %v; want %s, %q", answer, err, c.answer, c.err)
			}
			if diff := cmp.Diff(w.said, c.said); diff != "" {
				t.Errorf("(-got +want):\n%s", diff)
			}
			for line := range strings.Lines(log.String()) {
				var o map[string]any
				if err := json.Unmarshal([]byte(line), &o); err != nil || o["eventName"] == nil || o["message"] == nil || o["timestamp"] == nil {
					t.Errorf("no log line: %s", line)
				}
			}
		})
	}
}

// A body that got no answer is not done.
func TestMissingAnswers(t *testing.T) {
	answer, err := lambda.NewHandler(&work{short: true}, slog.New(slog.DiscardHandler)).Invoke(t.Context(), []byte(sqs("a", "b")))
	if want := `{"batchItemFailures":[{"itemIdentifier":"m0"},{"itemIdentifier":"m1"}]}`; string(answer) != want || err != nil {
		t.Errorf("%s, %v; want %s", answer, err, want)
	}
}

func TestTimeIsKeptBack(t *testing.T) {
	deadline := time.Now().Add(time.Minute)
	ctx, cancel := context.WithDeadline(t.Context(), deadline)
	defer cancel()
	w := &work{}
	if _, err := lambda.NewHandler(w, slog.New(slog.DiscardHandler)).Invoke(ctx, []byte(`{"source":"aws.events","detail-type":"Scheduled Event"}`)); err != nil {
		t.Fatal(err)
	}
	if got, want := deadline.Sub(w.deadline), lambda.Reserve; got != want {
		t.Errorf("%v kept back, want %v", got, want)
	}
}

func TestConfig(t *testing.T) {
	dir := t.TempDir()
	beside, named := filepath.Join(dir, "seamark.yml"), filepath.Join(dir, "other.yml")
	for path, text := range map[string]string{beside: "a: 1\n", named: "b: 2\n"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("LAMBDA_TASK_ROOT", dir)
	fetch := func(_ context.Context, url string) ([]byte, error) { return []byte("at: " + url + "\n"), nil }
	log := &bytes.Buffer{}
	t.Setenv("SEAMARK_CONFIG", "")
	t.Setenv("SEAMARK_CONFIG_FILE", "")
	for _, c := range []struct{ text, file, name, want string }{
		{"", "", beside, "a: 1\n"}, {"", named, named, "b: 2\n"}, {"c: 3", named, "SEAMARK_CONFIG", "c: 3"},
		{"", "s3://hub/config/seamark.yml", "s3://hub/config/seamark.yml", "at: s3://hub/config/seamark.yml\n"},
	} {
		t.Setenv("SEAMARK_CONFIG", c.text)
		t.Setenv("SEAMARK_CONFIG_FILE", c.file)
		name, got, err := lambda.Config(t.Context(), fetch, lambda.NewLog(log))
		if name != c.name || string(got) != c.want || err != nil {
			t.Errorf("%+v: %s, %q, %v", c, name, got, err)
		}
	}
	t.Setenv("SEAMARK_CONFIG", "")
	sum := sha256.Sum256([]byte("b: 2\n"))
	for hash, warned := range map[string]bool{"": false, hex.EncodeToString(sum[:]): false, strings.Repeat("0", 64): true} {
		t.Setenv("SEAMARK_CONFIG_FILE", named)
		t.Setenv("SEAMARK_CONFIG_HASH", hash)
		log.Reset()
		if _, _, err := lambda.Config(t.Context(), fetch, lambda.NewLog(log)); err != nil || strings.Contains(log.String(), `"WARN"`) != warned {
			t.Errorf("%q: %v, log %s", hash, err, log)
		}
	}
	t.Setenv("SEAMARK_CONFIG_FILE", filepath.Join(dir, "nowhere.yml"))
	if _, _, err := lambda.Config(t.Context(), fetch, lambda.NewLog(log)); err == nil || !strings.Contains(err.Error(), "nowhere.yml") || seamark.ClassOf(err) != seamark.Rejected {
		t.Errorf("got %v", err)
	}
}

func TestLogLevel(t *testing.T) {
	for level, want := range map[string]string{"": "IWE", "DEBUG": "DIWE", "TRACE": "DIWE", "WARN": "WE", "ERROR": "E", "FATAL": "E", "loud": "IWE"} {
		t.Setenv("AWS_LAMBDA_LOG_LEVEL", level)
		var b bytes.Buffer
		log := lambda.NewLog(&b)
		log.Debug("D")
		log.Info("I")
		log.Warn("W")
		log.Error("E")
		got := ""
		for line := range strings.Lines(b.String()) {
			var o struct{ EventName string }
			if err := json.Unmarshal([]byte(line), &o); err != nil {
				t.Fatal(err)
			}
			got += o.EventName
		}
		if got != want {
			t.Errorf("%q: %s, want %s", level, got, want)
		}
	}
}

// Whatever the payload, there is an answer or an error.
func FuzzHandler(f *testing.F) {
	f.Add([]byte(sqs("a", "poison", "panic")))
	f.Add([]byte(`{"Records":[{"EventSource":"aws:sns","Sns":{"Message":"m"}}]}`))
	f.Add([]byte(`{"source":"aws.events","detail-type":"Scheduled Event"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		answer, err := lambda.NewHandler(&work{}, slog.New(slog.DiscardHandler)).Invoke(t.Context(), b)
		if err == nil && !json.Valid(answer) {
			t.Fatalf("answer %q", answer)
		}
	})
}
