package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/seamark-hq/seamark/internal/cost"
	"github.com/seamark-hq/seamark/internal/fleet"
	"github.com/seamark-hq/seamark/internal/lambda/runtimetest"
)

// What AWS is taken to add to a request that a server on this machine answers.
const (
	perGet  = 20 * time.Millisecond
	perPut  = 40 * time.Millisecond
	perBulk = 500 * time.Millisecond // for bulkSize; others in proportion
	bulkMB  = 5.0
)

// bill measures what Lambda would bill for: the built functions on one core, over a real S3 gateway
// whose answers come later by what AWS takes, and an OpenSearch that takes its time and keeps nothing.
// What it finds is left in internal/cost/measured.json, of which `seamark cost aws` makes its estimate.
func (b *bench) bill() (string, error) {
	if out, err := exec.Command("scripts/lambda.sh", runtime.GOARCH).CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	aws, err := b.openAWS()
	if err != nil {
		return "", err
	}
	defer aws.close()
	watched := b.watch()
	m := cost.Measured{Date: time.Now().UTC().Format(time.DateOnly), Machine: processor(), Functions: map[string]cost.Fit{}}
	small, err := b.billed(aws, 8, b.events/10)
	if err != nil {
		return "", err
	}
	large, err := b.billed(aws, 9, b.events)
	if err != nil {
		return "", err
	}
	for name := range small.runs {
		m.Functions[name] = cost.Fit{Small: small.runs[name], Large: large.runs[name]}
	}
	if m.Functions["compaction"], err = b.compacted(aws); err != nil {
		return "", err
	}
	raw := float64(large.truth.Bytes)
	m.Cold, m.EventBytes = small.cold.Seconds(), raw/float64(large.truth.Events)
	m.GzipRatio, m.ParquetRatio, m.IndexRatio = float64(large.landed)/raw, float64(large.parquet)/raw, large.runs["indexer"].BulkMB*1e6/raw
	if m.Busy, _, err = watched(); err != nil {
		return "", err
	}
	out, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return "", err
	}
	return describeBill(m), os.WriteFile("internal/cost/measured.json", append(out, '\n'), 0o644)
}

func describeBill(m cost.Measured) string {
	var w strings.Builder
	fmt.Fprintf(&w, "## What Lambda bills\n\nThe built functions limited to one core, over a real S3 gateway with %d ms added to a GET and %d ms to a PUT, and bulk requests of %d ms for %.0f MB. "+
		"Billed is what it computed and the time in which an answer was held back, and from event to answer where that is less, so that other processes (%.1f cores meanwhile) count for little. `seamark cost aws` reckons with it.\n\n| function | log MB | CPU s | billed s | GET | PUT | bulk requests | peak MB |\n|---|---|---|---|---|---|---|---|\n",
		perGet.Milliseconds(), perPut.Milliseconds(), perBulk.Milliseconds(), bulkMB, m.Busy)
	for _, name := range cost.Functions {
		for _, r := range []cost.Run{m.Functions[name].Small, m.Functions[name].Large} {
			fmt.Fprintf(&w, "| %s | %.0f | %.2f | **%.2f** | %d | %d | %d | %d |\n", name, mb(r.RawBytes), r.CPU, r.Billed, r.Gets, r.Puts, r.Bulks, r.MemoryMB)
		}
	}
	return w.String()
}

// round is a landing object on its way through the functions.
type round struct {
	truth           fleet.Truth
	landed, parquet int64
	cold            time.Duration
	runs            map[string]cost.Run
}

