package collector_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/seamark-hq/seamark/collector"
	"github.com/seamark-hq/seamark/internal/fleet/cloud"
)

// crash is a state store of a process that can be killed: then nothing is saved any more.
type crash struct {
	*states
	dead *atomic.Bool
}

func (c crash) SaveState(ctx context.Context, p collector.Place, b []byte) error {
	if c.dead.Load() {
		return context.Canceled
	}
	return c.states.SaveState(ctx, p, b)
}

// TestChaos: throttled, failing and killed at random, the end is that of an undisturbed run.
func TestChaos(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		random := rand.New(rand.NewPCG(5, 5))
		calm, wild := cloud.New(cloud.Options{FilterLimit: 2}), cloud.New(cloud.Options{
			Seed: 1, Latency: 100 * time.Millisecond, TagDelay: 3 * time.Second, FilterLimit: 2, Throttle: 0.05, Fault: 0.01})
		foreign := ""
		for _, c := range []*cloud.Cloud{calm, wild} {
			r := town(c)
			for i := range 40 {
				name := fmt.Sprintf("/app/%02d", i)
				r.AddLogGroup(collector.LogGroup{Name: name, Created: 1}, booking()...)
				if i%3 == 0 {
					r.AddFilter(name, collector.Filter{Name: "theirs", Destination: "arn:x"})
				}
			}
			foreign = r.Snapshot(nil)
		}
		collector.Sweep(t.Context(), place, calm.Region(place), collector.Options{Config: config(), States: &states{}, Keep: true})
		kept, r := &states{}, wild.Region(place)
		o := collector.Options{Config: config(), Limits: &collector.Limits{}}
		for range 100 {
			var dead atomic.Bool
			ctx, kill := context.WithCancel(t.Context())
			timer := time.AfterFunc(time.Duration(random.Int64N(int64(30*time.Second))), func() { dead.Store(true); kill() })
			o.States = crash{kept, &dead}
			collector.Sweep(ctx, place, r, o)
			timer.Stop()
			kill()
		}
		wild.Chaos(0, 0)
		time.Sleep(time.Minute)
		o.States = kept
		collector.Sweep(t.Context(), place, r, o)
		if got, want := r.Snapshot(nil), calm.Region(place).Snapshot(nil); got != want {
			t.Errorf("ended elsewhere:\n%s", cmp.Diff(want, got))
		}
		if got := collector.Sweep(t.Context(), place, r, o); got.Writes != 0 || len(got.Failures) > 0 {
			t.Errorf("not at rest: %+v %s", got.Changes, failures(got))
		}
		st := kept.decoded(t, place)
		for i := range 40 {
			if g := st.Pending[fmt.Sprintf("/app/%02d", i)]; g.From != 1 || g.To == 0 {
				t.Errorf("group %d: history to fetch %+v, want from its creation", i, g)
			}
		}
		time.Sleep(time.Minute)
		o.Destroy = true
		collector.Sweep(t.Context(), place, r, o)
		if got := r.Snapshot(nil); got != foreign {
			t.Errorf("destroy, or the way there, changed what is not ours:\n%s", cmp.Diff(foreign, got))
		}
	})
}

// TestAnyTown: whatever a place holds, the second sweep writes nothing, and destroy, with
// or without the state, leaves it as found.
func TestAnyTown(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		limit, forget := rapid.SampledFrom([]int{2, 5}).Draw(rt, "limit"), rapid.Bool().Draw(rt, "forget")
		c := cloud.New(cloud.Options{FilterLimit: limit})
		r := c.Region(place)
		drawTown(rt, r)
		before := r.Snapshot(nil)
		st := &states{}
		o := collector.Options{Config: config(), States: st, Limits: &collector.Limits{}}
		ok := t.Run("", func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				time.Sleep(48 * time.Hour) // after the town was built on the real clock
				first := collector.Sweep(t.Context(), place, r, o)
				if second := collector.Sweep(t.Context(), place, r, o); second.Writes != 0 || len(first.Failures) > 0 {
					t.Errorf("second sweep: %+v, first: %s", second.Changes, failures(first))
				}
				if forget {
					o.States = &states{}
				}
				o.Destroy = true
				end := collector.Sweep(t.Context(), place, r, o)
				if got := r.Snapshot(nil); got != before {
					t.Errorf("destroy left %s: %s", cmp.Diff(before, got), failures(end))
				}
			})
		})
		if !ok {
			rt.Fail()
		}
	})
}

