package cloud

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/seamark-hq/seamark/collector/inventory"
)

// eventLog is what a log group holds, and what of it its filters forward.
type eventLog struct {
	events   []event              // by time, then in the order in which they came
	unsorted bool                 // not yet
	forwards map[string]time.Time // by filter: since when it does
}

type event struct {
	inventory.LogEvent
	seq     int
	visible time.Time // to FilterLogEvents
}

// Log has a log stream write messages now, in one call of PutLogEvents.
func (r *Region) Log(group, stream string, messages ...string) error {
	events := make([]inventory.LogEvent, len(messages))
	for i, m := range messages {
		events[i] = inventory.LogEvent{Stream: stream, Message: m, Timestamp: time.Now().UnixMilli()}
	}
	return r.AddEvents(group, events...)
}

// AddEvents puts events of any time into a log group, which gives them an id and the time
// of their ingestion. It refuses what PutLogEvents refuses. The filters that are at work
// forward them to Options.Deliver.
func (r *Region) AddEvents(group string, events ...inventory.LogEvent) error {
	return r.AddCopies(r.place, group, events...)
}

// AddCopies does so with events that centralization copied from another place.
func (r *Region) AddCopies(origin inventory.Place, group string, events ...inventory.LogEvent) error {
	now := time.Now()
	r.mu.Lock()
	g := r.groups.get(group)
	if g == nil {
		r.mu.Unlock()
		return notFound("log group " + group)
	}
	for i := range events {
		if age := now.Sub(time.UnixMilli(events[i].Timestamp)); age > 14*24*time.Hour || age < -2*time.Hour {
			r.mu.Unlock()
			return &Error{"InvalidParameterException", "event of " + time.UnixMilli(events[i].Timestamp).UTC().Format(time.RFC3339)}
		}
	}
	visible := now.Add(r.cloud.within(r.cloud.opt.VisibleDelay))
	for i := range events {
		e := &events[i]
		seq := len(g.log.events)
		e.ID, e.Ingested = fmt.Sprintf("3%013d%042d", e.Timestamp, seq), now.UnixMilli()
		g.log.events = append(g.log.events, event{*e, seq, visible})
	}
	g.log.unsorted = true
	out := r.forward(g, origin, events, now)
	r.mu.Unlock()
	for _, d := range out {
		r.cloud.opt.Deliver(d.destination, d.payload)
	}
	return nil
}

// put notes a filter that was put: it forwards after a while.
func (l *eventLog) put(filter string, delay time.Duration) {
	if l.forwards == nil {
		l.forwards = map[string]time.Time{}
	}
	l.forwards[filter] = time.Now().Add(delay)
}

// within is a random time up to d.
func (c *Cloud) within(d time.Duration) time.Duration {
	if d <= 0 {
		return 0
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Duration(c.random.Int64N(int64(d) + 1))
}

// LogEvents is FilterLogEvents: 10,000 events or 1 MB a page, by time, or stream by stream
// with Options.Disorder.
func (r *Region) LogEvents(ctx context.Context, group, pattern string, from, to int64, token string) (page []inventory.LogEvent, next string, err error) {
	err = r.call(ctx, "FilterLogEvents", func() error {
		g := r.groups.get(group)
		if g == nil {
			return notFound("log group " + group)
		}
		at, tries, err := readToken(token)
		if err != nil {
			return err
		}
		if r.cloud.chooses(r.cloud.opt.EmptyPages) {
			next = fmt.Sprintf("%d.%d", at, tries+1)
			return nil
		}
		page, next = r.eventPage(g, pattern, from, to, at)
		return nil
	})
	return page, next, err
}

func readToken(token string) (at, tries int, err error) {
	if token == "" {
		return 0, 0, nil
	}
	a, b, _ := strings.Cut(token, ".")
	at, err1 := strconv.Atoi(a)
	tries, err2 := strconv.Atoi(b)
	if err1 != nil || err2 != nil {
		return 0, 0, &Error{"InvalidParameterException", "nextToken " + token}
	}
	return at, tries, nil
}

func (c *Cloud) chooses(share float64) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return share > 0 && c.random.Float64() < share
}

// eventPage lists from the event with that number on. What becomes visible behind the
// page's place while it is turned is missed, as it may be on AWS.
func (r *Region) eventPage(g *logGroup, pattern string, from, to int64, at int) (page []inventory.LogEvent, next string) {
	all := g.log.between(from, to)
	if r.cloud.opt.Disorder {
		all = slices.Clone(all)
		slices.SortStableFunc(all, func(a, b event) int { return cmp.Compare(a.Stream, b.Stream) })
	}
	now, size, most := time.Now(), 0, r.pageSize(10_000)
	for i := at; i < len(all); i++ {
		e := &all[i]
		if e.visible.After(now) || !patternMatches(pattern, e.Message) {
			continue
		}
		if size += len(e.Message); len(page) > 0 && (len(page) == most || size > 1<<20) {
			return page, strconv.Itoa(i) + ".0"
		}
		page = append(page, e.LogEvent)
	}
	return page, ""
}

// between are the events with from <= timestamp < to.
func (l *eventLog) between(from, to int64) []event {
	if l.unsorted {
		slices.SortFunc(l.events, func(a, b event) int {
			return cmp.Or(cmp.Compare(a.Timestamp, b.Timestamp), cmp.Compare(a.seq, b.seq))
		})
		l.unsorted = false
	}
	index := func(t int64) int {
		return sort.Search(len(l.events), func(i int) bool { return l.events[i].Timestamp >= t })
	}
	return l.events[index(from):max(index(from), index(to))]
}

// Events are all events of a log group, by time.
func (r *Region) Events(group string) []inventory.LogEvent {
	r.mu.Lock()
	defer r.mu.Unlock()
	g := r.groups.get(group)
	if g == nil {
		return nil
	}
	var out []inventory.LogEvent
	for _, e := range g.log.between(0, 1<<62) {
		out = append(out, e.LogEvent)
	}
	return out
}
