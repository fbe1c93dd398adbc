package history

import (
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/collector/state"
)

// What CloudWatch Logs took before the filter was put is fetched; what it took after that
// is forwarded. Nobody can say where exactly one ends and the other begins, so a stretch
// around the put is in doubt: it is fetched when everything the filter forwarded of it is
// in the lake, and compared. See docs/adr/0024-history.md.
const (
	// An event may get its ingestion time before the filters are looked at.
	doubtBefore = 10 * time.Second
	// AWS names no time after which a new filter forwards; and the two clocks that tell when it
	// was put, ours and AWS's, differ by 5 minutes at most: else AWS refuses our signatures.
	doubtAfter = 5 * time.Minute
	// How long FilterLogEvents may not yet show an event. AWS names no figure.
	visibility = 5 * time.Minute
	// Until what a filter forwarded is in the lake: Firehose holds it back for 900 s at most.
	delivery = 15 * time.Minute
)

// PutLogEvents takes events that happened so long before and so little after.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
const (
	lateness  = 14 * 24 * time.Hour
	earliness = 2 * time.Hour
	// In the middle of a group's life only these are looked for: the whole 14 days would have to
	// be read again for a gap of seconds.
	usualLateness  = time.Hour
	usualEarliness = 15 * time.Minute
)

// span is what is to be fetched at one go.
type span struct {
	from, to      int64 // of event times, Unix milliseconds: from <= t < to
	after, before int64 // of ingestion times
	compare       bool  // part of it may be in the lake already
}

// doubtful is the stretch of ingestion times around the put of filter that may or may not
// have been forwarded.
func doubtful(g state.Gap, f inventory.Filter) (from, to int64) {
	lo, hi := g.To, g.To
	if d := time.Duration(f.Created-g.To) * time.Millisecond; f.Created > 0 && d.Abs() <= delivery {
		lo, hi = min(lo, f.Created), max(hi, f.Created)
	} // else the filter was put again since then
	return lo - doubtBefore.Milliseconds(), hi + doubtAfter.Milliseconds()
}

// plan chooses what is to be fetched now. When nothing is, wait says when.
func (j *gapJob) plan(f inventory.Filter) (s span, wait time.Time) {
	lo, hi := doubtful(j.gap, f)
	now := time.Now()
	if !j.gap.Doubt && !j.first() {
		// The filter that went away forwarded nobody knows how long; our clock may be ahead.
		j.gap = state.Gap{From: j.gap.From - doubtAfter.Milliseconds(), To: j.gap.To, Was: j.gap.Was, Doubt: true}
	}
	if !j.gap.Doubt {
		if seen := time.UnixMilli(lo).Add(visibility); j.opt.Arrived == nil && now.Before(seen) && lo > j.gap.From {
			return s, seen // what is not seen now could not be told later from what was landed
		}
		if lo > j.gap.From {
			return j.spanOf(j.gap.From, lo), time.Time{}
		}
		j.doubt(lo)
	}
	if ready := time.UnixMilli(hi).Add(delivery); now.Before(ready) {
		return s, ready
	}
	s = j.spanOf(j.gap.From, hi)
	s.compare = true
	return s, time.Time{}
}

// first reports whether no filter of ours has forwarded anything of the gap: it begins with
// the log group.
func (j *gapJob) first() bool { return j.created > 0 && j.gap.From <= j.created }

// doubt ends the first part, which reached up to lo.
func (j *gapJob) doubt(lo int64) {
	if j.opt.Arrived != nil {
		lo -= visibility.Milliseconds() // what was landed of it is recognised
	}
	j.gap = state.Gap{From: max(j.gap.From, lo), To: j.gap.To, Was: j.gap.Was, Doubt: true}
}

// spanOf is the span of the events that were taken then.
func (j *gapJob) spanOf(after, before int64) span {
	late, early := usualLateness, usualEarliness
	if j.created > 0 && after-j.created < time.Hour.Milliseconds() { // its life begins there
		late, early = lateness, earliness
	}
	s := span{from: after - late.Milliseconds(), to: before + early.Milliseconds(), after: after, before: before}
	if floor := j.gap.To - j.opt.Reach.Milliseconds(); after < floor {
		s.from = floor
		if j.gap.At == 0 {
			j.mu.Lock()
			j.report.Older++
			j.mu.Unlock()
		}
	}
	s.from = max(s.from, 0)
	return s
}

// ours is the filter of this deployment; of several the one that was put last.
func (f *fetch) ours(filters []inventory.Filter) (last inventory.Filter, found bool) {
	for _, x := range filters {
		_, err := seamark.ParseFilterName(x.Name)
		if err == nil && x.Destination == f.cfg.DestinationIn(f.place) && (!found || x.Created > last.Created) {
			last, found = x, true
		}
	}
	return last, found
}
