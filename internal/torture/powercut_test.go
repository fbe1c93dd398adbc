package torture_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/seamark-hq/seamark/internal/check"
)

// cutsPerLake bounds how far a lake grows, and so how long it takes to check.
const cutsPerLake = 25

// TestPowerCuts cuts the power of the appliance at random moments under load: what was
// acknowledged is there after the next boot, and what the ledger says holds.
func TestPowerCuts(t *testing.T) {
	e2e(t)
	v := newVolume(t, 512)
	seed := seeded(t)
	r := rand.New(rand.NewPCG(seed, 2))
	begin, left := time.Now(), times(t, "SEAMARK_CUTS", 20)
	acked, cuts := 0, left
	for n := 0; left > 0 && !t.Failed(); n++ {
		acked += cutsOfOneLake(t, v, filepath.Join(v.path, fmt.Sprintf("data-%d", n)), seed+uint64(10*n), r, min(left, cutsPerLake))
		left -= cutsPerLake
	}
	t.Logf("%d cuts, %d requests acknowledged, %.0f s", cuts, acked, time.Since(begin).Seconds())
}

func cutsOfOneLake(t *testing.T, v *volume, data string, seed uint64, r *rand.Rand, cuts int) (acked int) {
	a := newAppliance(t, data)
	a.up(t)
	a.healthy(t, a.url)
	l := deliver(t, a.url, a.key(t), seed, 4, 400)
	for n := range cuts {
		if n%4 != 3 { // every fourth time also before it serves
			a.healthy(t, a.url)
		}
		moment := time.Duration(r.Int64N(int64(1200 * time.Millisecond)))
		time.Sleep(moment)
		l.dead.Store(true)
		v.cut(t)
		time.Sleep(time.Duration(r.Int64N(int64(50 * time.Millisecond)))) // it meets the dead disk
		a.kill()
		v.remount(t)
		before, _, _ := l.sum() // nobody acknowledges anything now
		if n < 3 || n%8 == 0 {  // the lake grows, and with it the time to check it
			for _, f := range check.Check(a.lake, check.Options{Unfinished: true, Acked: before}) {
				t.Errorf("after cut %d, %s after the start: %s", n+1, moment.Round(time.Millisecond), f)
			}
		}
		if t.Failed() {
			t.Logf("the process that was cut off said:\n%s", a.log)
			return len(before)
		}
		l.dead.Store(false)
		a.up(t)
	}
	a.finish(t, l)
	all, _, _ := l.sum()
	if err := os.RemoveAll(data); err != nil { // the volume is small
		t.Error(err)
	}
	return len(all)
}
