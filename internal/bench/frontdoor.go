package main

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/seamark-hq/seamark/internal/fleet"
)

// connections is how many deliver to the front door at a time.
const connections = 4

// doorSample is what the front door of one `seamark up` acknowledged.
type doorSample struct {
	name     string
	requests int64
	body     int64 // bytes of request bodies
	payload  int64 // uncompressed bytes of the payloads in them
	events   int64
	took     time.Duration
	rssMB    int64 // of the appliance, at its peak
}

// delivery is a request body with a place for the request id.
type delivery struct {
	head, tail []byte
	truth      fleet.Truth
}

const idPlace = "REQUEST-ID-REQUEST-ID-REQUEST-ID-000"

// doorTime is how long each load lasts.
const doorTime = 10 * time.Second

// frontDoor measures the front door under loads of small and large requests.
func (b *bench) frontDoor() (string, error) {
	var doors []doorSample
	for _, d := range []struct {
		name   string
		events int
	}{{"100 events a request", 100}, {"2,000 events a request", 2000}, {"20,000 events a request", 20_000}} {
		s, err := load(b.seamark, d.name, d.events, doorTime)
		if err != nil {
			return "", err
		}
		doors = append(doors, s)
	}
	return describeDoor(doors), nil
}

// load starts an appliance and delivers to it for a while: every request answered 200 is
// on disk.
func load(seamark, name string, eventsPerRequest int, lasts time.Duration) (doorSample, error) {
	data, err := os.MkdirTemp("", "seamark-bench-door-")
	if err != nil {
		return doorSample{}, err
	}
	defer os.RemoveAll(data)
	cmd := exec.Command(seamark, "up", "--json", "--data", data, "--listen", "127.0.0.1:0")
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return doorSample{}, err
	}
	if err := cmd.Start(); err != nil {
		return doorSample{}, err
	}
	stopped := false
	defer func() {
		if !stopped {
			cmd.Process.Kill()
			cmd.Wait()
		}
	}()
	line, err := bufio.NewReader(stdout).ReadBytes('\n')
	if err != nil {
		return doorSample{}, fmt.Errorf("seamark up did not start: %w", err)
	}
	var at struct {
		FrontDoor string `json:"front_door"`
	}
	if err := json.Unmarshal(line, &at); err != nil {
		return doorSample{}, err
	}
	key, err := os.ReadFile(filepath.Join(data, "access-key"))
	if err != nil {
		return doorSample{}, err
	}
	s, err := deliver(at.FrontDoor, strings.TrimSpace(string(key)), eventsPerRequest, lasts)
	if err != nil {
		return s, err
	}
	s.name = name
	s.rssMB = peakMB(cmd.Process.Pid)
	cmd.Process.Signal(syscall.SIGTERM)
	stopped = true
	return s, cmd.Wait()
}

func deliver(url, key string, eventsPerRequest int, lasts time.Duration) (doorSample, error) {
	bodies, err := deliveries(8, eventsPerRequest)
	if err != nil {
		return doorSample{}, err
	}
	var s doorSample
	var n atomic.Int64
	var mu sync.Mutex
	var failed error
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: connections}}
	begin := time.Now()
	var wg sync.WaitGroup
	for range connections {
		wg.Go(func() {
			for time.Since(begin) < lasts {
				i := n.Add(1)
				d := bodies[int(i)%len(bodies)]
				size, err := post(client, url, key, fmt.Sprintf("%036d", i), d)
				mu.Lock()
				if err != nil {
					failed = err
				} else {
					s.requests++
					s.body += size
					s.payload += d.truth.Bytes
					s.events += d.truth.Events
				}
				mu.Unlock()
				if err != nil {
					return
				}
			}
		})
	}
	wg.Wait()
	s.took = time.Since(begin)
	return s, failed
}

// deliveries builds request bodies of genuine payloads.
func deliveries(n, events int) ([]delivery, error) {
	var out []delivery
	for i := range n {
		var d delivery
		var records []map[string]string
		for p := range (fleet.Bulk{Seed: uint64(i + 1), Events: events}).Payloads() {
			records = append(records, map[string]string{"data": base64.StdEncoding.EncodeToString(p.Data)})
			d.truth.Add(p.Truth)
		}
		b, err := json.Marshal(map[string]any{"requestId": idPlace, "timestamp": time.Now().UnixMilli(), "records": records})
		if err != nil {
			return nil, err
		}
		at := bytes.Index(b, []byte(idPlace))
		d.head, d.tail = b[:at], b[at+len(idPlace):]
		out = append(out, d)
	}
	return out, nil
}

func post(client *http.Client, url, key, id string, d delivery) (int64, error) {
	size := int64(len(d.head) + len(id) + len(d.tail))
	body := io.MultiReader(bytes.NewReader(d.head), strings.NewReader(id), bytes.NewReader(d.tail))
	req, err := http.NewRequest(http.MethodPost, url, body)
	if err != nil {
		return 0, err
	}
	req.ContentLength = size
	req.Header.Set("X-Amz-Firehose-Access-Key", key)
	req.Header.Set("X-Amz-Firehose-Request-Id", id)
	resp, err := client.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, 1<<10))
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("front door: %s: %s", resp.Status, answer)
	}
	return size, err
}

// peakMB is the peak resident memory of a process.
func peakMB(pid int) int64 {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	for line := range strings.SplitSeq(string(b), "\n") {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kb, _ := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			return kb / 1024
		}
	}
	return 0
}

func describeDoor(samples []doorSample) string {
	var b strings.Builder
	fmt.Fprintf(&b, "## Front door\n\n`seamark up`, %d connections, everything behind the door running too. A request is counted once it is answered 200, which is after its fsync.\n\n", connections)
	fmt.Fprintf(&b, "| | requests/s | MB/s of bodies | MB/s uncompressed | events/s | peak MB resident |\n|---|---|---|---|---|---|\n")
	for _, s := range samples {
		t := s.took.Seconds()
		fmt.Fprintf(&b, "| %s | %.0f | %.1f | %.1f | %.0f | %d |\n", s.name, float64(s.requests)/t, float64(s.body)/1e6/t, float64(s.payload)/1e6/t, float64(s.events)/t, s.rssMB)
	}
	return b.String()
}
