// Package runtimetest runs a built Lambda function as Lambda does: it speaks the Runtime API
// (version 2018-06-01) to the process, hands it events and takes its answers. Tests use it,
// and the benchmark of cold starts.
package runtimetest

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"sync"
	"time"
)

// Build builds cmd/<name> of the module at root for this machine, with the flags that other
// builds of it have: the cache serves.
func Build(root, name, to string) error {
	cmd := exec.Command("go", "build", "-tags", "lambda.norpc", "-ldflags", "-s -w", "-o", to, "./cmd/"+name)
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build %s: %w: %s", name, err, out)
	}
	return nil
}

// Answer is what the function answered to an event.
type Answer struct {
	Failed bool   // by the API for errors
	Body   string // JSON
	After  time.Duration
}

// Function is a process that runs one.
type Function struct {
	Began time.Time // when the process was started

	cmd     *exec.Cmd
	server  *http.Server
	next    chan invocation
	answers chan Answer
	log     *os.File // the process writes it itself, so that a line is there before the answer
	exited  chan struct{}

	mu    sync.Mutex
	since time.Time // of the present invocation
	asked sync.Once
	ready chan time.Duration // from the start until the first event was asked for
}

type invocation struct {
	payload string
	timeout time.Duration
}

// Start starts the function at path with these variables alone, besides those of the Runtime
// API itself. Close it.
func Start(path string, env ...string) (*Function, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	f := &Function{next: make(chan invocation), answers: make(chan Answer, 1), exited: make(chan struct{}), ready: make(chan time.Duration, 1)}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /2018-06-01/runtime/invocation/next", f.hand)
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/response", f.take)
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/error", f.take)
	f.server = &http.Server{Handler: mux, ReadHeaderTimeout: time.Minute}
	if f.log, err = os.CreateTemp("", "seamark-function-*.log"); err != nil {
		l.Close()
		return nil, err
	}
	f.cmd = exec.Command(path)
	f.cmd.Env = append([]string{"AWS_LAMBDA_RUNTIME_API=" + l.Addr().String()}, env...)
	f.cmd.Stdout, f.cmd.Stderr = f.log, f.log
	f.Began = time.Now()
	go f.server.Serve(l)
	if err := f.cmd.Start(); err != nil {
		f.server.Close()
		return nil, err
	}
	go func() {
		_ = f.cmd.Wait()
		close(f.exited)
	}()
	return f, nil
}

// PID is the id of the function's process.
func (f *Function) PID() int { return f.cmd.Process.Pid }

// Ready waits until the function asks for its first event, and returns how long it took.
func (f *Function) Ready() (time.Duration, error) {
	select {
	case took := <-f.ready:
		return took, nil
	case <-f.exited:
		return 0, fmt.Errorf("the function has ended:\n%s", f.Log())
	case <-time.After(time.Minute):
		return 0, fmt.Errorf("the function asks for no event:\n%s", f.Log())
	}
}

func (f *Function) hand(w http.ResponseWriter, r *http.Request) {
	f.asked.Do(func() { f.ready <- time.Since(f.Began) })
	select {
	case i := <-f.next:
		now := time.Now()
		f.mu.Lock()
		f.since = now
		f.mu.Unlock()
		w.Header().Set("Lambda-Runtime-Aws-Request-Id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd")
		w.Header().Set("Lambda-Runtime-Deadline-Ms", fmt.Sprint(now.Add(i.timeout).UnixMilli()))
		w.Header().Set("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:eu-central-1:999999999999:function:seamark")
		io.WriteString(w, i.payload)
	case <-r.Context().Done():
	}
}

func (f *Function) take(w http.ResponseWriter, r *http.Request) {
	b, _ := io.ReadAll(r.Body)
	w.WriteHeader(http.StatusAccepted)
	f.mu.Lock()
	start := f.since
	f.mu.Unlock()
	f.answers <- Answer{r.URL.Path[len(r.URL.Path)-6:] == "/error", string(b), time.Since(start)}
}

// Invoke hands over an event and waits for the answer. A process that ends is an error, and
// so is one that answers long after its time-out.
func (f *Function) Invoke(payload string, timeout time.Duration) (Answer, error) {
	select {
	case f.next <- invocation{payload, timeout}:
	case <-f.exited:
		return Answer{}, fmt.Errorf("the function has ended:\n%s", f.Log())
	case <-time.After(time.Minute):
		return Answer{}, fmt.Errorf("the function asks for no event:\n%s", f.Log())
	}
	select {
	case a := <-f.answers:
		return a, nil
	case <-f.exited:
		return Answer{}, fmt.Errorf("the function ended within the invocation:\n%s", f.Log())
	case <-time.After(timeout + 30*time.Second):
		return Answer{}, fmt.Errorf("no answer by the time-out:\n%s", f.Log())
	}
}

// Hand hands over an event and does not wait: for who kills the process within it.
func (f *Function) Hand(payload string, timeout time.Duration) {
	select {
	case f.next <- invocation{payload, timeout}:
	case <-f.exited:
	}
}

// Log is what the process has written.
func (f *Function) Log() string {
	b, err := os.ReadFile(f.log.Name())
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// Close kills the process, as Lambda does when time is up.
func (f *Function) Close() {
	_ = f.cmd.Process.Kill()
	<-f.exited
	f.server.Close()
	f.log.Close()
	os.Remove(f.log.Name())
}

// Exit waits for the process to end by itself, as one does that cannot start.
func (f *Function) Exit() (log string, ended bool) {
	select {
	case <-f.exited:
		return f.Log(), true
	case <-time.After(30 * time.Second):
		return f.Log(), false
	}
}

// Batch is an event of SQS with these bodies, as messages m0, m1, ….
func Batch(bodies ...string) string {
	type message struct {
		MessageID   string `json:"messageId"`
		EventSource string `json:"eventSource"`
		Body        string `json:"body"`
	}
	var batch struct{ Records []message }
	for i, b := range bodies {
		batch.Records = append(batch.Records, message{fmt.Sprintf("m%d", i), "aws:sqs", b})
	}
	b, _ := json.Marshal(batch)
	return string(b)
}