func drawTown(rt *rapid.T, r *cloud.Region) {
	value := rapid.SampledFrom([]string{"booking", "Booking App", "", "prod", "off", "on", "5/10", "critical", "errors-only", "nonsense", "x:*/y"})
	keys := rapid.SampledFrom([]string{"product", "product", "environment", "team", "logs", "filter", "alarms", "severity", "runbook", "alarm-4xx", "alarm-errors", "alarm-nope"})
	tags := func(label string) []collector.Tag {
		var all []collector.Tag
		for range rapid.IntRange(0, 4).Draw(rt, label) {
			all = append(all, tag(keys.Draw(rt, "key"), value.Draw(rt, "value")))
		}
		return collector.NewTags(all...)
	}
	name := rapid.SampledFrom([]string{"a", "b", "a:b", "a*b", "a/b", "long-" + fmt.Sprintf("%0240d", 1)})
	for range rapid.IntRange(0, 5).Draw(rt, "functions") {
		f := collector.Function{Name: name.Draw(rt, "function"), Timeout: rapid.IntRange(0, 900).Draw(rt, "timeout")}
		if rapid.Bool().Draw(rt, "shared") {
			f.LogGroup = "/shared"
		}
		r.AddFunction(f, tags("function tags")...)
	}
	for i := range rapid.IntRange(0, 4).Draw(rt, "apis") {
		a := collector.API{ID: fmt.Sprintf("id%d", i), Name: name.Draw(rt, "api"), Tags: tags("api tags"),
			Protocol: rapid.SampledFrom([]collector.Protocol{collector.REST, collector.HTTP, collector.WebSocket}).Draw(rt, "protocol")}
		stage := collector.Stage{Name: rapid.SampledFrom([]string{"prod", "$default"}).Draw(rt, "stage"), Tags: tags("stage tags"), DetailedMetrics: rapid.Bool().Draw(rt, "detailed")}
		if rapid.Bool().Draw(rt, "logs") {
			stage.AccessLog = collector.AccessLog{Destination: place.LogGroupARN("/shared"), Format: rapid.SampledFrom([]string{"$context.requestId,$context.status", `{"status":"$context.status"}`}).Draw(rt, "format")}
		}
		r.AddAPI(a, []collector.Route{{Method: "GET", Resource: "/x"}, {Method: "POST", Resource: "/x"}}, stage)
	}
	for range rapid.IntRange(0, 4).Draw(rt, "groups") {
		g := rapid.SampledFrom([]string{"/shared", "/own", "/other", "/full"}).Draw(rt, "group")
		r.AddLogGroup(collector.LogGroup{Name: g, Created: 1}, tags("group tags")...)
		for i := range rapid.IntRange(0, 2).Draw(rt, "foreign filters") {
			r.AddFilter(g, collector.Filter{Name: fmt.Sprint("theirs", i), Destination: "arn:theirs"})
		}
	}
	for range rapid.IntRange(0, 2).Draw(rt, "foreign alarms") {
		n := rapid.SampledFrom([]string{"seamark/booking/unassigned/a/errors", "seamark/booking/unassigned/all/all", "seamark/x"}).Draw(rt, "alarm")
		r.AddAlarm(collector.MetricAlarm{Name: n, Evaluations: 1}, collector.Tag{Key: "seamark:owner", Value: rapid.SampledFrom([]string{"", "other"}).Draw(rt, "owner")})
	}
}

