package functions_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/seamark-hq/seamark/internal/config"
	"github.com/seamark-hq/seamark/internal/functions/indexer"
	"github.com/seamark-hq/seamark/internal/functions/transformer"
	"github.com/seamark-hq/seamark/internal/lambda"
	"github.com/seamark-hq/seamark/internal/lambda/coldstart"
	"github.com/seamark-hq/seamark/internal/lambda/runtimetest"
)

// objectsOfADay are the landing objects of 10 TB a day (docs/scale.md).
const objectsOfADay = 32_000

// TestDay: a day of objects and messages goes through the real handlers of transformer and indexer,
// and a message at its end takes no more CPU than one at its beginning. The objects are small, since
// their number is what may grow more than in proportion; a hundredth of them without SEAMARK_TORTURE.
func TestDay(t *testing.T) {
	objects := objectsOfADay / 100
	if os.Getenv("SEAMARK_TORTURE") != "" {
		objects = objectsOfADay
	}
	search := httptest.NewServer(http.HandlerFunc(takeAll))
	defer search.Close()
	folder := t.TempDir()
	store, err := coldstart.OpenStore(t.Context(), folder)
	if err != nil {
		t.Fatal(err)
	}
	c := config.Default()
	c.OpenSearch.URL = search.URL
	c.Index.RetentionDays = 0
	handler := func(open func(context.Context, *coldstart.Start) (lambda.Work, error)) func(string) {
		work, err := open(t.Context(), &coldstart.Start{Config: c, Store: store, Log: slog.New(slog.DiscardHandler), Meter: lambda.NewMeter(io.Discard)})
		if err != nil {
			t.Fatal(err)
		}
		h := lambda.NewHandler(work, slog.New(slog.DiscardHandler))
		return func(body string) {
			t.Helper()
			if out, err := h.Invoke(t.Context(), []byte(runtimetest.Batch(body))); err != nil || !bytes.Contains(out, []byte(`"batchItemFailures":null`)) {
				t.Fatalf("%s: %s, %v", body, out, err)
			}
		}
	}
	transform, index := handler(transformer.New), handler(indexer.New)
	var took []time.Duration // CPU of each object's way
	for i := range objects {
		hour := time.Date(2026, 11, 22, 24*i/objects, 0, 0, 0, time.UTC)
		key := fmt.Sprintf("landing/%s/%05d.gz", hour.Format("2006/01/02/15"), i)
		path := filepath.Join(folder, key)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		event := fmt.Sprintf(`{"id":"%d","timestamp":%d,"message":"hello %d"}`, i, hour.UnixMilli(), i)
		payload := `{"messageType":"DATA_MESSAGE","owner":"222222222222","logGroup":"/aws/lambda/f","logStream":"s","subscriptionFilters":["seamark/1/p/prod/team/eu-central-1/f"],"logEvents":[` + event + `]}`
		if err := os.WriteFile(path, []byte(payload), 0o600); err != nil {
			t.Fatal(err)
		}
		begin := ownCPU()
		transform(`{"do":"transform","key":"` + key + `"}`)
		index(`{"do":"index","entries":["` + entryOf(t, folder, hour) + `"]}`)
		took = append(took, ownCPU()-begin)
	}
	first, last := median(took[:objects/4]), median(took[objects*3/4:])
	t.Logf("%d objects: %s of CPU each at first, %s at last", objects, first, last)
	if last > first*3/2 {
		t.Errorf("a message takes %s of CPU at the end of the day, %s at its beginning", last, first)
	}
}

// entryOf is the ledger entry of the object that came last.
func entryOf(t *testing.T, folder string, hour time.Time) string {
	t.Helper()
	dir := filepath.Join("ledger", hour.Format("2006/01/02/15"))
	entries, err := os.ReadDir(filepath.Join(folder, dir))
	if err != nil || len(entries) == 0 {
		t.Fatalf("no entry in %s: %v", dir, err)
	}
	newest := slices.MaxFunc(entries, func(a, b os.DirEntry) int {
		x, _ := a.Info()
		y, _ := b.Info()
		return x.ModTime().Compare(y.ModTime())
	})
	return filepath.Join(dir, newest.Name())
}

func median(all []time.Duration) time.Duration {
	sorted := slices.Sorted(slices.Values(all))
	return sorted[len(sorted)/2]
}

func ownCPU() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// takeAll is an OpenSearch that takes every document and keeps none.
func takeAll(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	w.Header().Set("Content-Type", "application/json")
	switch {
	case strings.HasSuffix(r.URL.Path, "/_bulk"):
		fmt.Fprintf(w, `{"errors":false,"items":[%s]}`, strings.TrimSuffix(strings.Repeat(`{"create":{"status":201}},`, bytes.Count(body, []byte("\n"))/2), ","))
	case r.URL.Path == "/":
		io.WriteString(w, `{"cluster_uuid":"day","version":{"distribution":"opensearch","number":"2.19.4"},"tagline":"The OpenSearch Project: https://opensearch.org/"}`)
	case r.Method == http.MethodPut:
		io.WriteString(w, `{"acknowledged":true}`)
	default:
		w.WriteHeader(http.StatusNotFound)
		io.WriteString(w, `{}`)
	}
}
