package check_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/seamark-hq/seamark/collector/ingest"
	"github.com/seamark-hq/seamark/internal/check"
	"github.com/seamark-hq/seamark/internal/fleet"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/transformer"
)

// company fills a lake: objects that came through the front door, one that Firehose laid
// down, a copy of it, and two that are damaged. It returns what was acknowledged.
func company(t testing.TB) (folder string, acked []check.Acked) {
	t.Helper()
	folder = scratch(t)
	d, err := lake.OpenDir(folder, nil)
	if err != nil {
		t.Fatal(err)
	}
	acked = deliver(t, d)
	var whole bytes.Buffer
	if _, err := fleet.WriteObject(&whole, 2, 400); err != nil {
		t.Fatal(err)
	}
	put(t, folder, "landing/2026/11/22/08/seamark-1-2026-11-22-08-10-00-11111111-1111-4111-8111-111111111111.gz", whole.Bytes())
	put(t, folder, "landing/2026/11/22/09/copy.gz", whole.Bytes())
	var third bytes.Buffer
	if _, err := fleet.WriteObject(&third, 3, 900); err != nil {
		t.Fatal(err)
	}
	flipped := bytes.Clone(third.Bytes())
	flipped[len(flipped)/2] ^= 0x10
	put(t, folder, "landing/2026/11/22/08/flipped.gz", flipped)
	put(t, folder, "landing/2026/11/22/08/half.json", append(payload("h", 3), payload("i", 3)[:150]...))
	put(t, folder, "landing/2026/11/22/08/empty.gz", nil)
	transformAll(t, folder)
	return folder, acked
}

// scratch is a folder in memory, where there is one: what is proved needs no disk.
func scratch(t testing.TB) string {
	folder, err := os.MkdirTemp("/dev/shm", "seamark-test-*")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	return folder
}

// payload is a CloudWatch Logs payload of n events.
func payload(name string, n int) []byte {
	var events []string
	for i := range n {
		events = append(events, fmt.Sprintf(`{"id":"%s-%d","timestamp":%d,"message":"hello %d"}`, name, i, 1795334400000+i, i))
	}
	return []byte(`{"messageType":"DATA_MESSAGE","owner":"222222222222","logGroup":"/aws/lambda/f","logStream":"s","subscriptionFilters":["x"],"logEvents":[` + strings.Join(events, ",") + `]}`)
}

// deliver posts a few requests as Firehose does: small ones, a large one, one without gzip.
func deliver(t testing.TB, d *lake.Dir) []check.Acked {
	t.Helper()
	spool, err := ingest.OpenSpool(context.Background(), ingest.SpoolOptions{Dir: d, SealBytes: 20_000, BufferBytes: 8000, MemoryBytes: 64_000})
	if err != nil {
		t.Fatal(err)
	}
	door, err := ingest.NewFirehose(ingest.FirehoseOptions{Spool: spool, AccessKey: "a-key-for-the-tests"})
	if err != nil {
		t.Fatal(err)
	}
	log := &ackedLog{to: door}
	server := httptest.NewServer(log)
	defer server.Close()
	firehose := &fleet.Firehose{URL: server.URL + "/ingest/firehose", AccessKey: "a-key-for-the-tests", Seed: 5, Gzip: true}
	company := fleet.New(fleet.Options{Seed: 4, Start: time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC), EventsPerSecond: 60, ControlEvery: time.Second})
	for s := range 5 {
		var records [][]byte
		from := company.Start().Add(time.Duration(s) * time.Second)
		for p := range company.Payloads(from, from.Add(time.Second)) {
			records = append(records, p.Data)
		}
		log.records = records
		if err := firehose.Post(context.Background(), records); err != nil {
			t.Fatal(err)
		}
	}
	log.records = [][]byte{payload("plain", 5)}
	if err := firehose.Post(context.Background(), log.records); err != nil {
		t.Fatal(err)
	}
	if err := spool.Close(); err != nil {
		t.Fatal(err)
	}
	return log.acked
}

// ackedLog notes which requests were answered 200.
type ackedLog struct {
	to      http.Handler
	records [][]byte
	acked   []check.Acked
}

func (l *ackedLog) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	rec := httptest.NewRecorder()
	l.to.ServeHTTP(rec, r)
	if rec.Code == http.StatusOK {
		l.acked = append(l.acked, check.Acknowledged(r.Header.Get("X-Amz-Firehose-Request-Id"), l.records))
	}
	for k, v := range rec.Header() {
		w.Header()[k] = v
	}
	w.WriteHeader(rec.Code)
	io.Copy(w, rec.Body)
}

func put(t testing.TB, folder, key string, b []byte) {
	t.Helper()
	name := filepath.Join(folder, filepath.FromSlash(key))
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, b, 0o644); err != nil {
		t.Fatal(err)
	}
}

// transformAll does what the ledger does not have yet.
func transformAll(t testing.TB, folder string) {
	t.Helper()
	l, err := lake.Open(context.Background(), folder, false)
	if err != nil {
		t.Fatal(err)
	}
	tr := transformer.New(l, nil)
	pending, err := l.Pending()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range pending {
		src, err := transformer.OpenFile(l, filepath.Join(folder, p.Key))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tr.Transform(context.Background(), src, false); err != nil {
			t.Fatal(err)
		}
		src.Close()
	}
}

func TestSound(t *testing.T) {
	folder, acked := company(t)
	if len(acked) != 6 {
		t.Errorf("%d requests acknowledged", len(acked))
	}
	for _, f := range check.Lake(folder, acked) {
		t.Error(f)
	}
	before, err := check.TreeHash(folder)
	if err != nil {
		t.Fatal(err)
	}
	transformAll(t, folder)
	if after, _ := check.TreeHash(folder); after != before {
		t.Error("Again: a second run changes the tree")
	}
	hash, rows, err := check.RowHash(folder)
	if err != nil || rows == 0 {
		t.Fatal(rows, err)
	}
	for _, part := range []string{"lake", "ledger", "quarantine"} {
		if err := os.RemoveAll(filepath.Join(folder, part)); err != nil {
			t.Fatal(err)
		}
	}
	transformAll(t, folder)
	if again, n, err := check.RowHash(folder); err != nil || again != hash || n != rows {
		t.Errorf("Rebuild: %d rows before, %d rows after, hashes equal: %v, %v", rows, n, again == hash, err)
	}
}

func gzipped(b []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	w.Write(b)
	w.Close()
	return out.Bytes()
}
