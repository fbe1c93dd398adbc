package ingest_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/seamark-hq/seamark/collector/ingest"
	"github.com/seamark-hq/seamark/internal/fleet"
)

// BenchmarkFirehose posts over HTTP with four connections and reports what was
// acknowledged, all of it durable: MB/s of request bodies, requests/s and events/s.
func BenchmarkFirehose(b *testing.B) {
	for _, bc := range []struct {
		name   string
		events int // per request
	}{{"small", 100}, {"usual", 2_000}, {"1MiB", 12_000}, {"large", 60_000}} {
		b.Run(bc.name, func(b *testing.B) {
			_, _, h := open(b, ingest.SpoolOptions{})
			srv := httptest.NewUnstartedServer(h)
			ingest.SetTimeouts(srv.Config)
			srv.Start()
			defer srv.Close()
			var records [][]byte
			for p := range (fleet.Bulk{Seed: 1, Events: bc.events}).Payloads() {
				records = append(records, p.Data)
			}
			body := deliveryBody("ID-PLACEHOLDER-00000000", records...)
			var n atomic.Int64
			var wg sync.WaitGroup
			b.SetBytes(int64(len(body)))
			b.ResetTimer()
			for range 4 {
				client := &http.Client{Transport: &http.Transport{}}
				wg.Go(func() {
					for {
						i := n.Add(1)
						if i > int64(b.N) {
							return
						}
						id := fmt.Sprintf("request-%d-%015d", 0, i)
						once := bytes.Replace(body, []byte("ID-PLACEHOLDER-00000000"), []byte(id), 1)
						req, _ := http.NewRequest(http.MethodPost, srv.URL, bytes.NewReader(once))
						set("X-Amz-Firehose-Access-Key", accessKey)(req)
						set("X-Amz-Firehose-Request-Id", id)(req)
						resp, err := client.Do(req)
						if err != nil {
							b.Error(err)
							return
						}
						text, _ := io.ReadAll(resp.Body)
						resp.Body.Close()
						if resp.StatusCode != http.StatusOK {
							b.Errorf("%d %s", resp.StatusCode, text)
							return
						}
					}
				})
			}
			wg.Wait()
			seconds := b.Elapsed().Seconds()
			b.ReportMetric(float64(b.N)/seconds, "requests/s")
			b.ReportMetric(float64(b.N*bc.events)/seconds, "events/s")
		})
	}
}
