package rig

import (
	"context"
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/seamark-hq/seamark/collector"
	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/collector/state"
	"github.com/seamark-hq/seamark/internal/fleet/cloud"
)

// Place is where most tests happen.
var Place = inventory.Place{Account: "111122223333", Region: "eu-central-1"}

// States keeps states in memory.
type States struct {
	mu sync.Mutex
	of map[inventory.Place]saved
}

type saved struct {
	number int
	b      []byte
}

// LoadState gives the last one.
func (s *States) LoadState(_ context.Context, p inventory.Place) ([]byte, int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	have, found := s.of[p]
	if !found {
		return nil, 0, fs.ErrNotExist
	}
	return have.b, have.number, nil
}

// SaveState keeps it, unless someone was faster.
func (s *States) SaveState(_ context.Context, p inventory.Place, number int, b []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if number != s.of[p].number+1 {
		return fs.ErrExist
	}
	if s.of == nil {
		s.of = map[inventory.Place]saved{}
	}
	s.of[p] = saved{number, b}
	return nil
}

// Put makes b the state.
func (s *States) Put(p inventory.Place, b []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.of == nil {
		s.of = map[inventory.Place]saved{}
	}
	s.of[p] = saved{s.of[p].number + 1, b}
}

// Number is how often a state was saved.
func (s *States) Number(p inventory.Place) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.of[p].number
}

// Decoded is the state of a place.
func (s *States) Decoded(t *testing.T, p inventory.Place) *state.State {
	t.Helper()
	b, _, err := s.LoadState(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	st, err := state.Decode(b)
	if err != nil {
		t.Fatal(err)
	}
	return st
}

// Config is what the operator of acme says.
func Config() *collector.Config {
	return &collector.Config{
		Deployment: "acme", Destination: "arn:aws:logs:{region}:999999999999:destination:seamark",
		Topic:   "arn:aws:sns:{region}:999999999999:seamark",
		Filters: map[string]string{"errors-only": `{ $.level = "ERROR" }`}, ManageAccessLogs: true,
	}
}

// Tag is one of ours.
func Tag(key, value string) inventory.Tag { return inventory.Tag{Key: "seamark:" + key, Value: value} }

// Booking are the tags of a resource of booking.
func Booking() []inventory.Tag {
	return []inventory.Tag{Tag("product", "booking"), Tag("environment", "prod"), Tag("team", "web-mobile")}
}

// Town is a small place in which much is ours to do and some is others'.
func Town(c *cloud.Cloud) *cloud.Region {
	r := c.Region(Place)
	r.AddFunction(inventory.Function{Name: "booking-create", Timeout: 30}, Booking()...)
	r.AddFunction(inventory.Function{Name: "untagged", Timeout: 3})
	r.AddLogGroup(inventory.LogGroup{Name: "/app/booking", Created: 1_000}, Booking()...)
	r.AddLogGroup(inventory.LogGroup{Name: "/app/full", Created: 1_000}, Booking()...)
	r.AddLogGroup(inventory.LogGroup{Name: "/app/rare", Class: "INFREQUENT_ACCESS"}, Booking()...)
	for _, n := range []string{"datadog", "splunk"} {
		r.AddFilter("/app/full", inventory.Filter{Name: n, Destination: "arn:aws:lambda:eu-central-1:111122223333:function:" + n})
	}
	api := inventory.API{ID: "a1b2c3d4e5", Name: "booking-api", Protocol: inventory.REST, Tags: inventory.NewTags(Booking()...)}
	r.AddAPI(api, []inventory.Route{{Method: "GET", Resource: "/pets/{id}"}}, inventory.Stage{Name: "prod", DetailedMetrics: true})
	r.AddAlarm(inventory.MetricAlarm{Name: "seamark/booking/prod/booking-create/errors", Evaluations: 1, Threshold: 7}, inventory.Tag{Key: "seamark:owner", Value: "other"})
	r.AddAlarm(inventory.MetricAlarm{Name: "cpu", Evaluations: 1})
	return r
}

// InBubble runs fn on a simulated clock.
func InBubble(t *testing.T, fn func(t *testing.T)) {
	t.Helper()
	synctest.Test(t, fn)
}

// Failures are those of a report, one a line.
func Failures(r *collector.Report) string {
	var b strings.Builder
	for _, f := range r.Failures {
		fmt.Fprintf(&b, "%s: %s: %v\n", f.Resource, f.Doing, f.Err)
	}
	return b.String()
}

// NewTown is a cloud with a town.
func NewTown() *cloud.Cloud {
	c := cloud.New(cloud.Options{})
	Town(c)
	return c
}
