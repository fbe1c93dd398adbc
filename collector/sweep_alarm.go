package collector

import (
	"context"
	"slices"
	"time"

	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/collector/quota"
	"github.com/seamark-hq/seamark/collector/state"
)

// recognise finds out whose the alarms are whose tags the listing does not have: ours if
// we remember them, else by asking for their tags.
func (s *sweep) recognise(ctx context.Context, inv *inventory.Inventory) {
	s.remembered = map[string]bool{}
	for i := range inv.Metric {
		s.ownerOf(ctx, inv.Metric[i].Name, &inv.Metric[i].Tags)
	}
	for i := range inv.Composite {
		s.ownerOf(ctx, inv.Composite[i].Name, &inv.Composite[i].Tags)
	}
}

func (s *sweep) ownerOf(ctx context.Context, name string, tags *inventory.Tags) {
	if _, marked := tags.Get(ownerTag); marked {
		return
	}
	if _, known := s.State.Alarms[name]; known {
		s.remembered[name] = true
		*tags = inventory.NewTags(inventory.Tag{Key: ownerTag, Value: s.cfg.Deployment})
		return
	}
	arn := s.place.AlarmARN(name)
	read, unread := s.tagsOf(ctx, quota.AlarmListTags, arn, func() (inventory.Tags, error) { return s.cloud.AlarmTags(ctx, arn) })
	if unread {
		s.alarmsBlind = true
	}
	*tags = read
}

// alarmSweep compares and applies the alarms of a place.
type alarmSweep struct {
	*sweep
	d         *Desired
	metric    map[string]*inventory.KnownAlarm // ours, by name
	composite map[string]*inventory.CompositeAlarm
	missing   map[string]bool // wanted, and could not be made
	complete  bool            // all was read: what is not wanted may go
}

// sweepAlarms puts alarms, then composites over them, then deletes composites from the
// top, then alarms: CloudWatch refuses to delete a child that a composite still names.
func (s *sweep) sweepAlarms(ctx context.Context, d *Desired) {
	if s.alarmsBlind {
		return // whose the alarms are is not known: each could be another's
	}
	a := &alarmSweep{sweep: s, d: d, metric: map[string]*inventory.KnownAlarm{}, composite: map[string]*inventory.CompositeAlarm{}, missing: map[string]bool{},
		complete: d.complete}
	for i := range d.inv.Metric {
		if m := &d.inv.Metric[i]; d.Owns(m.Tags) {
			a.metric[m.Name] = m
		}
	}
	for i := range d.inv.Composite {
		if c := &d.inv.Composite[i]; d.Owns(c.Tags) {
			a.composite[c.Name] = c
		}
	}
	a.forgetGone()
	a.putMetric(ctx)
	if !a.complete || s.stopped(ctx) {
		return
	}
	wanted := a.d.Composites(func(name string) bool { return !a.missing[name] })
	for level := range levels(wanted) {
		quota.Each(ctx, a.width, len(level), func(i int) { a.doComposite(ctx, &level[i]) })
	}
	if s.stopped(ctx) {
		return
	}
	a.deleteComposites(ctx, wanted)
	a.deleteMetric(ctx)
}

func (s *sweep) stopped(ctx context.Context) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.handedOn || ctx.Err() != nil
}

func (a *alarmSweep) forgetGone() {
	a.mu.Lock()
	defer a.mu.Unlock()
	for name := range a.State.Alarms {
		if a.metric[name] == nil && a.composite[name] == nil && a.scope.family(name) {
			delete(a.State.Alarms, name)
		}
	}
}

func (a *alarmSweep) putMetric(ctx context.Context) {
	var jobs []int
	for i := range a.d.Alarms {
		w := a.d.Alarm(&a.d.Alarms[i])
		if have := a.metric[w.Name]; have != nil && have.Does(&w) && !a.tagsDiffer(w.Name, w.Tags, have.Tags) {
			a.journal.unchanged(1)
			a.remember(w.Name, w.Tags, a.d.of(&a.d.Alarms[i]))
			continue
		}
		jobs = append(jobs, i)
	}
	do := func(ctx context.Context, i int) {
		recipe := &a.d.Alarms[jobs[i]]
		w := a.d.Alarm(recipe)
		a.doMetric(ctx, &w, a.d.of(recipe))
	}
	if a.opt.DryRun {
		for i := range jobs {
			do(ctx, i)
		}
		return
	}
	err := a.meter.Dispatch(ctx, quota.PutMetricAlarm, a.width, len(jobs), do)
	a.ended(ctx, err)
}

func (a *alarmSweep) doMetric(ctx context.Context, w *inventory.MetricAlarm, of string) {
	have := a.metric[w.Name]
	if have == nil || !have.Does(w) {
		c := Change{Create, changeAlarm, w.Name, w.Name, "its resource's tags ask for it"}
		if have != nil {
			c.Action, c.Why = Update, "it is not as the tags and the configuration say"
		}
		a.journal.change(c)
		if a.opt.DryRun {
			return
		}
		if err := a.meter.Call(ctx, quota.PutMetricAlarm, func() error { return a.cloud.PutMetricAlarm(ctx, *w) }); err != nil {
			a.failed(ctx, w.Name, "PutMetricAlarm", err)
			if have == nil {
				a.mu.Lock()
				a.missing[w.Name] = true
				a.mu.Unlock()
			}
			return
		}
	}
	if have == nil {
		a.remember(w.Name, w.Tags, of)
		return
	}
	a.tag(ctx, w.Name, w.Tags, have.Tags, of)
}

// settling is how long the tagging API may still show old tags.
const settling = 15 * time.Minute

