package aws_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// fake answers as AWS's services do for an empty account.
type fake struct {
	url string

	mu    sync.Mutex
	calls []call
	meet  func(w http.ResponseWriter, c call) bool // may answer in place of the services; nil: never
}

// call is a request as the services see it.
type call struct {
	operation string // "DescribeLogGroups", "GET /restapis"
	protocol  string // "json", "rest", "cbor", "query"
	body      string
	signed    string // "eu-central-1/logs"
	nth       int    // of this operation, from 1
}

func newFake(t *testing.T) *fake {
	t.Helper()
	f := &fake{}
	s := httptest.NewServer(f)
	t.Cleanup(s.Close)
	f.url = s.URL
	environment(t, f.url, hub)
	return f
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := read(r)
	f.mu.Lock()
	for _, earlier := range f.calls {
		if earlier.operation == c.operation {
			c.nth++
		}
	}
	c.nth++
	f.calls = append(f.calls, c)
	meet := f.meet
	f.mu.Unlock()
	if meet == nil || !meet(w, c) {
		answer(w, c)
	}
}

func read(r *http.Request) call {
	b, _ := io.ReadAll(r.Body)
	c := call{operation: r.Method + " " + r.URL.Path, protocol: "rest", body: string(b)}
	if _, scope, ok := strings.Cut(r.Header.Get("Authorization"), "Credential="); ok {
		if parts := strings.Split(scope, "/"); len(parts) > 4 {
			c.signed = parts[2] + "/" + parts[3]
		}
	}
	if _, operation, ok := strings.Cut(r.Header.Get("X-Amz-Target"), "."); ok {
		c.operation, c.protocol = operation, "json"
	} else if r.Header.Get("Smithy-Protocol") != "" {
		c.operation, c.protocol = r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:], "cbor"
	} else if r.Header.Get("Content-Type") == "application/x-www-form-urlencoded" {
		c.protocol = "query"
		for _, pair := range strings.Split(c.body, "&") {
			if action, ok := strings.CutPrefix(pair, "Action="); ok {
				c.operation = action
			}
		}
	}
	return c
}

func answer(w http.ResponseWriter, c call) {
	switch c.protocol {
	case "cbor":
		w.Header().Set("Smithy-Protocol", "rpc-v2-cbor")
		_, _ = w.Write([]byte{0xa0}) // an empty map
	case "query":
		_, _ = fmt.Fprint(w, identity(c.operation, time.Hour))
	default:
		_, _ = fmt.Fprint(w, "{}")
	}
}

// identity is what STS says.
func identity(operation string, valid time.Duration) string {
	until := time.Now().Add(valid).UTC().Format(time.RFC3339)
	return fmt.Sprintf(`<%[1]sResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><%[1]sResult><Account>%[2]s</Account>
		<Credentials><AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>%[3]s</Expiration></Credentials>
		</%[1]sResult></%[1]sResponse>`, operation, hub, until)
}

// refuse answers with an error code as the call's protocol has it.
func refuse(w http.ResponseWriter, c call, status int, code, message string) {
	switch c.protocol {
	case "cbor":
		w.Header().Set("Smithy-Protocol", "rpc-v2-cbor")
		w.Header().Set("Content-Type", "application/cbor")
		w.WriteHeader(status)
		_, _ = fmt.Fprintf(w, "\xa2%s%s%s%s", cborText("__type"), cborText("com.amazonaws#"+code), cborText("message"), cborText(message))
	case "query":
		w.WriteHeader(status)
		_, _ = fmt.Fprintf(w, `<ErrorResponse><Error><Type>Sender</Type><Code>%s</Code><Message>%s</Message></Error></ErrorResponse>`, code, message)
	default:
		w.Header().Set("X-Amzn-Errortype", code)
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(map[string]string{"__type": code, "message": message})
	}
}

// cborText is a text of fewer than 256 bytes.
func cborText(s string) string { return string([]byte{0x78, byte(len(s))}) + s }

// count is how often an operation was called.
func (f *fake) count(operation string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := 0
	for _, c := range f.calls {
		if c.operation == operation {
			n++
		}
	}
	return n
}

// last is the newest call.
func (f *fake) last() call {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.calls[len(f.calls)-1]
}
