package history_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seamark-hq/seamark/collector"
	"github.com/seamark-hq/seamark/collector/history"
	"github.com/seamark-hq/seamark/collector/internal/rig"
	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/collector/quota"
	"github.com/seamark-hq/seamark/internal/fleet/cloud"
	"github.com/seamark-hq/seamark/lake"
)

// shelf keeps landing objects in memory.
type shelf struct {
	mu      sync.Mutex
	objects map[string][]byte
	again   int    // objects that were there already
	fail    func() // called before each Create; may be nil
	err     error  // of each Create
}

func (s *shelf) Create(key string, write func(io.Writer) error) error {
	if s.fail != nil {
		s.fail()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return s.err
	}
	var b bytes.Buffer
	if err := write(&b); err != nil {
		return err
	}
	if _, there := s.objects[key]; there {
		s.again++
		return fs.ErrExist
	}
	if s.objects == nil {
		s.objects = map[string][]byte{}
	}
	s.objects[key] = b.Bytes()
	return nil
}

// landed is an event as it lies in a landing object.
type landed struct {
	ID, Group, Stream, Filter, Message string
	Timestamp                          int64
}

// payloads takes landing objects apart.
func payloads(object []byte) ([]landed, error) {
	gz, err := gzip.NewReader(bytes.NewReader(object))
	if err != nil {
		return nil, err
	}
	var out []landed
	for d := json.NewDecoder(gz); ; {
		var p struct {
			MessageType, Owner, LogGroup, LogStream string
			SubscriptionFilters                     []string
			LogEvents                               []struct {
				ID        string
				Timestamp int64
				Message   string
			}
		}
		switch err := d.Decode(&p); {
		case errors.Is(err, io.EOF):
			return out, nil
		case err != nil:
			return nil, err
		case p.MessageType != "DATA_MESSAGE" || p.Owner != rig.Place.Account || len(p.LogEvents) == 0:
			return nil, fmt.Errorf("no payload: %+v", p)
		}
		for i, e := range p.LogEvents {
			if i > 0 && e.ID < p.LogEvents[i-1].ID {
				return nil, fmt.Errorf("%s comes before %s", p.LogEvents[i-1].ID, e.ID)
			}
			out = append(out, landed{e.ID, p.LogGroup, p.LogStream, strings.Join(p.SubscriptionFilters, " "), e.Message, e.Timestamp})
		}
	}
}

func (s *shelf) events(t *testing.T) []landed {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []landed
	for key, b := range s.objects {
		e, err := payloads(b)
		if err != nil {
			t.Fatalf("%s: %v", key, err)
		}
		all = append(all, e...)
	}
	slices.SortFunc(all, func(a, b landed) int { return strings.Compare(a.ID+a.Group, b.ID+b.Group) })
	return all
}

// ids are the events by log group and id, and how often each is there.
func ids(events []landed) map[string]int {
	out := map[string]int{}
	for _, e := range events {
		out[e.Group+" "+e.ID]++
	}
	return out
}

// past is a place with a log group whose events are fetched.
type past struct {
	*cloud.Region
	cloud  *cloud.Cloud
	shelf  *shelf
	states *rig.States
	o      collector.Options
	h      history.Options
}

// begin is a time that log events may have: a bubble begins in the year 2000.
func newPast(o cloud.Options) *past {
	time.Sleep(26 * 365 * 24 * time.Hour)
	x := &past{cloud: cloud.New(o), shelf: &shelf{}, states: &rig.States{}}
	x.Region = x.cloud.Region(rig.Place)
	x.o = collector.Options{Config: rig.Config(), States: x.states, Limits: &quota.Limits{}}
	x.h = history.Options{Config: rig.Config(), States: x.states, Landing: x.shelf, Limits: x.o.Limits}
	return x
}

func (x *past) fetch(t *testing.T) *history.Report {
	t.Helper()
	r := history.FetchPending(t.Context(), rig.Place, x, x.h)
	for _, f := range r.Failures {
		t.Errorf("%s: %s: %v", f.Resource, f.Doing, f.Err)
	}
	return r
}

// fetchAll fetches until nothing is pending, an hour at most.
func (x *past) fetchAll(t *testing.T) {
	t.Helper()
	for range 60 {
		x.fetch(t)
		if len(x.states.Decoded(t, rig.Place).Pending) == 0 {
			return
		}
		time.Sleep(time.Minute)
	}
	t.Fatalf("still pending: %+v", x.states.Decoded(t, rig.Place).Pending)
}

