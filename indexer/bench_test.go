package indexer_test

import (
	"fmt"
	"testing"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/indexer"
)

// sampleRows are of the agreed format, as the demo's fleet writes them.
func sampleRows(n int) []seamark.Log {
	rows := make([]seamark.Log, n)
	for i := range rows {
		rows[i] = seamark.Log{
			Timestamp: eventMs + int64(i), EventID: fmt.Sprintf("3694416821768%043d", i), AccountID: "222222222222", Region: "eu-central-1",
			Source: "/aws/lambda/booking-confirmation", Stream: "2026/11/22/[$LATEST]7c0b", Component: "booking-confirmation", Team: "web-mobile",
			Level: "INFO", EventName: "Booking confirmed", RequestID: fmt.Sprintf("8a6a0b1e-6a53-4f7e-9a36-%012d", i), IngestedAt: eventMs,
			EventData: fmt.Sprintf(`{"bookingId":%d,"userId":"u%d","sourceIP":"203.0.113.7","cart":{"teu":%d,"port":"DEHAM"}}`, i, i%977, i%40),
			Message:   fmt.Sprintf("Booking confirmed. bookingId=[%d] userId=[u%d] sourceIP=[203.0.113.7]", i, i%977),
		}
	}
	return rows
}

// BenchmarkBuild measures rows into bulk bodies, without a server. MB/s is of the body.
func BenchmarkBuild(b *testing.B) {
	for name, fields := range map[string]map[string]indexer.Promoted{
		"plain":    nil,
		"promoted": {"booking": {Num: []string{"cart.teu"}, Kw: []string{"cart.port"}}},
	} {
		b.Run(name, func(b *testing.B) {
			rows := sampleRows(1000)
			builder, err := indexer.NewBuilder("", fields)
			if err != nil {
				b.Fatal(err)
			}
			builder.File(partition, landingID)
			var body []byte
			b.ReportAllocs()
			for b.Loop() {
				body = body[:0]
				for i := range rows {
					body, _ = builder.AppendLog(body, &rows[i])
				}
			}
			b.SetBytes(int64(len(body)))
			b.ReportMetric(float64(len(rows)*b.N)/b.Elapsed().Seconds(), "docs/s")
		})
	}
}
