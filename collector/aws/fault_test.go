package aws_test

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/collector"
	"github.com/seamark-hq/seamark/collector/aws"
	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/collector/state"
	"github.com/seamark-hq/seamark/lake"
)

var here = inventory.Place{Account: "111122223333", Region: "us-west-2"}

// hijacked hands out the connection of an answer.
func hijacked(w http.ResponseWriter) *net.TCPConn {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		panic(err)
	}
	return conn.(*net.TCPConn)
}

// passing are faults after which the same call works.
var passing = map[string]func(w http.ResponseWriter, c call){
	"throttled": func(w http.ResponseWriter, c call) { refuse(w, c, 400, "ThrottlingException", "Rate exceeded") },
	"throttled otherwise": func(w http.ResponseWriter, c call) {
		refuse(w, c, 429, "TooManyRequestsException", "Too Many Requests")
	},
	"throttled by a 503":   func(w http.ResponseWriter, c call) { refuse(w, c, 503, "SlowDown", "Please reduce your request rate.") },
	"429 without a code":   func(w http.ResponseWriter, _ call) { w.WriteHeader(429) },
	"internal failure":     func(w http.ResponseWriter, c call) { refuse(w, c, 500, "InternalFailure", "") },
	"a 500 of a new code":  func(w http.ResponseWriter, c call) { refuse(w, c, 500, "SomethingNobodyKnows", "sorry") },
	"503 without a body":   func(w http.ResponseWriter, _ call) { w.WriteHeader(503) },
	"502 of a proxy":       func(w http.ResponseWriter, _ call) { html(w, 502) },
	"a page with a 200":    func(w http.ResponseWriter, _ call) { html(w, 200) },
	"a page with a 400":    func(w http.ResponseWriter, _ call) { html(w, 400) },
	"nothing with a 200":   func(w http.ResponseWriter, c call) { w.Header().Set("Content-Length", "20") },
	"half a body":          func(w http.ResponseWriter, _ call) { half(w) },
	"a connection cut off": func(w http.ResponseWriter, _ call) { _ = hijacked(w).Close() },
	"a connection reset": func(w http.ResponseWriter, _ call) {
		c := hijacked(w)
		_ = c.SetLinger(0)
		_ = c.Close()
	},
	"no answer": func(w http.ResponseWriter, _ call) { time.Sleep(2500 * time.Millisecond) },
}

func html(w http.ResponseWriter, status int) {
	w.Header().Set("Content-Type", "text/html")
	w.WriteHeader(status)
	_, _ = fmt.Fprint(w, "<html><body>Sign in to the guest network</body></html>")
}

func half(w http.ResponseWriter) {
	c := hijacked(w)
	_, _ = fmt.Fprint(c, "HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.1\r\nContent-Length: 400\r\n\r\n{\"logGroups\":[{\"logGr")
	_ = c.Close()
}

// sweep sweeps the empty account once.
func sweep(t *testing.T, op *aws.Opener) *collector.Report {
	t.Helper()
	store, err := lake.OpenDir(t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	c, err := op.Open(t.Context(), here)
	if err != nil {
		t.Fatal(err)
	}
	return collector.Sweep(t.Context(), here, c, collector.Options{States: state.LakeStore{Store: store, Deployment: "acme"},
		Config: &collector.Config{Deployment: "acme", Destination: "arn:aws:logs:{region}:999999999999:destination:seamark"}})
}

// TestFaultsThatPass: whatever goes wrong once with each call, the collector tries it
// again, and the sweep has no failure. The SDK itself tries nothing again.
func TestFaultsThatPass(t *testing.T) {
	for name, fault := range passing {
		f := newFake(t)
		f.meet = func(w http.ResponseWriter, c call) bool {
			if c.protocol == "query" || c.nth > 1 {
				return false
			}
			fault(w, c)
			return true
		}
		limit := 20 * time.Second // far from what a loaded machine takes
		if name == "no answer" {
			limit = time.Second
		}
		op := opener(t, aws.Options{Timeout: limit})
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := sweep(t, op)
			for _, x := range r.Failures {
				t.Errorf("%s: %v", x.Doing, x.Err)
			}
			for _, operation := range []string{"DescribeLogGroups", "GET /2015-03-31/functions", "GET /restapis", "GET /v2/apis", "GetResources", "DescribeAlarms"} {
				if n := f.count(operation); n != 2 {
					t.Errorf("%s was called %d times, want 2", operation, n)
				}
			}
		})
	}
}

// TestRefusals: what trying again does not help is tried once, and its report says what does.
func TestRefusals(t *testing.T) {
	for code, remedy := range map[string]string{
		"AccessDeniedException": "docs/reference/iam.md", "AccessDenied": "docs/reference/iam.md", "ExpiredTokenException": "sign in anew",
		"UnrecognizedClientException": "enable the region", "InvalidSignatureException": "clock", "OptInRequired": "take the account out", "ValidationException": "",
	} {
		f := newFake(t)
		f.meet = func(w http.ResponseWriter, c call) bool {
			if c.protocol == "query" {
				return false
			}
			refuse(w, c, 400, code, "no")
			return true
		}
		op := opener(t, aws.Options{})
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			r := sweep(t, op)
			if n := f.count("DescribeLogGroups"); n != 1 || len(r.Failures) < 5 {
				t.Errorf("called %d times; %d failures", n, len(r.Failures))
			}
			for _, x := range r.Failures {
				var coded interface{ ErrorCode() string }
				if !errors.As(x.Err, &coded) || coded.ErrorCode() != code || !strings.Contains(x.Err.Error(), remedy) {
					t.Errorf("%s: %v, want %s and %q", x.Doing, x.Err, code, remedy)
				}
			}
		})
	}
}

func TestGatewayRole(t *testing.T) {
	f := newFake(t)
	c, err := opener(t, aws.Options{}).Open(t.Context(), here)
	if err != nil {
		t.Fatal(err)
	}
	f.meet = func(w http.ResponseWriter, c call) bool {
		refuse(w, c, 400, "BadRequestException", "CloudWatch Logs role ARN must be set in account settings to enable logging")
		return true
	}
	err = c.SetAccessLog(t.Context(), &inventory.API{ID: "a1", Protocol: inventory.REST}, "prod", inventory.AccessLog{Destination: "arn", Format: "f"})
	var fault *seamark.Fault
	if !errors.As(err, &fault) || !strings.Contains(fault.Remedy, "cloudwatchRoleArn") || !strings.Contains(fault.Where, here.Account) {
		t.Error(err)
	}
}

// TestCancelled: the end of the caller's context is that, not a fault of the network.
func TestCancelled(t *testing.T) {
	f := newFake(t)
	c, err := opener(t, aws.Options{}).Open(t.Context(), here)
	if err != nil {
		t.Fatal(err)
	}
	f.meet = func(http.ResponseWriter, call) bool { time.Sleep(300 * time.Millisecond); return false }
	ctx, cancel := contextWithTimeout(t, 50*time.Millisecond)
	defer cancel()
	if _, _, err := c.LogGroups(ctx, ""); !errors.Is(err, ctx.Err()) || ctx.Err() == nil {
		t.Errorf("got %v, want %v", err, ctx.Err())
	}
}
