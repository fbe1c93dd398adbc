package history

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/collector/quota"
	"github.com/seamark-hq/seamark/collector/state"
)

// gapKey names a gap in the state.
type gapKey struct {
	name     string // log group; of a backfill with its span
	backfill bool
}

// gapJob is the fetch of one gap.
type gapJob struct {
	*fetch
	key     gapKey
	group   string
	gap     state.Gap // as far as it is landed
	created int64     // of the group; 0: not known

	ready    bool // what follows is known
	filter   inventory.Filter
	attached bool // there is one
	origin   origin
	span     span
	progress Progress
}

// pendingJobs are the gaps that can be worked on now: new ones first, then the oldest.
func (f *fetch) pendingJobs(s *state.State) []*gapJob {
	var jobs []*gapJob
	for group, g := range s.Pending {
		switch ready := time.UnixMilli(g.To).Add(doubtAfter + delivery); {
		case g.To == 0:
			f.waits(time.Time{}) // for the filter
		case g.Doubt && time.Now().Before(ready):
			f.waits(ready)
		default:
			jobs = append(jobs, &gapJob{fetch: f, key: gapKey{name: group}, group: group, gap: g, created: s.Groups[group].Created})
		}
	}
	slices.SortFunc(jobs, func(a, b *gapJob) int {
		if a.gap.Doubt != b.gap.Doubt {
			if a.gap.Doubt {
				return 1
			}
			return -1
		}
		return cmp.Or(cmp.Compare(b.gap.From, a.gap.From), strings.Compare(a.group, b.group))
	})
	return jobs
}

// waits counts a gap that cannot be closed before then.
func (f *fetch) waits(until time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.report.Waiting++
	if !until.IsZero() && (f.report.Next.IsZero() || until.Before(f.report.Next)) {
		f.report.Next = until
	}
}

// nameAge is after how long a fetch renews the time in the names of its landing objects.
// It is kept in the state, and a fetch that goes on begins with the old one, so that what
// it lands again has the same name.
const nameAge = time.Hour

// begin gives the jobs a time for the names of their objects, durably.
func (f *fetch) begin(ctx context.Context, jobs []*gapJob) {
	for _, j := range jobs {
		if j.gap.Began == 0 {
			j.nameTime()
		}
	}
	f.save(ctx)
}

func (j *gapJob) nameTime() {
	was := j.gap
	j.gap.Began = time.Now().UnixMilli()
	j.note(was, &j.gap)
}

// renewName gives the gap another time for names when it needs one.
func (j *gapJob) renewName(ctx context.Context) {
	if j.gap.Began == 0 || time.Since(j.started) > nameAge && time.Since(time.UnixMilli(j.gap.Began)) > nameAge {
		j.nameTime()
		j.save(ctx)
	}
}

// turn lands one object's worth of the gap. It reports whether there is more to do now.
func (j *gapJob) turn(ctx context.Context, m *members) (more bool) {
	if !j.ready && !j.prepare(ctx) {
		return false
	}
	j.renewName(ctx)
	m.begin(j.origin)
	was, next := j.gap, j.gap
	err := j.fill(ctx, m, &next)
	if ctx.Err() != nil {
		return false // as if killed
	}
	if lerr := j.land(m); lerr != nil {
		j.failed(ctx, j.group, "land history", lerr)
		j.stop()
		return false
	}
	j.gap = next
	if j.gap != was {
		j.note(was, &j.gap)
		j.mu.Lock()
		j.report.Moved++
		j.mu.Unlock()
	}
	switch {
	case err != nil && quota.Judge(err) == quota.Gone:
		j.drop(was)
		return false
	case err != nil:
		j.failed(ctx, j.group, "FilterLogEvents", err)
		return false
	case j.gap.At < j.span.to:
		j.saveSeldom(ctx)
		return true
	}
	return j.spanDone(ctx)
}

// prepare looks at the group's filters: what its events are filed under, and since when
// they are forwarded.
func (j *gapJob) prepare(ctx context.Context) bool {
	var filters []inventory.Filter
	err := j.meter.Call(ctx, quota.DescribeSubscriptionFilters, func() (err error) {
		filters, err = j.cloud.SubscriptionFilters(ctx, j.group)
		return err
	})
	if err != nil {
		if quota.Judge(err) == quota.Gone {
			j.drop(j.gap)
			return false
		}
		j.failed(ctx, j.group, "DescribeSubscriptionFilters", err)
		return false
	}
	j.filter, j.attached = j.ours(filters)
	if !j.attached && !j.key.backfill {
		j.find(j.group, "its history waits: the filter is not there")
		j.waits(time.Time{})
		return false
	}
	j.origin = origin{account: j.place.Account, group: j.group, filter: j.filter.Name}
	return j.choose()
}

// choose fills in the span; false: nothing can be done now.
func (j *gapJob) choose() bool {
	if j.key.backfill {
		j.span = j.backfillSpan()
	} else {
		was := j.gap
		s, wait := j.plan(j.filter)
		if j.gap != was {
			j.note(was, &j.gap)
		}
		if !wait.IsZero() {
			j.waits(wait)
			return false
		}
		j.span = s
	}
	j.gap.At = max(j.gap.At, j.span.from)
	if j.gap.Width == 0 {
		j.gap.Width = max(j.span.to-j.gap.At, 1)
	}
	j.ready = true
	return true
}

// spanDone goes on to the doubtful part, or closes the gap.
func (j *gapJob) spanDone(ctx context.Context) (more bool) {
	was := j.gap
	if !j.key.backfill && !j.gap.Doubt {
		j.doubt(j.span.before)
		j.note(was, &j.gap)
		j.saveSeldom(ctx)
		return j.choose()
	}
	j.note(was, nil)
	j.saveSeldom(ctx)
	j.mu.Lock()
	j.report.Fetched++
	j.mu.Unlock()
	return false
}

// drop gives up a gap whose log group is gone, and its events with it.
func (j *gapJob) drop(was state.Gap) {
	j.note(was, nil)
	if j.key.backfill {
		j.fail(j.group, "fetch its history", &seamark.Fault{Class: seamark.Rejected, What: "there is no such log group", Where: j.place.String(),
			Remedy: "look at the name, the account and the region"})
		return
	}
	j.find(j.group, "the log group is gone; what it held that was not fetched yet is gone too")
}
