package torture_test

import (
	"context"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seamark-hq/seamark/internal/check"
	"github.com/seamark-hq/seamark/internal/fleet"
)

// client delivers as one Firehose stream does, and notes what was acknowledged.
type client struct {
	firehose *fleet.Firehose
	company  *fleet.Fleet
	lastID   string
	acked    []check.Acked
	events   int64
	err      error
}

// impatient is a clock that does not wait for long, so that there is always load.
type impatient struct{}

func (impatient) Now() time.Time { return time.Now() }

func (impatient) Sleep(ctx context.Context, d time.Duration) error {
	sleep(ctx, min(d, 200*time.Millisecond))
	return ctx.Err()
}

// RoundTrip notes the id of the request that is sent.
func (c *client) RoundTrip(r *http.Request) (*http.Response, error) {
	c.lastID = r.Header.Get("X-Amz-Firehose-Request-Id")
	return http.DefaultTransport.RoundTrip(r)
}

func newClient(url, key string, seed uint64) *client {
	c := &client{company: fleet.New(fleet.Options{
		Seed: seed, Start: time.Now().Add(-time.Hour), EventsPerSecond: 400, ControlEvery: 3 * time.Second, BreakAfter: 2 * time.Second, BreakFor: 5 * time.Second,
	})}
	c.firehose = &fleet.Firehose{
		URL: url + "/ingest/firehose", AccessKey: key, Gzip: seed%2 == 0, Seed: seed, Client: &http.Client{Transport: c},
		AttemptTimeout: 5 * time.Second, RetryFor: time.Hour, FirstBackoff: 30 * time.Millisecond, Clock: impatient{},
	}
	return c
}

// run delivers the company's seconds until ctx ends, each until it is acknowledged.
func (c *client) run(ctx context.Context) {
	for s := 0; ctx.Err() == nil && c.err == nil; s++ {
		from := c.company.Start().Add(time.Duration(s) * time.Second)
		var records [][]byte
		var truth fleet.Truth
		for p := range c.company.Payloads(from, from.Add(time.Second)) {
			records = append(records, p.Data)
			truth.Add(p.Truth)
		}
		if c.err = c.firehose.Post(context.Background(), records); c.err == nil {
			c.acked = append(c.acked, check.Acknowledged(c.lastID, records))
			c.events += truth.Events
		}
		sleep(ctx, 100*time.Millisecond)
	}
}

func kills() int {
	if n, err := strconv.Atoi(os.Getenv("SEAMARK_KILLS")); err == nil {
		return n
	}
	return 5
}

// TestKill kills the appliance at random moments under load. What was acknowledged is a
// row exactly once, and the accounts balance.
func TestKill(t *testing.T) {
	e2e(t)
	seed := seeded(t)
	r := rand.New(rand.NewPCG(seed, 1))
	folder := t.TempDir()
	data, lake := filepath.Join(folder, "data"), filepath.Join(folder, "data", "lake")
	config := filepath.Join(folder, "seamark.yml")
	writeFile(t, config, "frontDoor: {sealBytes: 200kB, sealAfter: 300ms}\nrules: {every: 1s, lag: 1s}\n")
	address := freeAddress(t)
	url := "http://" + address
	up := func() *process { return run(t, "up", "--config", config, "--data", data, "--listen", address) }

	p := up()
	p.healthy(t, url)
	key, err := os.ReadFile(filepath.Join(data, "access-key"))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	var wg sync.WaitGroup
	var clients []*client
	for i := range 4 {
		c := newClient(url, strings.TrimSpace(string(key)), seed+uint64(i))
		clients = append(clients, c)
		wg.Go(func() { c.run(ctx) })
	}
	for n := range kills() {
		moment := time.Duration(r.Int64N(int64(2500 * time.Millisecond))) // also before it serves
		time.Sleep(moment)
		p.kill()
		t.Logf("kill %d, %s after the start", n+1, moment.Round(time.Millisecond))
		if n < 5 || n%10 == 0 { // the lake grows, and with it the time to check it
			for _, f := range check.Check(lake, check.Options{Unfinished: true}) {
				t.Errorf("after kill %d: %s", n+1, f)
			}
		}
		p = up()
	}
	p.healthy(t, url)
	time.Sleep(time.Second)
	stop()
	wg.Wait()
	p.term(t)
	if settle(t, lake, clients); t.Failed() {
		t.Logf("the last process said:\n%s", p.log)
	}
}

// settle compares what was acknowledged with what is there.
func settle(t *testing.T, lake string, clients []*client) {
	t.Helper()
	var acked []check.Acked
	var events int64
	for _, c := range clients {
		if c.err != nil {
			t.Errorf("a delivery failed for good: %v", c.err)
		}
		acked = append(acked, c.acked...)
		events += c.events
	}
	if len(acked) < 20 {
		t.Errorf("only %d requests were acknowledged", len(acked))
	}
	for _, f := range check.Lake(lake, acked) {
		t.Error(f)
	}
	answer := verified(t, lake)
	if answer["balanced"] != true || answer["objects_waiting"] != 0.0 || answer["rows"] != float64(events) || answer["quarantined"] != 0.0 {
		t.Errorf("%d events were acknowledged; verify says %v", events, answer)
	}
	t.Logf("%d requests with %d events were acknowledged", len(acked), events)
}

// TestSecondInstance: two appliances on one folder: the second is refused, by its process.
func TestSecondInstance(t *testing.T) {
	e2e(t)
	data, address := filepath.Join(t.TempDir(), "data"), freeAddress(t)
	first := run(t, "up", "--data", data, "--listen", address)
	first.healthy(t, "http://"+address)
	second := run(t, "up", "--data", data, "--listen", "127.0.0.1:0")
	second.wait(t, 20*time.Second, 1)
	if log := second.log.String(); !strings.Contains(log, "another process works on this folder (pid "+strconv.Itoa(first.cmd.Process.Pid)+")") {
		t.Errorf("it is told: %s", log)
	}
	first.kill()
	third := run(t, "up", "--data", data, "--listen", address)
	third.healthy(t, "http://"+address)
	third.term(t)
}
