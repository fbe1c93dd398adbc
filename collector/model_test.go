package collector_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/collector"
	"github.com/seamark-hq/seamark/collector/internal/rig"
	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/collector/state"
	"github.com/seamark-hq/seamark/internal/fleet/cloud"
)

const chaosGroups = 24

// chaosTown is the town, and groups and functions whose tags change.
func chaosTown(c *cloud.Cloud) *cloud.Region {
	r := rig.Town(c)
	for i := range chaosGroups {
		name := chaosGroup(i)
		r.AddLogGroup(inventory.LogGroup{Name: name, Created: 1}, rig.Booking()...)
		if i%3 == 0 {
			r.AddFilter(name, inventory.Filter{Name: "theirs", Destination: "arn:x"})
		}
	}
	r.AddFunction(inventory.Function{Name: "pay", Timeout: 9}, rig.Booking()...)
	return r
}

func chaosGroup(i int) string { return fmt.Sprintf("/app/%02d", i) }

// chaosTags are the tags that a team may choose.
var chaosTags = [][]inventory.Tag{
	rig.Booking(), nil, {rig.Tag("product", "cargo"), rig.Tag("environment", "prod")}, append(rig.Booking(), rig.Tag("logs", "off"), rig.Tag("alarms", "off")),
	append(rig.Booking(), rig.Tag("filter", "errors-only"), rig.Tag("severity", "critical"), rig.Tag("alarm-errors", "3/10")),
}

// chaosNames are the resources whose tags change.
func chaosNames() []string {
	names := []string{"booking-create", "pay", "/app/booking", "a1b2c3d4e5"}
	for i := range chaosGroups {
		names = append(names, chaosGroup(i))
	}
	return names
}

// TestChaos: throttled, failing and killed at random, while tags change, the end is that of an
// undisturbed run; and at no moment is anything foreign touched or a filter missing that need
// not be. SEAMARK_TORTURE=1 takes 1,000 seeds of 100 lives each.
func TestChaos(t *testing.T) {
	seeds, lives := 20, 25
	if os.Getenv("SEAMARK_TORTURE") != "" {
		seeds, lives = 1000, 100
	}
	for seed := range seeds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) { rig.InBubble(t, func(t *testing.T) { chaos(t, uint64(seed), lives) }) })
	}
}

func chaos(t *testing.T, seed uint64, lives int) {
	random := rand.New(rand.NewPCG(seed, 5))
	limit := 1 + random.IntN(2)
	calm := chaosTown(cloud.New(cloud.Options{FilterLimit: limit}))
	wildCloud := cloud.New(cloud.Options{Seed: seed, Latency: 100 * time.Millisecond, TagDelay: 3 * time.Second, ListDelay: time.Second,
		PageSize: 7, FilterLimit: limit, Throttle: 0.05, Fault: 0.01})
	wild := chaosTown(wildCloud)
	kept := &rig.States{}
	m := &model{t: t, r: wild, kept: kept, had: map[string]bool{}}
	m.foreign = m.theirs()
	time.Sleep(time.Minute) // what others made a moment ago may not be listed yet, and no Put asks
	retag := func() {
		name, tags := chaosNames()[random.IntN(len(chaosNames()))], chaosTags[random.IntN(len(chaosTags))]
		calm.Tag(name, tags...)
		wild.Tag(name, tags...)
	}
	for range lives {
		for range random.IntN(3) {
			retag()
		}
		time.Sleep(time.Duration(random.Int64N(int64(10 * time.Second)))) // the tagging API may lag, or not
		m.settled = time.Now()
		ctx, kill := context.WithCancel(t.Context())
		r := newReaper(random, kill)
		wildCloud.Watch(func(c cloud.Call) {
			if c.Done {
				m.check(c.API)
			}
			r.moment()
		})
		collector.Sweep(ctx, rig.Place, wild, collector.Options{Config: rig.Config(), States: reaped{kept, r}})
		kill()
	}
	wildCloud.Watch(nil)
	wildCloud.Chaos(0, 0)
	time.Sleep(time.Minute)
	o := collector.Options{Config: rig.Config(), States: kept}
	collector.Sweep(t.Context(), rig.Place, wild, o)
	collector.Sweep(t.Context(), rig.Place, calm, collector.Options{Config: rig.Config(), States: &rig.States{}})
	if got, want := withoutKept(wild), withoutKept(calm); got != want {
		t.Errorf("seed %d ended elsewhere:\n%s", seed, cmp.Diff(want, got))
	}
	time.Sleep(time.Minute)
	if got := collector.Sweep(t.Context(), rig.Place, wild, o); got.Writes != 0 || len(got.Failures) > 0 {
		t.Errorf("seed %d: not at rest: %+v %s", seed, got.Changes, rig.Failures(got))
	}
	m.check("PutSubscriptionFilter")
	m.checkPending()
	time.Sleep(time.Minute)
	o.Destroy = true
	collector.Sweep(t.Context(), rig.Place, wild, o)
	if got := m.theirs(); got != m.foreign || len(m.ours()) > 0 {
		t.Errorf("seed %d: destroy left %v, or changed:\n%s", seed, m.ours(), cmp.Diff(m.foreign, got))
	}
}

