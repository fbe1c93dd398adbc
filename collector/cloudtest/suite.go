// Package cloudtest is what the collector relies on of a collector.Cloud, as one suite
// that the simulated cloud and the adapter to AWS both run, the latter against emulators.
//
// What an emulator is known to get wrong is named by its subject, with how it fails. A gap
// that has closed fails the suite as well, so that the list stays true.
package cloudtest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seamark-hq/seamark/collector"
	"github.com/seamark-hq/seamark/collector/inventory"
)

// Subject is a cloud under test. Accounts are made up, and empty when a check begins.
type Subject struct {
	Open func(t *testing.T, p inventory.Place) collector.Cloud
	Team func(t *testing.T, p inventory.Place) Team
	Gaps []Gap
	// Within runs a check, in a bubble of simulated time for instance; nil just runs it.
	Within func(t *testing.T, check func(t *testing.T))
}

// Gap is a check that a subject is known to fail.
type Gap struct {
	Check string
	Fails string // part of the error that shows it
	Why   string // what the emulator does otherwise than AWS
}

// Team does in an account what the teams that own it do.
type Team interface {
	MakeLogGroup(ctx context.Context, g inventory.LogGroup) error // with class and tags
	MakeFunction(ctx context.Context, f inventory.Function) error // with tags
	// MakeAPI makes an API with tags, routes and stages, and returns it with its id.
	MakeAPI(ctx context.Context, a inventory.API, routes []inventory.Route, stages []inventory.Stage) (*inventory.API, error)
	TagAPI(ctx context.Context, a *inventory.API, region string, tags inventory.Tags) error // adds tags
	Write(ctx context.Context, group string, events []inventory.LogEvent) error
}

// check is one promise. Its error says how it is broken.
type check struct {
	name string
	run  func(s *session) error
}

// session is a check under way, in an account of its own.
type session struct {
	ctx   context.Context
	t     *testing.T
	of    *Subject
	place inventory.Place
	cloud collector.Cloud
	team  Team
}

// Run runs every check.
func Run(t *testing.T, subject *Subject) {
	checks := slices.Concat(logChecks, filterChecks, functionChecks, apiChecks, tagChecks, alarmChecks, compositeChecks, historyChecks)
	gaps := map[string]Gap{}
	for _, g := range subject.Gaps {
		gaps[g.Check] = g
	}
	for _, c := range checks {
		g, known := gaps[c.name]
		delete(gaps, c.name)
		t.Run(c.name, func(t *testing.T) {
			subject.within(t, func(t *testing.T) { judge(t, c.run(subject.session(t)), g, known) })
		})
	}
	for name := range gaps {
		t.Errorf("no check is called %q", name)
	}
}

func judge(t *testing.T, err error, g Gap, known bool) {
	switch {
	case !known && err != nil:
		t.Error(err)
	case known && err == nil:
		t.Errorf("the gap is closed (%s): take it off the list", g.Why)
	case known && !strings.Contains(err.Error(), g.Fails):
		t.Errorf("fails otherwise than by the gap that is known (%s): %v", g.Why, err)
	case known:
		t.Logf("known gap: %s: %v", g.Why, err)
	}
}

func (s *Subject) within(t *testing.T, run func(t *testing.T)) {
	if s.Within != nil {
		s.Within(t, run)
		return
	}
	run(t)
}

func (s *Subject) session(t *testing.T) *session {
	p := inventory.Place{Account: Account(), Region: "eu-central-1"}
	return s.at(t, p)
}

func (s *Subject) at(t *testing.T, p inventory.Place) *session {
	return &session{ctx: t.Context(), t: t, of: s, place: p, cloud: patient{s.Open(t, p)}, team: s.Team(t, p)}
}

// Account makes up an account.
func Account() string { return fmt.Sprintf("%d%010d", 31+rand.IntN(60), rand.IntN(1e10)) }

// soon tries again what need not be so at once.
func (s *session) soon(fn func() error) error {
	var err error
	for range 6 {
		if err = fn(); err == nil {
			return nil
		}
		time.Sleep(250 * time.Millisecond)
	}
	return err
}

// everything reads a listing to its end, and checks its pages.
func everything[T any](most int, next func(token string) ([]T, string, error)) (all []T, pages int, err error) {
	token := ""
	for range 1000 {
		page, after, err := next(token)
		if err != nil {
			return nil, 0, err
		}
		if len(page) > most {
			return nil, 0, fmt.Errorf("a page of %d, want %d at most", len(page), most)
		}
		all, pages = append(all, page...), pages+1
		if after == "" {
			return all, pages, nil
		}
		token = after
	}
	return nil, 0, errors.New("a listing that never ends")
}

// code is the error code of err; empty without one.
func code(err error) string {
	var coded interface{ ErrorCode() string }
	if errors.As(err, &coded) {
		return coded.ErrorCode()
	}
	return ""
}

// fails checks that err has one of the codes.
func fails(doing string, err error, codes ...string) error {
	if !slices.Contains(codes, code(err)) {
		return fmt.Errorf("%s: %v, want %s", doing, err, strings.Join(codes, " or "))
	}
	return nil
}

// same compares sorted lists of names.
func same(what string, got, want []string) error {
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		return fmt.Errorf("%s: got %d %.200q, want %d %.200q", what, len(got), got, len(want), want)
	}
	return nil
}

// first returns the first error.
func first(errs ...error) error { return cmp.Or(errs...) }

func tags(pairs ...string) inventory.Tags {
	var list []inventory.Tag
	for i := 0; i < len(pairs); i += 2 {
		list = append(list, inventory.Tag{Key: pairs[i], Value: pairs[i+1]})
	}
	return inventory.NewTags(list...)
}
