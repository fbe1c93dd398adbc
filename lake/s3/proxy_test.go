package s3_test

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// fault is what happens to one request.
type fault string

const (
	sound        fault = ""
	slowDown     fault = "503 SlowDown"
	internal     fault = "500"
	conflict     fault = "409" // of a conditional write
	resetBefore  fault = "reset before"
	resetAfter   fault = "reset after" // carried out, the answer is lost
	half         fault = "half the answer"
	errorIn200   fault = "error in 200"
	errorAfter   fault = "error in 200 after" // carried out all the same
	hang         fault = "hang"
	failAfterAll fault = "500 after" // carried out all the same
)

func faults() []fault {
	return []fault{slowDown, internal, conflict, resetBefore, resetAfter, half, errorIn200, errorAfter, hang, failAfterAll}
}

// proxy stands before a gateway and does to requests what a network does.
type proxy struct {
	target *url.URL
	server *httptest.Server

	mu    sync.Mutex
	calls []string // method and query keys, for messages
	plan  func(call int) fault
}

func newProxy(t testing.TB, target string) *proxy {
	u, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{target: u}
	p.server = httptest.NewUnstartedServer(http.HandlerFunc(p.serve))
	p.server.Config.ErrorLog = nil
	p.server.Start()
	t.Cleanup(func() { p.server.CloseClientConnections(); p.server.Close() })
	return p
}

// play begins anew with a plan, nil for none.
func (p *proxy) play(plan func(call int) fault) {
	p.mu.Lock()
	p.calls, p.plan = nil, plan
	p.mu.Unlock()
}

func (p *proxy) count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.calls)
}

func (p *proxy) next(r *http.Request) fault {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := len(p.calls)
	p.calls = append(p.calls, r.Method+" "+r.URL.RawQuery)
	if p.plan == nil {
		return sound
	}
	f := p.plan(n)
	if f == conflict && r.Header.Get("If-None-Match") == "" || (f == errorIn200 || f == errorAfter) && r.Method != http.MethodPost {
		return internal // what this request may get instead
	}
	return f
}

func (p *proxy) serve(w http.ResponseWriter, r *http.Request) {
	f := p.next(r)
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	switch f {
	case slowDown:
		answer(w, 503, "SlowDown")
	case internal:
		answer(w, 500, "InternalError")
	case conflict:
		answer(w, 409, "ConditionalRequestConflict")
	case resetBefore:
		reset(w)
	case errorIn200:
		answer(w, 200, "InternalError")
	case hang:
		<-r.Context().Done()
	default:
		p.forward(w, r, body, f)
	}
}

func answer(w http.ResponseWriter, status int, code string) {
	text := `<?xml version="1.0" encoding="UTF-8"?><Error><Code>` + code + `</Code><Message>as planned</Message></Error>`
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	io.WriteString(w, text)
}

func reset(w http.ResponseWriter) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		tcp.SetLinger(0)
	}
	conn.Close()
}

func (p *proxy) forward(w http.ResponseWriter, r *http.Request, body []byte, f fault) {
	out := r.Clone(r.Context())
	out.RequestURI = ""
	out.URL.Scheme, out.URL.Host = p.target.Scheme, p.target.Host
	out.Body, out.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	out.Header.Del("Expect")
	resp, err := http.DefaultTransport.RoundTrip(out) // the signed Host stays
	if err != nil {
		reset(w)
		return
	}
	defer resp.Body.Close()
	whole, err := io.ReadAll(resp.Body)
	switch {
	case err != nil || f == resetAfter:
		reset(w)
		return
	case f == errorAfter:
		answer(w, 200, "InternalError")
		return
	case f == failAfterAll:
		answer(w, 500, "InternalError")
		return
	}
	for k, v := range resp.Header {
		w.Header()[k] = v
	}
	if r.Method != http.MethodHead {
		w.Header().Set("Content-Length", strconv.Itoa(len(whole)))
	}
	w.WriteHeader(resp.StatusCode)
	if f != half {
		w.Write(whole)
		return
	}
	w.Write(whole[:len(whole)/2])
	if flusher, ok := w.(http.Flusher); ok {
		flusher.Flush()
	}
	if len(whole) > 1 || !strings.EqualFold(r.Method, http.MethodHead) {
		reset(w)
	}
}