// withoutKept is a snapshot without the log group of an access log, which stays when its
// tags have gone: an undisturbed run that saw only the last tags never made it.
func withoutKept(r *cloud.Region) string {
	if (r.AccessLog("a1b2c3d4e5", "prod") != inventory.AccessLog{}) {
		return r.Snapshot(nil)
	}
	var lines []string
	for line := range strings.SplitSeq(r.Snapshot(nil), "\n \"group ") {
		if !strings.HasPrefix(line, "/aws/apigateway/") {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n \"group ")
}

// model looks at the cloud after each call.
type model struct {
	t       *testing.T
	mu      sync.Mutex
	r       *cloud.Region
	kept    *rig.States
	foreign string
	had     map[string]bool // groups that have a filter of ours
	settled time.Time
}

func ourFilter(f inventory.Filter) bool {
	_, err := seamark.ParseFilterName(f.Name)
	return err == nil && strings.HasSuffix(f.Destination, ":destination:seamark")
}

func ourAlarm(tags inventory.Tags) bool {
	owner, _ := tags.Get("seamark:owner")
	return owner == "acme"
}

// theirs is all that is not ours, tags of resources and switched access logs left out.
func (m *model) theirs() string {
	return m.r.Digest(func(kind string, it any) bool {
		switch v := it.(type) {
		case inventory.Filter:
			return !ourFilter(v)
		case inventory.MetricAlarm:
			return !ourAlarm(v.Tags)
		case inventory.CompositeAlarm:
			return !ourAlarm(v.Tags)
		}
		return kind != "group" || !strings.HasPrefix(it.(string), "/aws/apigateway/")
	})
}

// ours are our filters and alarms, by name.
func (m *model) ours() (names []string) {
	m.r.Digest(func(_ string, it any) bool {
		switch v := it.(type) {
		case inventory.Filter:
			if ourFilter(v) {
				names = append(names, v.Name)
			}
		case inventory.MetricAlarm:
			if ourAlarm(v.Tags) {
				names = append(names, v.Name)
			}
		case inventory.CompositeAlarm:
			if ourAlarm(v.Tags) {
				names = append(names, v.Name)
			}
		}
		return false
	})
	return names
}

// check holds after each call that writes: nothing foreign has changed; a log group that is
// wished for, and had a filter of ours, has one, or a gap to be refilled is noted.
func (m *model) check(api string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case strings.HasPrefix(api, "Describe"), strings.HasPrefix(api, "Get"), strings.HasPrefix(api, "List"), strings.Contains(api, ":ListTags"):
		return
	}
	if got := m.theirs(); got != m.foreign {
		m.t.Errorf("%s changed what is not ours:\n%s", api, cmp.Diff(m.foreign, got))
		m.foreign = got
	}
	if !strings.HasSuffix(api, "SubscriptionFilter") {
		return
	}
	for i := range chaosGroups {
		name := chaosGroup(i)
		n := 0
		for _, f := range m.r.Filters(name) {
			if ourFilter(f) {
				n++
			}
		}
		had := m.had[name]
		m.had[name] = n > 0
		if n > 2 {
			m.t.Errorf("%s: %d filters of ours on %s", api, n, name)
		}
		if had && n == 0 && m.wished(name) {
			b, _, err := m.kept.LoadState(m.t.Context(), rig.Place)
			if err != nil {
				m.t.Fatal(err)
			}
			s, err := state.Decode(b)
			if err != nil {
				m.t.Fatal(err)
			}
			if _, noted := s.Pending[name]; !noted {
				m.t.Errorf("%s: %s is without a filter, and no gap is noted", api, name)
			}
		}
	}
}

// wished reports whether the tags of a log group ask for a filter, and did when the sweep
// under way read them.
func (m *model) wished(group string) bool {
	tags, changed := m.r.TagsOf(group)
	product, _ := tags.Get("seamark:product")
	logs, _ := tags.Get("seamark:logs")
	return product != "" && logs != "off" && m.settled.Sub(changed) > 3*time.Second
}

// checkPending: the history of each group is pending from its creation, since nobody fetches it.
func (m *model) checkPending() {
	s := m.kept.Decoded(m.t, rig.Place)
	for i := range chaosGroups {
		name := chaosGroup(i)
		if m.had[name] {
			if g := s.Pending[name]; g.From != 1 || g.To == 0 {
				m.t.Errorf("%s: history to fetch %+v, want from its creation", name, g)
			}
		}
	}
}
