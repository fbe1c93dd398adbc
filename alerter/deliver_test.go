package alerter_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter"
	"github.com/seamark-hq/seamark/alerter/card"
)

// run runs m until the returned function is called.
func run(m *alerter.Manager) func() {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); m.Run(ctx) }()
	return func() { cancel(); <-done }
}

func TestDelivery(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		edit := &recorder{name: "edit", begun: start, edits: true}
		once := &recorder{name: "once", begun: start}
		hangs := &recorder{name: "hangs", begun: start, delay: time.Hour}
		m := manager(t, alerter.Options{Receivers: []alerter.Receiver{hangs, edit, once}, Enricher: slow{delay: 4 * time.Second}})
		stop := run(m)
		a := firing("4xx", "api", start, 0.2)
		observe(t, m, a)
		for i := range 8 { // a measurement every two seconds
			time.Sleep(2 * time.Second)
			a.Evaluated, a.Value = time.Now(), 0.2+float64(i+1)/100
			observe(t, m, a)
		}
		observe(t, m, fine(a, time.Now()))
		time.Sleep(10 * time.Second)
		stop()
		want := []shown{
			{1 * time.Second, "FIRING warning booking prod: 4xx 20% on api", "", false}, // not later than Grace
			{11 * time.Second, "FIRING warning booking prod: 4xx 25% on api", "ref-20000101T000000Z-booking-prod", true},
			{16 * time.Second, "RESOLVED booking prod: 4xx resolved after 16 s, peak 28%", "ref-20000101T000000Z-booking-prod", true},
		}
		got := edit.list()
		if len(got) > 3 { // the last look-up's edit may follow
			got = got[:3]
		}
		if diff := cmp.Diff(got, want); diff != "" {
			t.Errorf("edited (-got +want):\n%s", diff)
		}
		wantOnce := []shown{want[0], {16 * time.Second, want[2].Title, "", true}}
		if diff := cmp.Diff(once.list(), wantOnce); diff != "" {
			t.Errorf("posted once (-got +want):\n%s", diff)
		}
		if n := len(hangs.list()); n != 0 {
			t.Errorf("%d deliveries to the one that hangs", n)
		}
	})
}

func TestEnrichmentFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &recorder{name: "r", begun: time.Now(), edits: true}
		m := manager(t, alerter.Options{Receivers: []alerter.Receiver{r}, Enricher: slow{err: errors.New("no such index")}})
		stop := run(m)
		observe(t, m, firing("4xx", "api", time.Now(), 0.2))
		time.Sleep(2 * time.Second)
		stop()
		if n := len(r.list()); n != 1 {
			t.Fatalf("%d deliveries", n)
		}
		c, _ := m.Card(m.Incidents()[0].ID)
		if !strings.Contains(strings.Join(c.Notes, "|"), "no such index") {
			t.Errorf("notes %q", c.Notes)
		}
	})
}

func TestFailures(t *testing.T) {
	temporary := &seamark.Fault{Class: seamark.Temporary, What: "503"}
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		flaky := &recorder{name: "flaky", begun: start, edits: true, answer: func(n int) error {
			return []error{temporary, temporary, &seamark.Fault{Class: seamark.Temporary, What: "429", Err: &card.Throttled{After: 30 * time.Second}}, nil, nil}[n]
		}}
		dead := &recorder{name: "dead", begun: start, edits: true, answer: func(n int) error {
			if n == 0 {
				return &seamark.Fault{Class: seamark.Permanent, What: "invalid_auth"}
			}
			return nil
		}}
		m := manager(t, alerter.Options{Receivers: []alerter.Receiver{flaky, dead}})
		stop := run(m)
		a := firing("4xx", "api", start, 0.2)
		observe(t, m, a)
		time.Sleep(time.Minute)
		var at []time.Duration
		var refs []card.Ref
		for _, s := range flaky.list() {
			at, refs = append(at, s.At), append(refs, s.Ref)
		}
		if diff := cmp.Diff(at, []time.Duration{0, time.Second, 3 * time.Second, 33 * time.Second}); diff != "" {
			t.Errorf("tried (-got +want):\n%s", diff)
		}
		// After an unclear outcome the receiver is asked to look; after a clear refusal it is not.
		if diff := cmp.Diff(refs, []card.Ref{"", card.RefUnknown, card.RefUnknown, ""}); diff != "" {
			t.Errorf("refs (-got +want):\n%s", diff)
		}
		e, _ := m.Entry(m.Incidents()[0].ID)
		if d := e.Deliveries["dead"]; !d.Dead || d.Fault != "invalid_auth" || len(dead.list()) != 1 {
			t.Errorf("dead: %+v", d)
		}
		observe(t, m, fine(a, time.Now())) // a turn is tried once more
		time.Sleep(time.Minute)
		stop()
		if n := len(dead.list()); n != 2 {
			t.Errorf("%d deliveries to the dead one, want 2", n)
		}
	})
}

// A store that fails costs an error, never a card.
func TestStoreFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &memory{fail: errors.New("no space left")}
		r := &recorder{name: "r", begun: time.Now(), edits: true}
		m := manager(t, alerter.Options{Store: store, Receivers: []alerter.Receiver{r}})
		stop := run(m)
		a := firing("4xx", "api", time.Now(), 0.2)
		if err := m.Observe(t.Context(), a); err == nil || !strings.Contains(err.Error(), "no space left") {
			t.Errorf("got %v", err)
		}
		time.Sleep(time.Second)
		if n := len(r.list()); n != 1 {
			t.Errorf("%d deliveries", n)
		}
		store.mu.Lock()
		store.fail = nil
		store.mu.Unlock()
		observe(t, m, a) // offered again: nothing new, but now it is saved
		stop()
		if len(store.entries) != 1 {
			t.Error("not saved")
		}
	})
}

func TestFlush(t *testing.T) {
	r := &recorder{name: "r", edits: true, begun: time.Now()}
	m := manager(t, alerter.Options{Receivers: []alerter.Receiver{r}, Enricher: slow{}})
	observe(t, m, firing("4xx", "api", time.Now().Add(-time.Minute), 0.2))
	if err := m.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := r.list(); len(got) != 1 || !got[0].Rich {
		t.Errorf("got %+v", got)
	}
	if err := m.Flush(t.Context()); err != nil || len(r.list()) != 1 {
		t.Errorf("flushed twice: %v, %+v", err, r.list())
	}
	bad := &recorder{name: "bad", answer: func(int) error { return &seamark.Fault{Class: seamark.Permanent, What: "refused"} }}
	m = manager(t, alerter.Options{Receivers: []alerter.Receiver{bad}})
	observe(t, m, firing("4xx", "api", time.Now().Add(-time.Minute), 0.2))
	if err := m.Flush(t.Context()); err == nil || !strings.Contains(err.Error(), "refused") {
		t.Errorf("got %v", err)
	}
}

func TestTwoReceiversOfOneName(t *testing.T) {
	_, err := alerter.New(t.Context(), alerter.Options{Store: &memory{}, Receivers: []alerter.Receiver{&recorder{name: "a"}, &recorder{name: "a"}}})
	if seamark.ClassOf(err) != seamark.Rejected {
		t.Errorf("got %v", err)
	}
}