// TestHistory: what a group took before the attach lands under the filter's name, each
// event once and byte for byte, the rest is the filter's.
func TestHistory(t *testing.T) {
	rig.InBubble(t, func(t *testing.T) {
		x := newPast(cloud.Options{Latency: 100 * time.Millisecond, PageSize: 7, EmptyPages: 0.2, Disorder: true})
		x.AddFunction(inventory.Function{Name: "f", Timeout: 3}, rig.Booking()...)
		group := "/aws/lambda/f"
		x.AddEvents(group, inventory.LogEvent{Stream: "old", Message: "from 13 days ago", Timestamp: time.Now().Add(-13 * 24 * time.Hour).UnixMilli()})
		for i := range 100 {
			x.Log(group, fmt.Sprint("s", i%3), fmt.Sprintf("line %d <&>\u2028 \"\\ \x00\t", i))
			time.Sleep(time.Second)
		}
		time.Sleep(time.Hour)
		want := x.Events(group)
		collector.Sweep(t.Context(), rig.Place, x, x.o)
		time.Sleep(6 * time.Minute)
		r := x.fetch(t)
		if r.Events != 101 || r.Waiting != 1 || !r.Done || r.Next.Before(time.Now()) {
			t.Errorf("%+v", r)
		}
		x.Log(group, "s0", "this one is forwarded")
		x.fetchAll(t)
		var got []inventory.LogEvent
		for _, e := range x.shelf.events(t) {
			if e.Filter != x.Filters(group)[0].Name || e.Group != group {
				t.Errorf("filed under %q of %s", e.Filter, e.Group)
			}
			got = append(got, inventory.LogEvent{ID: e.ID, Stream: e.Stream, Message: e.Message, Timestamp: e.Timestamp})
		}
		for i := range want {
			want[i].Ingested = 0
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
		for key := range x.shelf.objects {
			if at := lake.Arrival(key, time.Time{}); time.Since(at).Abs() > time.Hour || !strings.Contains(key, "/seamark-history-1-") {
				t.Errorf("%s arrived at %s", key, at)
			}
		}
		before := x.cloud.Calls()["FilterLogEvents"]
		x.fetch(t)
		if n := x.cloud.Calls()["FilterLogEvents"]; n != before {
			t.Errorf("%d calls though nothing is pending", n-before)
		}
	})
}

// TestHistoryPattern: a filter's own pattern holds for its history.
func TestHistoryPattern(t *testing.T) {
	rig.InBubble(t, func(t *testing.T) {
		x := newPast(cloud.Options{})
		x.AddLogGroup(inventory.LogGroup{Name: "/app", Created: time.Now().UnixMilli()}, append(rig.Booking(), rig.Tag("filter", "errors-only"))...)
		x.Log("/app", "s", `{"level":"INFO"}`, `{"level":"ERROR"}`)
		time.Sleep(time.Hour)
		collector.Sweep(t.Context(), rig.Place, x, x.o)
		x.fetchAll(t)
		if got := x.shelf.events(t); len(got) != 1 || got[0].Message != `{"level":"ERROR"}` {
			t.Errorf("%+v", got)
		}
	})
}

// TestHistoryWaits: gaps whose filter is not there, groups that are gone, and denied calls.
func TestHistoryWaits(t *testing.T) {
	rig.InBubble(t, func(t *testing.T) {
		x := newPast(cloud.Options{})
		for _, g := range []string{"/denied", "/gone", "/ok", "/unfiltered"} {
			x.AddLogGroup(inventory.LogGroup{Name: g, Created: time.Now().UnixMilli()}, rig.Booking()...)
			x.Log(g, "s", "hello")
		}
		time.Sleep(time.Hour)
		collector.Sweep(t.Context(), rig.Place, x, x.o)
		time.Sleep(time.Hour)
		x.RemoveFilters("/unfiltered")
		if err := x.DeleteLogGroup(t.Context(), "/gone"); err != nil {
			t.Fatal(err)
		}
		r := history.FetchPending(t.Context(), rig.Place, denying{x, "/denied"}, x.h)
		if len(r.Failures) != 1 || r.Failures[0].Resource != "/denied" || r.Fetched != 1 || r.Waiting != 1 || len(r.Findings) != 2 || !r.Done {
			t.Errorf("%+v", r)
		}
		p := x.states.Decoded(t, rig.Place).Pending
		if _, ok := p["/ok"]; ok || len(p) != 2 {
			t.Errorf("pending %+v", p)
		}
		if got := x.shelf.events(t); len(got) != 1 || got[0].Group != "/ok" {
			t.Errorf("%+v", got)
		}
		time.Sleep(2 * time.Hour)
		collector.Sweep(t.Context(), rig.Place, x, x.o)
		for range 30 { // the filter that was removed is put again within a day
			time.Sleep(time.Hour)
			collector.Sweep(t.Context(), rig.Place, x, x.o)
		}
		x.fetchAll(t)
		if got := x.shelf.events(t); len(got) != 3 {
			t.Errorf("%+v", got)
		}
	})
}

// denying refuses FilterLogEvents of one group.
type denying struct {
	*past
	group string
}

func (d denying) LogEvents(ctx context.Context, group, pattern string, from, to int64, token string) ([]inventory.LogEvent, string, error) {
	if group == d.group {
		return nil, "", &cloud.Error{Code: "AccessDeniedException", Message: "logs:FilterLogEvents"}
	}
	return d.past.LogEvents(ctx, group, pattern, from, to, token)
}
