package fleet_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/internal/fleet"
)

func TestWriteObject(t *testing.T) {
	var object bytes.Buffer
	truth, err := fleet.WriteObject(&object, 9, 5000)
	if err != nil {
		t.Fatal(err)
	}
	gz, err := gzip.NewReader(&object)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(gz) // all members, one after the other
	if err != nil {
		t.Fatal(err)
	}
	if int64(len(text)) != truth.Bytes {
		t.Errorf("bytes: got %d, want %d", len(text), truth.Bytes)
	}
	got := map[string]int64{}
	ids := map[string]bool{}
	d := json.NewDecoder(bytes.NewReader(text))
	for d.More() {
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			t.Fatal(err)
		}
		p := decodeJSON(t, raw)
		got["payloads"]++
		for _, e := range p.LogEvents {
			got["events"]++
			ids[e.ID] = true
			switch {
			case strings.Contains(e.Message, `"routeKey"`), strings.Contains(e.Message, `"resourcePath"`):
				got["access"]++
			case strings.Contains(e.Message, `"product":"`):
				got["agreed"]++
			}
		}
	}
	access := truth.Count(func(k fleet.Key) bool { return k.Table == seamark.TableAccessLogs })
	if got["events"] != 5000 || truth.Events != 5000 || int64(len(ids)) != 5000 || got["payloads"] != truth.Payloads || got["access"] != access {
		t.Errorf("got %v with %d ids, want %+v with %d access logs", got, len(ids), truth, access)
	}
	if share := float64(access) / 5000; share < 0.2 || share > 0.5 || got["agreed"] < 1000 {
		t.Errorf("the kinds are not in equal parts: %v", got)
	}
}

func TestBulkProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		kinds := rapid.SliceOfNDistinct(rapid.SampledFrom([]fleet.Kind{fleet.KindAgreed, fleet.KindAccess, fleet.KindPlatform}), 1, 3, rapid.ID).Draw(t, "kinds")
		b := fleet.Bulk{
			Seed: rapid.Uint64().Draw(t, "seed"), Events: rapid.IntRange(0, 1500).Draw(t, "events"), Kinds: kinds,
			Span: time.Minute, Products: rapid.IntRange(0, 7).Draw(t, "products"),
		}
		var one, two bytes.Buffer
		truth, err := b.Write(&one)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.Write(&two); err != nil || !bytes.Equal(one.Bytes(), two.Bytes()) {
			t.Fatalf("not the same bytes twice (%v)", err)
		}
		if truth.Events != int64(b.Events) || truth.Count(func(fleet.Key) bool { return true }) != truth.Events {
			t.Fatalf("got %d events and %d rows, want %d", truth.Events, truth.Count(func(fleet.Key) bool { return true }), b.Events)
		}
	})
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestWriteObjectReportsItsWriter(t *testing.T) {
	if _, err := fleet.WriteObject(full{}, 1, 10); err == nil {
		t.Error("got no error")
	}
}

func BenchmarkWriteObject(b *testing.B) {
	const events = 100_000
	var truth fleet.Truth
	for b.Loop() {
		var err error
		if truth, err = fleet.WriteObject(io.Discard, 1, events); err != nil {
			b.Fatal(err)
		}
	}
	b.SetBytes(truth.Bytes)
	b.ReportMetric(float64(events*b.N)/b.Elapsed().Seconds(), "events/s")
}
