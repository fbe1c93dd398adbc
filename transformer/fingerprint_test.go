package transformer

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/transformer/lines"
	"github.com/seamark-hq/seamark/transformer/scan"
)

// labelled is a severe message and the cause that it has, as a person sees it.
type labelled struct {
	Group   string `json:"group"`
	Message string `json:"message"`

	fingerprint string
}

func labelledSet(t testing.TB) []labelled {
	b, err := os.ReadFile("testdata/fingerprints.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	var out []labelled
	lines := bufio.NewScanner(bytes.NewReader(b))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var l labelled
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			t.Fatal(err)
		}
		out = append(out, l)
	}
	return out
}

// logOf is the row of one message, made by the parsers alone.
func logOf(t testing.TB, message string) seamark.Log {
	quoted, err := json.Marshal(message)
	if err != nil {
		t.Fatal(err)
	}
	var got captured
	o := newObject(New(nil, nil), fuzzPayload(1656575735341, quoted), &got)
	if err := o.Read(); err != nil {
		t.Fatal(err)
	}
	if len(got.logs) != 1 {
		t.Fatalf("%d rows of %q", len(got.logs), message)
	}
	return got.logs[0].row
}

// TestFingerprintQuality compares every two messages of a labelled set: precision is how
// many of those that share a fingerprint share the cause, recall how many of those that
// share the cause share a fingerprint.
func TestFingerprintQuality(t *testing.T) {
	const leastPrecision, leastRecall = 0.995, 0.985 // reached: 1, 0.99
	set := labelledSet(t)
	groups := map[string]bool{}
	for i := range set {
		l := &set[i]
		groups[l.Group] = true
		if l.fingerprint = logOf(t, l.Message).Fingerprint; !strings.HasPrefix(l.fingerprint, lines.FingerprintVersion) {
			t.Errorf("%s: fingerprint %q of %q", l.Group, l.fingerprint, l.Message)
		}
	}
	if len(set) < 200 || len(groups) < 60 {
		t.Fatalf("%d messages in %d groups", len(set), len(groups))
	}
	var both, sameCause, samePrint float64
	told := map[string]bool{}
	for i, a := range set {
		for _, b := range set[:i] {
			cause, print := a.Group == b.Group, a.fingerprint == b.fingerprint
			if cause {
				sameCause++
			}
			if print {
				samePrint++
			}
			if cause && print {
				both++
			} else if (cause || print) && !told[a.Group+" "+b.Group] {
				told[a.Group+" "+b.Group] = true
				t.Logf("same cause %v, same fingerprint %v:\n%s: %q\n%s: %q", cause, print, a.Group, a.Message, b.Group, b.Message)
			}
		}
	}
	precision, recall := both/samePrint, both/sameCause
	t.Logf("%d messages, %d causes: precision %.4f, recall %.4f", len(set), len(groups), precision, recall)
	if precision < leastPrecision || recall < leastRecall {
		t.Errorf("precision %.4f, want %.3f; recall %.4f, want %.3f", precision, leastPrecision, recall, leastRecall)
	}
}

// BenchmarkFingerprint is the cost per severe row, over the labelled set.
func BenchmarkFingerprint(b *testing.B) {
	var rowsOf []seamark.Log
	for _, l := range labelledSet(b) {
		rowsOf = append(rowsOf, logOf(b, l.Message))
	}
	r := &lines.Parser{Arena: new(scan.Arena)}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		if i%100 == 0 {
			r.Arena.Reset()
		}
		r.Fingerprint(&rowsOf[i%len(rowsOf)])
		i++
	}
}

// TestFingerprintNeverConstant: records of different failures do not share a fingerprint for
// want of a text or a frame that could be read.
func TestFingerprintNeverConstant(t *testing.T) {
	different := []string{
		`{"level":"error","msg":"no tariff","stacktrace":"main.price\n\t/app/price.go:12\nmain.main\n\t/app/main.go:40"}`,
		`{"level":"error","msg":"no tariff","stacktrace":"main.book\n\t/app/book.go:12\nmain.main\n\t/app/main.go:40"}`,
		`{"level":"error","error":"EOF","stack":[{"func":"read","line":"12","source":"a.go"}]}`,
		`{"level":"error","error":"EOF","stack":[{"func":"write","line":"12","source":"b.go"}]}`,
		`{"level":"error","msg":"no stock","error":"EOF","stacktrace":"what is this"}`,
		`{"level":"error","msg":"no route","error":"EOF","stacktrace":"what is this"}`,
		`{"level":"error","logger":"pricing","n":1}`,
		`{"level":"error","logger":"routing","n":1}`,
		`{"level":"error","orderId":1}`,
		`{"level":"error","customer":1,"route":2}`,
		`{"level":"error","message":"{\"code\":\"E_PORT\",\"port\":7}"}`,
		`{"level":"error","message":"{\"code\":\"E_TARIFF\",\"port\":7}"}`,
		`{"level":"error","message":"\"could not store\""}`,
		`{"level":"error","message":"\"could not load\""}`,
		`{"level":"error","err":{"type":"Error"},"msg":"no berth"}`,
		`{"level":"error","err":{"type":"Error"},"msg":"no crane"}`,
		"[ERROR] 12 34", "<ERROR> (56)",
	}
	seen := map[string]string{}
	for _, m := range different {
		f := logOf(t, m).Fingerprint
		if f == "" || seen[f] != "" {
			t.Errorf("%s: %q, as %s", m, f, seen[f])
		}
		seen[f] = m
	}
	for _, same := range [][2]string{
		{different[0], strings.ReplaceAll(strings.ReplaceAll(different[0], "12", "99"), "/app/", "/src/")},
		{different[6], `{"level":"error","logger":"pricing","n":2}`},
		{different[10], `{"level":"error","message":"{\"code\":\"E_PORT\",\"port\":8}"}`},
	} {
		if a, b := logOf(t, same[0]).Fingerprint, logOf(t, same[1]).Fingerprint; a != b {
			t.Errorf("%s and %s: %s and %s", same[0], same[1], a, b)
		}
	}
}
