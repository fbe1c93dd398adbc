package torture_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

var seedFlag = flag.Uint64("seed", 0, "of the kills and the load; 0: a new one each time")

// e2e skips a test that takes minutes, unless they are asked for; where everything must
// run, not asking for them is a fault.
func e2e(t *testing.T) {
	t.Helper()
	if os.Getenv("SEAMARK_E2E") == "1" {
		return
	}
	if os.Getenv("CI") == "true" {
		t.Fatal("SEAMARK_E2E=1 is not set, but CI is: run `make test`")
	}
	t.Skip("takes minutes: set SEAMARK_E2E=1, or run `make test`")
}

func seeded(t *testing.T) uint64 {
	t.Helper()
	s := *seedFlag
	if s == 0 {
		s = rand.Uint64() >> 1
	}
	t.Logf("seed %d", s)
	return s
}

// binary builds seamark, once; SEAMARK_BINARY names one that is built, such as a release.
var binary = sync.OnceValues(func() (string, error) {
	if name := os.Getenv("SEAMARK_BINARY"); name != "" {
		return filepath.Abs(name)
	}
	folder, err := os.MkdirTemp("", "seamark-torture-*")
	if err != nil {
		return "", err
	}
	name := filepath.Join(folder, "seamark")
	out, err := exec.Command("go", "build", "-o", name, "../../cmd/seamark").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return name, nil
})

func TestMain(m *testing.M) {
	flag.Parse()
	code := m.Run()
	if os.Getenv("SEAMARK_E2E") == "1" && os.Getenv("SEAMARK_BINARY") == "" {
		if name, err := binary(); err == nil {
			os.RemoveAll(filepath.Dir(name))
		}
	}
	os.Exit(code)
}

// process is a running seamark.
type process struct {
	cmd  *exec.Cmd
	out  *bytes.Buffer
	log  *tail
	done chan error
}

// tail keeps the end of what a process logs.
type tail struct {
	mu sync.Mutex
	b  []byte
}

func (l *tail) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.b = append(l.b, b...)
	l.b = l.b[max(0, len(l.b)-20_000):]
	return len(b), nil
}

func (l *tail) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return string(l.b)
}

func run(t *testing.T, args ...string) *process {
	t.Helper()
	name, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	p := &process{cmd: exec.Command(name, args...), out: &bytes.Buffer{}, log: &tail{}, done: make(chan error, 1)}
	p.cmd.Stdout, p.cmd.Stderr = p.out, p.log
	p.cmd.Dir = t.TempDir()
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { p.done <- p.cmd.Wait() }()
	t.Cleanup(func() { p.cmd.Process.Kill() })
	return p
}

// kill is kill -9.
func (p *process) kill() {
	p.cmd.Process.Kill()
	err := <-p.done
	p.done <- err
}

// term asks the process to drain and waits for its end.
func (p *process) term(t *testing.T) {
	t.Helper()
	p.cmd.Process.Signal(syscall.SIGTERM)
	p.wait(t, time.Minute, 0)
}

// wait waits for the end of the process and demands its exit code.
func (p *process) wait(t *testing.T, limit time.Duration, code int) {
	t.Helper()
	select {
	case err := <-p.done:
		p.done <- err
		if got := p.cmd.ProcessState.ExitCode(); got != code {
			t.Errorf("exit code %d (%v), want %d\n%s", got, err, code, p.log)
		}
	case <-time.After(limit):
		p.cmd.Process.Signal(syscall.SIGQUIT)
		<-p.done
		t.Fatalf("still there after %s\n%s", limit, p.log)
	}
}

// healthy waits until the appliance at url serves.
func (p *process) healthy(t *testing.T, url string) {
	t.Helper()
	for deadline := time.Now().Add(2 * time.Minute); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		select {
		case err := <-p.done:
			p.done <- err
			t.Fatalf("it ended: %v\n%s", err, p.log)
		default:
		}
		resp, err := http.Get(url + "/healthz")
		if err != nil {
			continue
		}
		io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
		if resp.StatusCode == http.StatusOK {
			return
		}
	}
	t.Fatalf("not healthy after 30 s\n%s", p.log)
}

// freeAddress is one that nobody listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// verified runs `seamark verify` and returns its answer.
func verified(t *testing.T, lake string) map[string]any {
	t.Helper()
	p := run(t, "verify", "--lake", lake, "--json")
	p.wait(t, time.Minute, 0)
	var answer map[string]any
	if err := json.Unmarshal(p.out.Bytes(), &answer); err != nil {
		t.Fatalf("%v: %s", err, p.out)
	}
	return answer
}

func writeFile(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(strings.TrimLeft(text, "\n")), 0o644); err != nil {
		t.Fatal(err)
	}
}

func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
