package lake_test

import (
	"bytes"
	"cmp"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake"
)

func drawLog(t *rapid.T, name string) seamark.Log {
	text := rapid.StringMatching(`[ab\x00\x01\xff]{0,3}`)
	return seamark.Log{
		Timestamp: rapid.Int64Range(-2, 2).Draw(t, name+" timestamp"), EventID: text.Draw(t, name+" event"), AccountID: text.Draw(t, name+" account"),
		Source: text.Draw(t, name+" source"), Stream: text.Draw(t, name+" stream"), Message: text.Draw(t, name+" message"),
		IngestedAt: rapid.Int64().Draw(t, name+" ingested"), LandingID: text.Draw(t, name+" landing"),
	}
}

// TestSortKeys: keys compare as rows do, whatever bytes their texts hold, and two rows have
// one identity only if they agree in all that makes it.
func TestSortKeys(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawLog(t, "a"), drawLog(t, "b")
		x, n, _ := lake.RowForm(&a, true)
		y, m, _ := lake.RowForm(&b, true)
		want := cmp.Or(cmp.Compare(a.Timestamp, b.Timestamp), cmp.Compare(a.EventID, b.EventID), cmp.Compare(a.AccountID, b.AccountID),
			cmp.Compare(a.Source, b.Source), cmp.Compare(a.Stream, b.Stream))
		if got := bytes.Compare(x[:n], y[:m]); got != want {
			t.Fatalf("identities compare as %d, want %d", got, want)
		}
		want = cmp.Or(want, cmp.Compare(a.IngestedAt, b.IngestedAt), cmp.Compare(a.LandingID, b.LandingID))
		if got := bytes.Compare(x, y); got != want {
			t.Fatalf("keys compare as %d, want %d", got, want)
		}
		damaged, _, _ := lake.RowForm(&b, false)
		if bytes.Equal(x[:n], y[:m]) && bytes.Compare(x, damaged) >= 0 {
			t.Fatal("a damaged object's row is before a sound one's")
		}
	})
}

// TestRowForm: a row that waited to be sorted is what it was, and no bytes make reading panic.
func TestRowForm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := drawLog(t, "row")
		_, _, body := lake.RowForm(&want, true)
		var got seamark.Log
		if err := lake.ReadRow(body, &got); err != nil || got != want {
			t.Fatalf("%+v, %v, want %+v", got, err, want)
		}
		status, latency, size := rapid.Int32().Draw(t, "status"), rapid.Float64().Draw(t, "latency"), rapid.Int64().Draw(t, "size")
		access := seamark.AccessLog{Timestamp: want.Timestamp, EventID: want.EventID, Status: &status, LatencyMs: &latency, ResponseBytes: &size}
		var back seamark.AccessLog
		if err := lake.ReadRow(lake.AppendRow(&access), &back); err != nil || !gocmp.Equal(back, access) {
			t.Fatalf("%+v, %v", back, err)
		}
		body[rapid.IntRange(0, len(body)-1).Draw(t, "at")] ^= byte(rapid.IntRange(1, 255).Draw(t, "bits"))
		var any seamark.Log
		_ = lake.ReadRow(body[:rapid.IntRange(0, len(body)).Draw(t, "cut")], &any)
	})
}
