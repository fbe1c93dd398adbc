package ingest_test

import (
	"bufio"
	"context"
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
	"testing"
	"time"

	"github.com/seamark-hq/seamark/collector/ingest"
	"github.com/seamark-hq/seamark/internal/fleet"
	"github.com/seamark-hq/seamark/lake"
)

// childVariable makes the test binary a front door on the folder it names.
const childVariable = "SEAMARK_INGEST_CHILD"

// child serves until it is killed. It prints its address.
func child(folder string) {
	d, err := lake.OpenDir(folder, nil)
	if err == nil {
		_, err = d.Lock()
	}
	if err != nil {
		fmt.Println("error", err)
		return
	}
	_, h, err := door(d, ingest.SpoolOptions{SealBytes: 200_000, SealAfter: 150 * time.Millisecond, BufferBytes: 64 << 10})
	if err != nil {
		fmt.Println("error", err)
		return
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println("error", err)
		return
	}
	fmt.Println("http://" + l.Addr().String())
	srv := &http.Server{Handler: h}
	ingest.SetTimeouts(srv)
	srv.Serve(l)
}

// TestKill kills a front door with SIGKILL under load, again and again, and balances.
// Clients go on with the same request, as Firehose does, until it is acknowledged.
func TestKill(t *testing.T) {
	kills := 5 * int(*seeds)
	root := filepath.Join(t.TempDir(), "lake")
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))

	var address string
	var lock sync.Mutex
	ctx, stop := context.WithCancel(t.Context())
	load := &load{url: func() string { lock.Lock(); defer lock.Unlock(); return address }, acked: map[string]bool{}}
	var clients sync.WaitGroup
	for c := range 4 {
		clients.Go(func() { load.run(ctx, c) })
	}
	for range kills {
		cmd, url := startChild(t, root)
		lock.Lock()
		address = url
		lock.Unlock()
		before := load.count()
		time.Sleep(time.Duration(50+r.IntN(400)) * time.Millisecond)
		for wait := 0; load.count() < before+3 && wait < 1000; wait++ { // a busy machine
			time.Sleep(10 * time.Millisecond)
		}
		cmd.Process.Kill()
		cmd.Wait()
	}
	stop()
	clients.Wait()

	d, err := lake.OpenDir(root, nil)
	if err != nil {
		t.Fatal(err)
	}
	spool, _, err := door(d, ingest.SpoolOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if err := spool.Close(); err != nil {
		t.Fatal(err)
	}
	if err := balance(root, load.sent, load.acked); err != nil {
		t.Error(err)
	}
	if left := leftIn(root); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if len(load.acked) < 10 {
		t.Errorf("only %d requests were acknowledged", len(load.acked))
	}
	t.Logf("%d requests sent, %d acknowledged, %d kills", len(load.sent), len(load.acked), kills)
}

func startChild(t *testing.T, root string) (*exec.Cmd, string) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childVariable+"="+root)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || !strings.HasPrefix(line, "http") {
		t.Fatalf("child says %q, %v", line, err)
	}
	return cmd, strings.TrimSpace(line)
}

// load sends requests of the fleet's and remembers what was acknowledged.
type load struct {
	url func() string

	mu    sync.Mutex
	sent  []request
	acked map[string]bool
}

func (l *load) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.acked)
}

func (l *load) run(ctx context.Context, client int) {
	r := rand.New(rand.NewPCG(uint64(client), 77))
	for n := 0; ctx.Err() == nil; n++ {
		req := request{id: fmt.Sprintf("client-%d-request-%d", client, n)}
		for p := range (fleet.Bulk{Seed: r.Uint64(), Events: 20 + r.IntN(600)}).Payloads() {
			req.records = append(req.records, p.Data)
		}
		l.mu.Lock()
		l.sent = append(l.sent, req)
		l.mu.Unlock()
		body := deliveryBody(req.id, req.records...)
		for ctx.Err() == nil {
			if l.post(req.id, body) {
				l.mu.Lock()
				l.acked[req.id] = true
				l.mu.Unlock()
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
	}
}

func (l *load) post(id string, body []byte) bool {
	url := l.url()
	if url == "" {
		return false
	}
	req, err := http.NewRequest(http.MethodPost, url, strings.NewReader(string(body)))
	if err != nil {
		return false
	}
	req.Header.Set("X-Amz-Firehose-Access-Key", accessKey)
	req.Header.Set("X-Amz-Firehose-Request-Id", id)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return err == nil && resp.StatusCode == http.StatusOK
}