// billed has one landing object of an hour transformed and indexed.
func (b *bench) billed(aws *cloud, hour, events int) (r round, err error) {
	key, landed, truth, err := b.land(aws, hour, 0, events)
	if err != nil {
		return r, err
	}
	r.truth, r.landed, r.runs = truth, landed, map[string]cost.Run{}
	_, before, err := parquet(filepath.Join(aws.bucket, "lake"))
	if err != nil {
		return r, err
	}
	run, cold, err := b.invoked(aws, "transformer", `{"do":"transform","key":"`+key+`"}`)
	if err != nil {
		return r, err
	}
	r.runs["transformer"], r.cold = run, cold
	_, after, err := parquet(filepath.Join(aws.bucket, "lake"))
	if err != nil {
		return r, err
	}
	r.parquet = after - before
	entries, err := filepath.Glob(filepath.Join(aws.bucket, ledgerOf(hour), "*.json"))
	if err != nil || len(entries) != 1 {
		return r, fmt.Errorf("%d entries of %s: %w", len(entries), key, err)
	}
	run, _, err = b.invoked(aws, "indexer", `{"do":"index","entries":["`+ledgerOf(hour)+"/"+filepath.Base(entries[0])+`"]}`)
	r.runs["indexer"] = run
	for name, run := range r.runs {
		run.RawBytes, run.Objects = truth.Bytes, 1
		r.runs[name] = run
	}
	return r, err
}

// compacted has an hour of few objects compacted, and one of many with as many events in all.
func (b *bench) compacted(aws *cloud) (fit cost.Fit, err error) {
	for hour, objects := range map[int]int{10: 3, 11: 12} {
		raw := int64(0)
		for i := range objects {
			key, _, truth, err := b.land(aws, hour, i, b.events*12/10/objects)
			if err != nil {
				return fit, err
			}
			raw += truth.Bytes
			if _, _, err := b.invoked(aws, "transformer", `{"do":"transform","key":"`+key+`"}`); err != nil {
				return fit, err
			}
		}
		run, _, err := b.invoked(aws, "transformer", fmt.Sprintf(`{"do":"compact","hour":"2026-11-22T%02d","folders":[%q]}`, hour, ledgerOf(hour)))
		if err != nil {
			return fit, err
		}
		run.RawBytes, run.Objects = raw, objects
		if objects == 3 {
			fit.Small = run
		} else {
			fit.Large = run
		}
	}
	return fit, nil
}

func ledgerOf(hour int) string { return fmt.Sprintf("ledger/2026/11/22/%02d", hour) }

// land puts the n-th landing object of an hour into the bucket.
func (b *bench) land(aws *cloud, hour, n, events int) (key string, landed int64, truth fleet.Truth, err error) {
	key = fmt.Sprintf("landing/2026/11/22/%02d/%d.gz", hour, n)
	path := filepath.Join(aws.bucket, key)
	if err = os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return
	}
	f, err := os.Create(path)
	if err != nil {
		return
	}
	truth, err = fleet.Bulk{Seed: b.seed + uint64(100*hour+n), Events: events, Start: time.Date(2026, 11, 22, hour, 0, 0, 0, time.UTC)}.Write(f)
	if err = errors.Join(err, f.Close()); err != nil {
		return
	}
	info, err := os.Stat(path)
	if err != nil {
		return
	}
	return key, info.Size(), truth, nil
}

// invoked starts a function, hands it one event and looks what that took.
func (b *bench) invoked(aws *cloud, function, event string) (r cost.Run, ready time.Duration, err error) {
	path, err := b.unzip("dist/lambda/" + function + "-" + runtime.GOARCH + ".zip")
	if err != nil {
		return r, 0, err
	}
	run, err := runtimetest.Start(path, "GOMAXPROCS=1", "SEAMARK_CONFIG=opensearch: {url: \""+aws.search.URL+"\"}\nindex: {retentionDays: 3650}\n", "SEAMARK_LAKE=s3://bill",
		"SEAMARK_QUEUE_URL=http://127.0.0.1:1/1/q", "AWS_REGION=us-east-1", "AWS_ENDPOINT_URL_S3="+aws.front.URL,
		"AWS_ACCESS_KEY_ID=seamark", "AWS_SECRET_ACCESS_KEY=seamark-secret", "AWS_EC2_METADATA_DISABLED=true", "HOME="+b.work, "TMPDIR="+b.work)
	if err != nil {
		return r, 0, err
	}
	defer run.Close()
	if ready, err = run.Ready(); err != nil {
		return r, 0, err
	}
	before, err := usageOf(run.PID())
	if err != nil {
		return r, 0, err
	}
	aws.reset()
	a, err := run.Invoke(event, 15*time.Minute)
	if err == nil && a.Failed {
		err = fmt.Errorf("it failed: %s\n%s", a.Body, run.Log())
	}
	if err != nil {
		return r, 0, err
	}
	after, err := usageOf(run.PID())
	if err != nil {
		return r, 0, err
	}
	r = aws.counted()
	r.CPU = (after.cpu - before.cpu).Seconds()
	r.Billed = min(a.After, after.cpu-before.cpu+aws.waited).Seconds()
	r.MemoryMB = after.peakMB
	return r, ready, nil
}

