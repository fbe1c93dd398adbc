package history_test

import (
	"bytes"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/collector"
	"github.com/seamark-hq/seamark/collector/internal/rig"
	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/internal/check"
	"github.com/seamark-hq/seamark/internal/fleet/cloud"
	"github.com/seamark-hq/seamark/lake"
)

// centralPayloads is what the filter on a copy that two accounts share sends.
func centralPayloads(t *testing.T) []byte {
	var landed bytes.Buffer
	rig.InBubble(t, func(t *testing.T) {
		c := cloud.New(cloud.Options{Deliver: func(_ string, payload []byte) { landed.Write(payload) }})
		central := c.Region(rig.CentralPlace)
		central.AddLogGroup(inventory.LogGroup{Name: "/aws/lambda/pay", Created: time.Now().UnixMilli()})
		if got := collector.Sweep(t.Context(), rig.CentralPlace, central, collector.Options{Config: rig.CentralConfig(), States: &rig.States{}}); len(got.Failures) > 0 {
			t.Fatal(rig.Failures(got))
		}
		for i, origin := range []inventory.Place{rig.Place, {Account: "444455556666", Region: "us-east-1"}, rig.Place, rig.CentralPlace} {
			event := inventory.LogEvent{Stream: "s", Timestamp: time.Now().UnixMilli(), Message: fmt.Sprintf(`{"product":"p%d","environment":"prod","message":"m"}`, i)}
			if err := central.AddCopies(origin, "/aws/lambda/pay", event); err != nil {
				t.Fatal(err)
			}
		}
	})
	return landed.Bytes()
}

// TestCentralRows: each row of a shared copy names the account and region that its event
// came from, and the checker, which reads landing by itself, finds nothing wrong.
func TestCentralRows(t *testing.T) {
	d, err := lake.OpenDir(t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	l := lake.New(d)
	const key = "landing/2000/01/01/00/central"
	if err := l.PutBytes(key, centralPayloads(t)); err != nil {
		t.Fatal(err)
	}
	p := &pipeline{t: t, lake: l}
	if err := p.transformOne(key); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range l.Files(seamark.TableLogs, seamark.Span{}) {
		err := l.ReadLogs(f.FileRef, func(rows []seamark.Log) error {
			for _, r := range rows {
				got = append(got, f.Product+" "+r.AccountID+" "+r.Region+" "+r.Component)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	slices.Sort(got)
	want := []string{"p0 111122223333 eu-central-1 pay", "p1 444455556666 us-east-1 pay", "p2 111122223333 eu-central-1 pay", "p3 999999999999 eu-central-1 pay"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	for _, f := range check.Check(l.Root(), check.Options{}) {
		t.Error(f)
	}
}
