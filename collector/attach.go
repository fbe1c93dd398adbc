package collector

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

// filterWork is the work on one log group.
type filterWork struct {
	*sweep
	group   string
	created int64 // of the group
	have    []inventory.Filter
	want    inventory.Filter
	was     state.GroupState
	plan    filterPlan
}

// attach puts the wanted filter before the old ones go. When no slot is free an old one
// must go first; the gap is noted before, so that it is refilled even after a kill.
func (w *filterWork) attach(ctx context.Context, d *Desired) {
	if w.plan.clash != nil {
		w.refused(d, "another deployment's filter has the name; it sends to "+w.plan.clash.Destination)
		return
	}
	w.unnoted()
	if !w.plan.put && len(w.plan.old) == 0 {
		w.journal.unchanged(1)
		w.attached()
		return
	}
	if w.stillFull() {
		w.reportRefusal(d, w.group, w.was.Refused)
		if !w.opt.DryRun {
			w.was.Checked = unixMilli()
			w.note(w.was)
		}
		return
	}
	w.describeChanges()
	if w.opt.DryRun {
		return
	}
	if w.plan.put && !w.putNew(ctx, d) {
		return
	}
	w.attached()
	for _, old := range w.plan.old {
		if err := w.delete(ctx, old.Name); err != nil {
			w.failed(ctx, w.group, "DeleteSubscriptionFilter", err)
			w.note(state.GroupState{Hash: filterHash(w.want), Created: w.created, Checked: unixMilli(), Busy: true}) // looked at again by the next sweep
			return
		}
	}
}

// unnoted notes the history before a filter that a sweep put and could not note.
func (w *filterWork) unnoted() {
	first := int64(0)
	for _, f := range append(slices.Clone(w.plan.old), here(w.plan)...) {
		if first == 0 || f.Created < first {
			first = f.Created
		}
	}
	if w.was.Hash == "" && w.created > 0 && first > 0 && !w.opt.DryRun {
		w.gap(w.created, first)
	}
}

func here(p filterPlan) []inventory.Filter {
	if p.here == nil {
		return nil
	}
	return []inventory.Filter{*p.here}
}

// A refusal is tried again when other filters hold the slots, and after a week in any
// case: AWS raises limits.
const patience = 7 * 24 * time.Hour

func (w *filterWork) stillFull() bool {
	return w.was.Refused != "" && w.was.Hash == filterHash(w.want) && w.was.Refused == noSlot+w.holders() &&
		unixMilli()-w.was.Tried < patience.Milliseconds()
}

const noSlot = "no filter slot is free; they are taken by "

func (w *filterWork) describeChanges() {
	c := Change{What: changeFilter, Resource: w.group, Name: w.want.Name}
	switch {
	case w.plan.put && (w.plan.here != nil || len(w.plan.old) > 0):
		c.Action, c.Why = Update, "the tags or the configuration have changed"
	case w.plan.put && w.was.Refused != "":
		c.Action, c.Why = Create, "a slot may be free now"
	case w.plan.put && w.was.Hash != "":
		c.Action, c.Why = Create, "it was removed by someone else"
	case w.plan.put:
		c.Action, c.Why = Create, "its tags ask for it"
	default:
		c.Action, c.Why, c.Name = Delete, "another filter of ours has taken its place", w.plan.old[0].Name
	}
	w.journal.change(c)
}

// putNew reports whether the filter is there now.
func (w *filterWork) putNew(ctx context.Context, d *Desired) bool {
	err := w.put(ctx)
	if err != nil && quota.Judge(err) == quota.Full && len(w.plan.old) > 0 {
		err = w.swap(ctx)
	}
	switch {
	case err == nil:
		return true
	case quota.Judge(err) == quota.Gone:
		w.forget(w.group)
	case quota.Judge(err) == quota.Full:
		w.refused(d, noSlot+w.holders())
	default:
		w.failed(ctx, w.group, "PutSubscriptionFilter", err)
	}
	return false
}

func (w *filterWork) put(ctx context.Context) error {
	return w.meter.Call(ctx, quota.PutSubscriptionFilter, func() error { return w.cloud.PutSubscriptionFilter(ctx, w.group, w.want) })
}

