package collector

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/collector/quota"
)

// filterPlan is what the filters of one log group need.
type filterPlan struct {
	put   bool               // the wanted one is missing or otherwise
	here  *inventory.Filter  // the wanted one as it is there
	clash *inventory.Filter  // a filter of the wanted name that is not ours
	old   []inventory.Filter // ours, and no longer wanted
}

// diffFilters compares what a log group has with what it wants; want may be nil.
func diffFilters(want *inventory.Filter, have []inventory.Filter, mine func(inventory.Filter) bool) filterPlan {
	p := filterPlan{put: want != nil}
	for i, f := range have {
		switch {
		case want != nil && f.Name == want.Name && !mine(f):
			p.clash, p.put = &have[i], false
		case want != nil && f.Name == want.Name:
			p.here = &have[i]
			p.put = f.Pattern != want.Pattern || f.Role != want.Role || f.Destination != want.Destination || f.System != want.System
		case mine(f):
			p.old = append(p.old, f)
		}
	}
	return p
}

// filterJob is a log group whose filters must be looked at.
type filterJob struct {
	group string
	want  *WantedFilter // nil: none of ours
	// absent: the listing lacks the group. It may be deleted, its filters with it, or so new that
	// the listing lags: then nothing is done to it.
	absent bool
}

// sweepFilters looks at the groups of which it is not known that all is well, and anew at
// a 24th of the rest, those first that were not looked at for longest.
func (s *sweep) sweepFilters(ctx context.Context, d *Desired) {
	jobs := s.filterJobs(d)
	d.groups, d.unknown = nil, nil
	if len(jobs) > 0 && !s.opt.DryRun {
		s.intend(jobs)
		s.save(ctx) // from here on a killed sweep leaves no filter that nobody knows of
	}
	err := s.meter.Dispatch(ctx, quota.DescribeSubscriptionFilters, s.width, len(jobs), func(ctx context.Context, i int) { s.doFilter(ctx, d, jobs[i]) })
	s.ended(ctx, err)
}

func (s *sweep) filterJobs(d *Desired) []filterJob {
	settled, jobs := s.sortOut(d)
	n := (len(settled) + 23) / 24
	if s.scope != nil {
		n = len(settled) // it may have been removed: that is an event too
	}
	slices.SortFunc(settled, func(a, b filterJob) int {
		return cmp.Or(cmp.Compare(s.State.Groups[a.group].Checked, s.State.Groups[b.group].Checked), strings.Compare(a.group, b.group))
	})
	s.journal.unchanged(len(settled) - n)
	for _, j := range settled[n:] {
		s.reportRefusal(d, j.group, s.State.Groups[j.group].Refused)
	}
	return append(append(jobs, settled[:n]...), s.leftovers(d)...)
}

// sortOut divides the wanted filters into those known to be there and the others.
func (s *sweep) sortOut(d *Desired) (settled, jobs []filterJob) {
	for i := range d.Filters {
		w := &d.Filters[i]
		g, known := s.State.Groups[w.Group]
		anew := g.Created != 0 && w.Created != 0 && g.Created != w.Created // deleted, and made again
		if anew {
			delete(s.State.Groups, w.Group)
			delete(s.State.Pending, w.Group)
		}
		if known && !anew && !g.Busy && g.Hash == filterHash(d.Filter(w)) {
			settled = append(settled, filterJob{group: w.Group, want: w})
		} else {
			jobs = append(jobs, filterJob{group: w.Group, want: w})
		}
	}
	return settled, jobs
}

// leftovers are the groups that may have a filter of ours and want none.
func (s *sweep) leftovers(d *Desired) []filterJob {
	wanted, there := map[string]bool{}, map[string]bool{}
	for _, w := range d.Filters {
		wanted[w.Group] = true
	}
	var jobs []filterJob
	for _, g := range d.groups {
		there[g] = true
		_, ours := s.State.Groups[g]
		if !wanted[g] && !d.unknown[g] && (ours || s.opt.Destroy && !s.State.Destroying) {
			jobs = append(jobs, filterJob{group: g})
		}
	}
	if d.listed {
		for g := range s.State.Groups {
			if !there[g] && !wanted[g] && s.scope.group(g) {
				jobs = append(jobs, filterJob{group: g, absent: true})
			}
		}
	}
	return jobs
}

func (s *sweep) intend(jobs []filterJob) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.State.Destroying = s.opt.Destroy
	for _, j := range jobs {
		g, known := s.State.Groups[j.group]
		switch {
		case j.absent || !known && j.want == nil && !s.opt.Destroy:
			continue
		case !known && j.want != nil:
			g.Created = j.want.Created
		}
		g.Busy = true
		s.State.Groups[j.group] = g
	}
}

// doFilter brings the filters of one log group to what it wants. No filter is put or
// deleted unless the group was described just before: a name may be another's.
func (s *sweep) doFilter(ctx context.Context, d *Desired, j filterJob) {
	var have []inventory.Filter
	err := s.meter.Call(ctx, quota.DescribeSubscriptionFilters, func() (err error) {
		have, err = s.cloud.SubscriptionFilters(ctx, j.group)
		return err
	})
	switch {
	case err != nil && quota.Judge(err) == quota.Gone && s.opt.DryRun && j.want != nil: // the group would be made first
	case err != nil && quota.Judge(err) == quota.Gone:
		s.forget(j.group)
		return
	case err != nil:
		s.failed(ctx, j.group, "DescribeSubscriptionFilters", err)
		return
	case j.absent:
		return
	}
	s.mu.Lock()
	was := s.State.Groups[j.group]
	s.mu.Unlock()
	was.Busy = false
	mine := func(f inventory.Filter) bool { return d.mine(f) || was.Hash != "" && filterHash(f) == was.Hash }
	f := &filterWork{sweep: s, group: j.group, have: have, was: was}
	if j.want == nil {
		f.plan = diffFilters(nil, have, mine)
		f.remove(ctx)
		return
	}
	f.want, f.created = d.Filter(j.want), j.want.Created
	f.plan = diffFilters(&f.want, have, mine)
	f.attach(ctx, d)
}

func (s *sweep) forget(group string) {
	s.mu.Lock()
	delete(s.State.Groups, group)
	delete(s.State.Pending, group)
	s.mu.Unlock()
}

// reportRefusal repeats on each sweep why a filter is not there.
func (s *sweep) reportRefusal(d *Desired, group, why string) {
	if why != "" {
		s.journal.find(Finding{Resource: d.place.LogGroupARN(group), Problem: why})
	}
}

func unixMilli() int64 { return time.Now().UnixMilli() }
