package torture_test

import (
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seamark-hq/seamark/internal/check"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/transformer"
)

// TestClockJumps transforms the same objects in any order while the clock says anything
// from the year 2000 on, before the events and long after them, jumps between objects,
// and stands in any time zone: the lake's bytes are the same, ledger included.
func TestClockJumps(t *testing.T) {
	seed := seeded(t)
	r := rand.New(rand.NewPCG(seed, 4))
	from := scratch(t)
	arrive(t, from)
	arrived := time.Date(2024, 3, 14, 9, 30, 0, 0, time.UTC)
	for _, name := range landing(t, from) {
		if err := os.Chtimes(name, arrived, arrived); err != nil {
			t.Fatal(err)
		}
	}
	zone := time.Local
	defer func() { time.Local = zone }()
	rounds := times(t, "SEAMARK_CLOCKS", 10)
	want := ""
	for n := range rounds {
		folder := scratch(t)
		if err := command("cp", "-a", from+"/landing", folder); err != nil {
			t.Fatal(err)
		}
		time.Local = time.FixedZone("somewhere", r.IntN(24*3600)-12*3600)
		objects := landing(t, folder)
		r.Shuffle(len(objects), func(i, j int) { objects[i], objects[j] = objects[j], objects[i] })
		if n == 0 {
			transform(t, folder, objects, func() {}) // by the real clock
		} else {
			synctest.Test(t, func(t *testing.T) {
				transform(t, folder, objects, func() { time.Sleep(time.Duration(r.Int64N(int64(20 * 365 * 24 * time.Hour)))) })
			})
		}
		got, err := check.TreeHash(folder)
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			want = got
			for _, f := range check.Check(folder, check.Options{}) {
				t.Error(f)
			}
		}
		if got != want {
			t.Fatalf("round %d: another lake than by the real clock; zone %s", n, time.Local)
		}
		os.RemoveAll(folder)
	}
}

// transform does objects one after the other; before each the clock jumps.
func transform(t *testing.T, folder string, objects []string, jump func()) {
	t.Helper()
	for _, name := range objects {
		jump()
		l, err := lake.Open(context.Background(), folder, false)
		if err != nil {
			t.Fatal(err)
		}
		src, err := transformer.OpenFile(l, name)
		if err != nil {
			t.Fatal(err)
		}
		_, err = transformer.New(l, nil).Transform(context.Background(), src, false)
		src.Close()
		if err != nil {
			t.Fatalf("%s: %v", filepath.Base(name), err)
		}
	}
}