func (w *filterWork) delete(ctx context.Context, name string) error {
	err := w.meter.Call(ctx, quota.DeleteSubscriptionFilter, func() error { return w.cloud.DeleteSubscriptionFilter(ctx, w.group, name) })
	if err != nil && quota.Judge(err) == quota.Gone {
		return nil
	}
	return err
}

// swap frees the slot of an old filter of ours, and fills it.
func (w *filterWork) swap(ctx context.Context) error {
	w.gap(unixMilli(), 0)
	w.save(ctx)
	if err := w.delete(ctx, w.plan.old[0].Name); err != nil {
		return err
	}
	w.plan.old = w.plan.old[1:]
	return w.put(ctx)
}

// attached notes that the wanted filter is there, and what of the group's history it has not seen.
func (w *filterWork) attached() {
	if w.opt.DryRun {
		return
	}
	now := unixMilli()
	ours := w.plan.here != nil || len(w.plan.old) > 0
	w.mu.Lock()
	open, pending := w.State.Pending[w.group]
	w.mu.Unlock()
	switch {
	case pending && open.To == 0 && w.plan.here != nil:
		w.gap(open.From, max(w.plan.here.Created, open.From))
	case pending && open.To == 0:
		w.gap(open.From, now)
	case len(w.plan.old) > 0: // nobody knows how soon the new one forwards, and they go now
		w.gap(now, now)
	case ours && !w.plan.put && w.was.Hash != filterHash(w.want): // so was this one, in place of another
		w.gap(w.plan.here.Created, w.plan.here.Created)
	case !ours && w.plan.put && w.was.Hash != "" && w.was.Refused == "":
		w.gap(w.was.Checked, now) // removed by someone since then
	case !ours && w.plan.put && w.created > 0:
		w.gap(w.created, now)
	}
	w.note(state.GroupState{Hash: filterHash(w.want), Created: w.created, Checked: now})
}

// gap notes a span to be fetched; one that is pending already grows. What lies between the
// two was forwarded.
func (w *filterWork) gap(from, to int64) {
	if to != 0 && to <= from {
		to = from + 1
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	g := state.Gap{From: from, To: to}
	if len(w.plan.old) > 0 {
		was, _ := seamark.ParseFilterName(w.plan.old[0].Name) // ours
		g.Was = was.Product
	}
	if have, found := w.State.Pending[w.group]; found {
		g.Was = cmp.Or(g.Was, have.Was)
		g.From, g.Doubt = min(from, have.From), have.Doubt || have.To != 0
		if to != 0 {
			g.To = max(to, have.To)
		}
	}
	w.State.Pending[w.group] = g
}

func (w *filterWork) note(g state.GroupState) {
	w.mu.Lock()
	w.State.Groups[w.group] = g
	w.mu.Unlock()
}

// refused remembers that the filter cannot be put; it is tried again in its turn.
func (w *filterWork) refused(d *Desired, why string) {
	w.reportRefusal(d, w.group, why)
	if !w.opt.DryRun {
		now := unixMilli()
		w.note(state.GroupState{Hash: filterHash(w.want), Refused: why, Tried: now, Created: w.created, Checked: now})
	}
}

func (w *filterWork) holders() string {
	names := make([]string, 0, len(w.have))
	for _, f := range w.have {
		names = append(names, f.Name+" (to "+f.Destination+")")
	}
	return strings.Join(names, ", ")
}

// remove takes away what is ours.
func (w *filterWork) remove(ctx context.Context) {
	for _, old := range w.plan.old {
		w.journal.change(Change{Delete, changeFilter, w.group, old.Name, "its tags no longer ask for it"})
		if w.opt.DryRun {
			continue
		}
		if err := w.delete(ctx, old.Name); err != nil {
			w.failed(ctx, w.group, "DeleteSubscriptionFilter", err)
			return
		}
	}
	if !w.opt.DryRun {
		w.forget(w.group)
	}
}

// Refused reports that the finding is about a filter that is wished for and could not be put.
func (f *Finding) Refused() bool { return strings.HasPrefix(f.Problem, noSlot) }