// TestFigures: the figures of the collector on the simulated clock. SEAMARK_TORTURE=1 runs
// the whole: 1,000 accounts, 2 regions, 200 log groups and 20 stages each.
func TestFigures(t *testing.T) {
	accounts := 20
	if os.Getenv("SEAMARK_TORTURE") != "" {
		accounts = 1000
	}
	const groups, stages = 200, 20
	inBubble(t, func(t *testing.T) {
		c := cloud.New(cloud.Options{Latency: 100 * time.Millisecond, TagDelay: 5 * time.Second})
		var places []collector.Place
		for i := range accounts {
			for _, region := range []string{"eu-central-1", "us-east-1"} {
				p := collector.Place{Account: fmt.Sprintf("%012d", i), Region: region}
				places = append(places, p)
				r := c.Region(p)
				for g := range groups {
					r.AddLogGroup(collector.LogGroup{Name: fmt.Sprintf("/app/%04d", g), Created: 1}, booking()...)
				}
				for s := range stages {
					a := collector.API{ID: fmt.Sprintf("api%d", s), Name: fmt.Sprintf("api-%d", s), Protocol: collector.HTTP, Tags: collector.NewTags(booking()...)}
					r.AddAPI(a, nil, collector.Stage{Name: "prod", AccessLog: collector.AccessLog{Destination: "arn:aws:firehose:x", Format: "{}"}})
				}
			}
		}
		time.Sleep(time.Minute)
		st := &states{}
		o := collector.Options{Config: config(), States: st, Limits: &collector.Limits{}}
		peak := watchHeap(c)
		began := time.Now()
		var writes int64
		collector.SweepAll(t.Context(), places, c, o, 0, func(r *collector.Report) {
			writes += r.Writes
			if !r.Done || len(r.Failures) > 0 {
				t.Errorf("%s: done %v %s", r.Place, r.Done, failures(r))
			}
		})
		took := time.Since(began)
		used := peak()
		best := time.Duration(0)
		for api, n := range map[string]int{"PutSubscriptionFilter": groups, "DescribeSubscriptionFilters": groups, "PutMetricAlarm": 3 * stages, "PutCompositeAlarm": 1} {
			best = max(best, time.Duration((float64(n)-cloud.Rate(api))/cloud.Rate(api)*float64(time.Second))) // the first second's calls are in the bucket
		}
		t.Logf("%d places, %d writes: onboarded after %v simulated, quota optimum %v (%.3f times); memory %d MB", len(places), writes, took, best, took.Seconds()/best.Seconds(), used>>20)
		if took > best*11/10 {
			t.Errorf("took %v, want at most 1.1 times %v", took, best)
		}
		if used > 300<<20 {
			t.Errorf("%d MB, want at most 300", used>>20)
		}
		time.Sleep(time.Hour)
		before := c.Calls()
		collector.SweepAll(t.Context(), places, c, o, 0, func(r *collector.Report) {
			// log groups, tags of groups and alarms, functions, both kinds of APIs, their stages, alarms
			pages := int64(groups/50 + (groups+3*stages+1+99)/100 + 1 + 2 + stages + 1)
			if most := pages + (groups+23)/24; r.Writes != 0 || r.Reads > most {
				t.Errorf("%s: second sweep made %d writes and %d reads, want 0 and at most %d", r.Place, r.Writes, r.Reads, most)
			}
		})
		for api, n := range c.Calls() {
			if n -= before[api]; n > 0 {
				t.Logf("second sweep: %s %.1f a place", api, float64(n)/float64(len(places)))
			}
		}
	})
}

// watchHeap samples the live heap on the simulated clock. The cloud's own share grows with
// what is put into it: between its sizes before and after, by the writes made so far.
func watchHeap(c *cloud.Cloud) (peak func() uint64) {
	type sample struct {
		heap uint64
		puts int
	}
	live := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc + m.StackInuse
	}
	puts := func() int { n := c.Calls(); return n["PutSubscriptionFilter"] + n["PutMetricAlarm"] }
	base := live()
	var samples []sample
	stop := make(chan struct{})
	done := make(chan struct{})
	go func() {
		defer close(done)
		for _, at := range []time.Duration{500 * time.Millisecond, time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second, 10 * time.Second, 10 * time.Second} {
			select {
			case <-time.After(at):
				samples = append(samples, sample{live(), puts()})
			case <-stop:
				return
			}
		}
	}()
	return func() uint64 {
		close(stop)
		<-done
		end, all := live(), puts()
		var most uint64
		for _, s := range samples {
			cloudShare := base + uint64(float64(end-base)*float64(s.puts)/float64(all))
			if s.heap > cloudShare {
				most = max(most, s.heap-cloudShare)
			}
		}
		return most
	}
}