// cloud is S3 and OpenSearch as the functions meet them.
type cloud struct {
	bucket        string // its folder
	front, search *httptest.Server
	stop          func()

	mu     sync.Mutex
	seen   cost.Run
	late   int           // answers that are held back now
	since  time.Time     // when the first of them began to be
	waited time.Duration // time in which any answer was
}

// hold holds an answer back, as AWS would take that long.
func (c *cloud) hold(d time.Duration) {
	c.mu.Lock()
	if c.late++; c.late == 1 {
		c.since = time.Now()
	}
	c.mu.Unlock()
	time.Sleep(d)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.late--; c.late == 0 {
		c.waited += time.Since(c.since)
	}
}

func (b *bench) openAWS() (*cloud, error) {
	data := filepath.Join(b.work, "versitygw")
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	if out, err := exec.Command("scripts/versitygw/start.sh", port, data).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%w: %s", err, out)
	}
	c := &cloud{bucket: filepath.Join(data, "buckets", "bill"), stop: func() { _ = exec.Command("scripts/versitygw/stop.sh", data).Run() }}
	if err := os.MkdirAll(filepath.Join(c.bucket, "lake"), 0o755); err != nil {
		c.stop()
		return nil, err
	}
	gateway := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: "127.0.0.1:" + port})
	gateway.Transport = &http.Transport{MaxIdleConnsPerHost: 100}
	c.front = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.count(r)
		gateway.ServeHTTP(w, r)
	}))
	c.search = httptest.NewServer(http.HandlerFunc(c.bulk))
	return c, nil
}

func (c *cloud) close() {
	c.front.Close()
	c.search.Close()
	c.stop()
}

// count notes a request of S3, and waits as AWS would.
func (c *cloud) count(r *http.Request) {
	reads := (r.Method == http.MethodGet || r.Method == http.MethodHead) && !r.URL.Query().Has("list-type")
	c.mu.Lock()
	if reads {
		c.seen.Gets++
	} else {
		c.seen.Puts++
	}
	c.mu.Unlock()
	if r.Method == http.MethodPut || r.Method == http.MethodPost {
		c.hold(perPut)
		return
	}
	c.hold(perGet)
}

// bulk answers as an OpenSearch that has taken every document.
func (c *cloud) bulk(w http.ResponseWriter, r *http.Request) {
	if !strings.HasSuffix(r.URL.Path, "/_bulk") {
		openSearch(w, r)
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	size := float64(len(body)) / 1e6
	c.mu.Lock()
	c.seen.Bulks++
	c.seen.BulkMB += size
	c.mu.Unlock()
	c.hold(time.Duration(size / bulkMB * float64(perBulk)))
	docs := strings.Count(string(body), "\n") / 2
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprintf(w, `{"errors":false,"items":[%s]}`, strings.TrimSuffix(strings.Repeat(`{"create":{"status":201}},`, docs), ","))
}

func (c *cloud) reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seen, c.waited = cost.Run{}, 0
}

func (c *cloud) counted() cost.Run {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.seen
}
