package rehearsal_test

import (
	"fmt"
	"os"
	"runtime"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/seamark-hq/seamark/collector/internal/rig"
	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/collector/rehearsal"
	"github.com/seamark-hq/seamark/internal/fleet/cloud"
)

// TestRehearsalFigures: memory hangs on the calls under way, not on the number of alarms.
// SEAMARK_TORTURE=1 takes 10,002 alarms over 14 days, else it is 300 over two.
func TestRehearsalFigures(t *testing.T) {
	functions, since := 100, 48*time.Hour
	if os.Getenv("SEAMARK_TORTURE") != "" {
		functions, since = 3334, 14*24*time.Hour
	}
	rig.InBubble(t, func(t *testing.T) {
		c := cloud.New(cloud.Options{Latency: 100 * time.Millisecond})
		r := c.Region(rig.Place)
		one := []cloud.Sample{{Value: 1, Count: 30}}
		for i := range functions {
			name := fmt.Sprintf("f%04d", i)
			r.AddFunction(inventory.Function{Name: name, Timeout: 3}, rig.Booking()...)
			for _, metric := range []string{"Invocations", "Errors", "Throttles", "Duration"} {
				r.SetMetric(inventory.Metric{Namespace: "AWS/Lambda", Name: metric, Dimensions: []inventory.Dimension{{Name: "FunctionName", Value: name}}},
					func(at int64) []cloud.Sample {
						if metric != "Invocations" && at/minuteMs%60 > 7 { // an incident each hour
							return nil
						}
						return one
					})
			}
		}
		var most atomic.Uint64
		c.Watch(func(call cloud.Call) {
			if call.API == "GetMetricData" && call.Done {
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				most.Store(max(most.Load(), m.HeapAlloc))
			}
		})
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		began, cpu := time.Now(), cpuSeconds()
		got := rehearse(t, r, rehearsal.Options{Since: since})
		grown := float64(most.Load()-min(most.Load(), m.HeapAlloc)) / (1 << 20)
		t.Logf("%d alarms, %d metrics in %d calls ($%.2f): %v simulated, %.1f s of CPU with the simulated cloud's, at most %.0f MB more on the heap",
			len(got.Alarms), got.Reading.Metrics, got.Reading.Calls, got.Reading.Dollars, time.Since(began), cpuSeconds()-cpu, grown)
		if len(got.Alarms) != 3*functions || got.Alarms[1].Fired == 0 || grown > 150 {
			t.Errorf("%d alarms, %+v, %.0f MB", len(got.Alarms), got.Alarms[1], grown)
		}
	})
}

func cpuSeconds() float64 {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u) // cannot fail for oneself
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()).Seconds()
}