// tagsDiffer compares tags with what was applied, when that was a moment ago or is all
// that is known, else with what the tagging API says.
func (a *alarmSweep) tagsDiffer(name string, want, have inventory.Tags) bool {
	a.mu.Lock()
	applied := a.State.Alarms[name]
	a.mu.Unlock()
	if applied.Tags == tagsHash(want) && (a.remembered[name] || unixMilli()-applied.At < settling.Milliseconds()) {
		return false
	}
	set, unset := a.d.missingTags(want, have)
	return len(set)+len(unset) > 0
}

// tag brings the tags of an alarm that is there to what they shall be: Put takes none.
func (a *alarmSweep) tag(ctx context.Context, name string, want, have inventory.Tags, of string) {
	if !a.tagsDiffer(name, want, have) {
		a.remember(name, want, of)
		return
	}
	a.journal.change(Change{Update, changeTags, name, name, "its tags are not those of its resource"})
	if a.opt.DryRun {
		return
	}
	set, unset := a.d.missingTags(want, have)
	arn := a.place.AlarmARN(name)
	if a.remembered[name] { // what it has is not known: all of it
		for _, key := range []string{a.d.cfg.Tags.Team, a.d.cfg.Tags.Runbook} {
			if _, wanted := want.Get(key); !wanted {
				unset = append(unset, key)
			}
		}
	}
	if len(unset) > 0 {
		if err := a.meter.Call(ctx, quota.UntagAlarm, func() error { return a.cloud.UntagAlarm(ctx, arn, unset) }); err != nil {
			a.failed(ctx, name, "UntagResource", err)
			return
		}
	}
	if len(set) > 0 {
		if err := a.meter.Call(ctx, quota.TagAlarm, func() error { return a.cloud.TagAlarm(ctx, arn, set) }); err != nil {
			a.failed(ctx, name, "TagResource", err)
			return
		}
	}
	a.applied(name, want, of)
}

// remember notes an alarm as ours; one that is noted keeps its time.
func (a *alarmSweep) remember(name string, tags inventory.Tags, of string) {
	a.mu.Lock()
	have := a.State.Alarms[name]
	a.mu.Unlock()
	if have.Tags != tagsHash(tags) || have.Of != of {
		a.applied(name, tags, of)
	}
}

func (a *alarmSweep) applied(name string, tags inventory.Tags, of string) {
	a.mu.Lock()
	a.State.Alarms[name] = state.AlarmState{Tags: tagsHash(tags), At: unixMilli(), Of: of}
	a.mu.Unlock()
}

func (a *alarmSweep) doComposite(ctx context.Context, w *inventory.CompositeAlarm) {
	have := a.composite[w.Name]
	if have != nil && sameComposite(have, w) && !a.tagsDiffer(w.Name, w.Tags, have.Tags) {
		a.journal.unchanged(1)
		a.remember(w.Name, w.Tags, "")
		return
	}
	if have == nil || !sameComposite(have, w) {
		c := Change{Create, changeComposite, w.Name, w.Name, "the alarms of its product and environment need one that notifies"}
		if have != nil {
			c.Action, c.Why = Update, "its alarms have changed"
		}
		a.journal.change(c)
		if a.opt.DryRun {
			return
		}
		if err := a.meter.Call(ctx, quota.PutCompositeAlarm, func() error { return a.cloud.PutCompositeAlarm(ctx, *w) }); err != nil {
			a.failed(ctx, w.Name, "PutCompositeAlarm", err)
			return
		}
	}
	if have == nil {
		a.remember(w.Name, w.Tags, "")
		return
	}
	a.tag(ctx, w.Name, w.Tags, have.Tags, "")
}

// deleteComposites deletes what is not wanted, parents before their children.
func (a *alarmSweep) deleteComposites(ctx context.Context, wanted []inventory.CompositeAlarm) {
	keep := map[string]bool{}
	for _, c := range wanted {
		keep[c.Name] = true
	}
	var names []string
	for name := range a.composite {
		if !keep[name] {
			names = append(names, name)
		}
	}
	slices.SortFunc(names, func(x, y string) int {
		if d := depth(y) - depth(x); d != 0 {
			return d
		}
		return len(x) - len(y)
	})
	for _, name := range names {
		a.delete(ctx, changeComposite, []string{name})
	}
}

func (a *alarmSweep) deleteMetric(ctx context.Context) {
	keep := map[string]bool{}
	for i := range a.d.Alarms {
		keep[a.d.Alarms[i].Name] = true
	}
	for _, k := range a.d.kept {
		keep[k.name] = true
	}
	var names []string
	for name := range a.metric {
		if !keep[name] {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for batch := range slices.Chunk(names, 100) {
		a.delete(ctx, changeAlarm, batch)
	}
}

// delete deletes alarms together; when one of them cannot go, the others go one by one.
func (a *alarmSweep) delete(ctx context.Context, what string, names []string) {
	if a.opt.DryRun {
		for _, name := range names {
			a.journal.change(Change{Delete, what, name, name, "nothing asks for it any more"})
		}
		return
	}
	err := a.meter.Call(ctx, quota.DeleteAlarms, func() error { return a.cloud.DeleteAlarms(ctx, names) })
	if err != nil && len(names) > 1 && !a.stopped(ctx) {
		for _, name := range names {
			a.delete(ctx, what, []string{name})
		}
		return
	}
	if err != nil && quota.Judge(err) != quota.Gone {
		a.failed(ctx, names[0], "DeleteAlarms", err)
		return
	}
	for _, name := range names {
		a.journal.change(Change{Delete, what, name, name, "nothing asks for it any more"})
		a.mu.Lock()
		delete(a.State.Alarms, name)
		a.mu.Unlock()
	}
}
