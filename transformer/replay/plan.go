package replay

import (
	"cmp"
	"context"
	"runtime"
	"slices"
	"strconv"
	"time"

	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/transformer"
)

// choose lists the objects that the options ask for, oldest arrival first.
func (r *Replay) choose(ctx context.Context) error {
	if !r.o.Hour.IsZero() {
		entries, err := r.lake.Renew(lake.HourOf(r.o.Hour.UnixMilli()))
		if err != nil {
			return err
		}
		r.only = map[lake.ID]bool{}
		for _, e := range entries {
			r.only[e.ID] = true
		}
	}
	known := map[string]*lake.Entry{}
	for _, e := range r.lake.Entries() {
		for _, o := range append([]lake.Origin{e.Origin}, e.Also...) {
			known[o.URL] = e
		}
	}
	seen := map[lake.ID]bool{}
	take := func(url string, size int64, arrival time.Time) {
		e := known[url]
		if e != nil {
			arrival = e.Arrival
		}
		if !r.o.Span.Contains(arrival) || e != nil && seen[e.ID] {
			return
		}
		if e != nil {
			seen[e.ID] = true
		}
		r.objects = append(r.objects, object{url, size, arrival, e})
	}
	if err := r.from.Walk(ctx, r.o.Landing, take); err != nil {
		return err
	}
	if r.o.Landing == "" {
		r.elsewhere(seen)
	}
	r.objects = slices.DeleteFunc(r.objects, func(o object) bool { return !r.concerns(o.entry) })
	slices.SortFunc(r.objects, func(a, b object) int { return cmp.Or(a.arrival.Compare(b.arrival), cmp.Compare(a.url, b.url)) })
	r.objects = slices.DeleteFunc(r.objects, func(o object) bool {
		if o.entry != nil && r.done.has(o.entry.ID) {
			r.Plan.Done++
			r.earlier = append(r.earlier, o.entry)
			return true
		}
		return false
	})
	return r.sum()
}

// elsewhere adds the objects that were transformed from outside the lake, and counts those
// whose bytes are gone.
func (r *Replay) elsewhere(seen map[lake.ID]bool) {
	for _, e := range r.lake.Entries() {
		if seen[e.ID] || !r.o.Span.Contains(e.Arrival) || !r.concerns(e) {
			continue
		}
		if size, found := r.from.Find(e); found {
			r.objects = append(r.objects, object{e.Origin.URL, size, e.Arrival, e})
			continue
		}
		r.Plan.Gone++
	}
}

// concerns reports whether an object's entry, nil for none, is among those asked for.
func (r *Replay) concerns(e *lake.Entry) bool {
	if r.only != nil {
		return e != nil && r.only[e.ID]
	}
	if e == nil {
		return true
	}
	if r.o.Missing {
		return false
	}
	if r.o.ParserBelow <= 0 {
		return true
	}
	n, err := strconv.Atoi(e.Parser)
	return err != nil || n < r.o.ParserBelow
}

// sum fills the plan.
func (r *Replay) sum() error {
	p := &r.Plan
	p.Parsers, p.Parser = map[string]int{}, transformer.ParserVersion
	hours := map[int64]bool{}
	for _, o := range r.objects {
		p.Objects++
		p.Bytes += o.size
		if p.Oldest.IsZero() {
			p.Oldest = o.arrival
		}
		p.Newest = o.arrival
		if o.entry == nil {
			p.New++
			hours[lake.HourOf(o.arrival.UnixMilli())] = true // of its events nobody knows yet
			continue
		}
		p.Parsers[o.entry.Parser]++
		p.Events += o.entry.Accounts.Events
		whole, err := r.lake.Whole(o.entry)
		if err != nil {
			return err
		}
		for _, f := range whole.Files {
			hours[lake.HourOf(f.MinMs)] = true
		}
	}
	p.Hours = len(hours)
	return nil
}

// measuring is how long objects are read, without being stored, to know the rate.
const measuring = time.Second

// readShare is about how much of a transformation reading and parsing take; the rest
// stores the rows. The time left that Progress shows goes by what was really done.
const readShare = 0.6

// estimate reads some of the objects and tells from that how long all of them take.
func (r *Replay) estimate(ctx context.Context) error {
	var bytes int64
	begin := time.Now()
	for _, o := range r.objects {
		if time.Since(begin) > measuring {
			break
		}
		src, err := r.from.Open(o.url)
		if err != nil {
			continue // Run says so
		}
		_, err = r.t.Examine(ctx, src, nil)
		src.Close()
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err == nil {
			bytes += o.size
		}
	}
	if bytes == 0 {
		return nil
	}
	rate := readShare * float64(bytes) / time.Since(begin).Seconds() * float64(min(runtime.GOMAXPROCS(0), len(r.objects)))
	r.Plan.Rate = int64(rate)
	r.Plan.Estimate = float64(r.Plan.Bytes) / rate
	return nil
}
