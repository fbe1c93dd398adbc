package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// refusing is an AWS that answers everything with one error, in the protocol in which it was asked.
type refusing struct {
	*httptest.Server
	mu    sync.Mutex
	code  string
	asked int
}

func newRefusing(t *testing.T) *refusing {
	r := &refusing{}
	r.Server = httptest.NewServer(http.HandlerFunc(r.answer))
	t.Cleanup(r.Close)
	return r
}

func (r *refusing) answer(w http.ResponseWriter, q *http.Request) {
	r.mu.Lock()
	code := r.code
	r.asked++
	r.mu.Unlock()
	switch json := strings.HasPrefix(q.Header.Get("Content-Type"), "application/x-amz-json"); {
	case q.Header.Get("Smithy-Protocol") == "rpc-v2-cbor":
		w.Header().Set("Smithy-Protocol", "rpc-v2-cbor")
		w.Header().Set("Content-Type", "application/cbor")
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprintf(w, "\xa1\x66__type\x78%c%s", len(code), code) // a map of one text to another
	case json || strings.HasPrefix(q.URL.Path, "/20"): // Lambda's paths begin with the version of its API
		w.Header().Set("X-Amzn-Errortype", code)
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprintf(w, `{"__type":%q,"message":"refused"}`, code)
	default:
		w.Header().Set("Content-Type", "text/xml")
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprintf(w, `<ErrorResponse><Error><Code>%s</Code><Message>refused</Message></Error><Code>%s</Code><Message>refused</Message></ErrorResponse>`, code, code)
	}
}

// TestRefusedByAWS: what an operator types with credentials that are none, that have run out, or that may
// nothing, fails with a line that says so and what helps; and nothing is written, here or there.
func TestRefusedByAWS(t *testing.T) {
	aws := newRefusing(t)
	for name, value := range map[string]string{"AWS_ENDPOINT_URL": aws.URL, "AWS_REGION": "eu-central-1", "AWS_MAX_ATTEMPTS": "1", "AWS_PROFILE": "", "AWS_SESSION_TOKEN": "",
		"AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull, "AWS_EC2_METADATA_DISABLED": "true"} {
		t.Setenv(name, value)
	}
	settings := onboardSettings + "lake: lake\nreceivers: [{name: all, folder: {path: cards}}]\n"
	verbs := map[string][]string{
		"dlq list":            {"dlq", "list"},
		"dlq redrive":         {"dlq", "redrive", "transform", "--yes"},
		"doctor --hub":        {"doctor", "--hub"},
		"verify --cloudwatch": {"verify", "--cloudwatch", "--lake", "lake"},
		"onboard plan":        {"onboard", "plan"},
		"onboard apply":       {"onboard", "apply", "--yes"},
		"probe":               {"probe", "--account", "111122223333", "--out", "answers.json"},
	}
	for _, c := range []struct {
		name, key, code string
		says            []string // one of them
	}{
		{"no credentials", "", "AccessDenied", []string{"no AWS credentials"}},
		{"an expired token", "AKIAIOSFODNN7EXAMPLE", "ExpiredTokenException", []string{"have run out: sign in anew", "AWS refuses the credentials in use"}},
		{"may nothing", "AKIAIOSFODNN7EXAMPLE", "AccessDenied", []string{"may not", "cannot be assumed", "AWS refuses the credentials in use"}},
	} {
		for verb, args := range verbs {
			t.Run(c.name+"/"+verb, func(t *testing.T) {
				aws.mu.Lock()
				aws.code = c.code
				aws.mu.Unlock()
				t.Setenv("AWS_ACCESS_KEY_ID", c.key)
				t.Setenv("AWS_SECRET_ACCESS_KEY", c.key)
				folder := t.TempDir()
				t.Chdir(folder)
				must(t, os.WriteFile("seamark.yml", []byte(settings), 0o600))
				must(t, os.MkdirAll("lake/landing", 0o700))
				before := listing(t, folder)
				var out, errOut bytes.Buffer
				code := run(t.Context(), args, strings.NewReader(""), &out, &errOut)
				said := out.String() + errOut.String()
				if code != exitFailed || !slices.ContainsFunc(c.says, func(s string) bool { return strings.Contains(said, s) }) {
					t.Errorf("exit %d, want %d and one of %q:\n%s", code, exitFailed, c.says, said)
				}
				if lines := strings.Count(said, "\n"); lines > 25 {
					t.Errorf("%d lines for one fault:\n%s", lines, said)
				}
				if after := listing(t, folder); after != before {
					t.Errorf("it has written: %s", after)
				}
			})
		}
	}
}

// listing are all files below a folder.
func listing(t *testing.T, folder string) string {
	t.Helper()
	var all []string
	must(t, filepath.WalkDir(folder, func(name string, e fs.DirEntry, err error) error {
		all = append(all, strings.TrimPrefix(name, folder))
		return err
	}))
	return strings.Join(all, " ")
}
