package worker_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter"
	"github.com/seamark-hq/seamark/alerter/card"
	"github.com/seamark-hq/seamark/alerter/incident"
	"github.com/seamark-hq/seamark/alerter/worker"
	"github.com/seamark-hq/seamark/lake"
)

// channel is a receiver as a chat is: posts are new messages, refs are edited, and one
// whose answer was lost is looked for.
type channel struct {
	mu    sync.Mutex
	posts map[string]int // by incident
	edits int
	last  map[string]card.Card
	fail  error
}

func newChannel() *channel { return &channel{posts: map[string]int{}, last: map[string]card.Card{}} }

func (*channel) Name() string { return "chat" }

func (c *channel) Deliver(_ context.Context, made card.Card, ref card.Ref) (card.Ref, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.fail != nil {
		return "", c.fail
	}
	if ref == "" || ref == card.RefUnknown && c.posts[made.ID] == 0 {
		c.posts[made.ID]++
	} else {
		c.edits++
	}
	c.last[made.ID] = made
	return card.Ref("message of " + made.ID), nil
}

// all are the posts of all incidents.
func (c *channel) all() (n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, posts := range c.posts {
		n += posts
	}
	return n
}

// mortal is a store whose process dies at a call.
type mortal struct {
	incident.Objects
	mu    sync.Mutex
	calls int
	dieAt int
}

var errDead = errors.New("the process is dead")

func (m *mortal) call() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.calls++; m.dieAt > 0 && m.calls >= m.dieAt {
		return errDead
	}
	return nil
}

func (m *mortal) Create(key string, write func(io.Writer) error) error {
	if err := m.call(); err != nil {
		return err
	}
	return m.Objects.Create(key, write)
}

func (m *mortal) PutBytes(key string, b []byte) error {
	if err := m.call(); err != nil {
		return err
	}
	return m.Objects.PutBytes(key, b)
}

func (m *mortal) ReadFile(key string) ([]byte, error) {
	if err := m.call(); err != nil {
		return nil, err
	}
	return m.Objects.ReadFile(key)
}

func (m *mortal) Walk(prefix string, fn func(string, fs.DirEntry) error) error {
	if err := m.call(); err != nil {
		return err
	}
	return m.Objects.Walk(prefix, fn)
}

func (m *mortal) Remove(keys ...string) error {
	if err := m.call(); err != nil {
		return err
	}
	return m.Objects.Remove(keys...)
}

// invocation is a worker of its own, as Lambda starts another process.
func invocation(objects incident.Objects, to *channel, now func() time.Time) *worker.Worker {
	return &worker.Worker{
		Objects: func(context.Context) incident.Objects { return objects },
		Options: alerter.Options{Receivers: []alerter.Receiver{to}, Now: now},
		Log:     slog.New(slog.DiscardHandler),
	}
}

var began = time.Date(2026, 11, 22, 14, 3, 0, 0, time.UTC)

// clock is a time that a test moves.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.t }

func (c *clock) pass(d time.Duration) { c.mu.Lock(); defer c.mu.Unlock(); c.t = c.t.Add(d) }

// event is an alarm's change of state as EventBridge tells it.
func event(name, state string, at time.Time) []byte {
	return fmt.Appendf(nil, `{"version":"0","id":"1","detail-type":"CloudWatch Alarm State Change","source":"aws.cloudwatch","account":"222222222222","time":%q,"region":"eu-central-1",
"resources":["arn:aws:cloudwatch:eu-central-1:222222222222:alarm:%[2]s"],
"detail":{"alarmName":%[2]q,"state":{"value":%[3]q,"reason":"Threshold Crossed","timestamp":%[4]q},"previousState":{"value":"OK","timestamp":%[4]q},"configuration":{"metrics":[]}}}`,
		at.Format(time.RFC3339), name, state, at.Format("2006-01-02T15:04:05.000+0000"))
}

func openDir(t *testing.T) *lake.Dir {
	t.Helper()
	d, err := lake.OpenDir(t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// Two invocations at once, with the same alarm or with two of one incident, post one card.
func TestRaces(t *testing.T) {
	d, to, c := openDir(t), newChannel(), &clock{t: began.Add(time.Minute)}
	for round := range 200 {
		product := fmt.Sprintf("p%d", round)
		names := []string{"seamark/" + product + "/prod/fn/errors", "seamark/" + product + "/prod/api/4xx"}
		if round%2 == 0 {
			names[1] = names[0] // a message that is delivered twice
		}
		var wg sync.WaitGroup
		for i, name := range names {
			wg.Go(func() {
				if err := invocation(d, to, c.now).Message(t.Context(), event(name, "ALARM", began.Add(time.Duration(i)*time.Second))); err != nil {
					t.Errorf("round %d: %v", round, err)
				}
			})
		}
		wg.Wait()
		if got := to.all(); got != round+1 {
			t.Fatalf("round %d: %d cards", round, got)
		}
	}
	groups, err := incident.Groups(d, worker.Folder)
	if err != nil || len(groups) != 200 {
		t.Errorf("%d groups, %v", len(groups), err)
	}
	for round := range 200 {
		g := incident.OpenGroup(d, worker.Folder, fmt.Sprintf("p%d/prod", round), "")
		if heard, err := g.Read(); err != nil || len(heard) != 0 {
			t.Fatalf("round %d: %d left, %v", round, len(heard), err)
		}
		entries, _ := g.Load(t.Context())
		if len(entries) != 1 || len(entries[0].Incident.Alarms) != 1+round%2 || entries[0].Deliveries["chat"].Version != entries[0].Version {
			t.Errorf("round %d: %+v", round, entries)
		}
	}
}

// Many alarms of one incident at once: one card, which at last shows them all.
func TestStorm(t *testing.T) {
	d, to, c := openDir(t), newChannel(), &clock{t: began.Add(time.Hour)}
	var wg sync.WaitGroup
	for i := range 40 {
		wg.Go(func() {
			if err := invocation(d, to, c.now).Message(t.Context(), event(fmt.Sprintf("seamark/booking/prod/fn%d/errors", i), "ALARM", began.Add(time.Duration(i)*time.Second))); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if to.all() != 1 {
		t.Fatalf("%d cards", to.all())
	}
	g := incident.OpenGroup(d, worker.Folder, "booking/prod", "")
	heard, err := g.Read()
	if err != nil || len(heard) != 0 {
		t.Fatalf("%d left, %v", len(heard), err)
	}
	entries, _ := g.Load(t.Context())
	if len(entries) != 1 || len(entries[0].Incident.Alarms) != 40 || entries[0].Deliveries["chat"].Version != entries[0].Version {
		t.Errorf("%d incidents; %+v", len(entries), entries[0].Deliveries["chat"])
	}
	for i := range 40 {
		if err := invocation(d, to, c.now).Message(t.Context(), event(fmt.Sprintf("seamark/booking/prod/fn%d/errors", i), "OK", began.Add(30*time.Minute))); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := g.Read(); err != nil {
		t.Fatal(err)
	}
	entries, _ = g.Load(t.Context())
	if to.all() != 1 || len(entries) != 1 || entries[0].Incident.Status != seamark.IncidentResolved {
		t.Errorf("%d cards, %s", to.all(), entries[0].Incident.Status)
	}
}

// Killed at any call of the store: the message comes again, and there is one card.
func TestKilled(t *testing.T) {
	for at := 1; ; at++ {
		d, to, c := openDir(t), newChannel(), &clock{t: began.Add(time.Minute)}
		dying := &mortal{Objects: d, dieAt: at}
		body := event("seamark/booking/prod/fn/errors", "ALARM", began)
		err := invocation(dying, to, c.now).Message(t.Context(), body)
		died := dying.calls >= at
		c.pass(10 * time.Minute) // the message is seen again, and the turn of the dead is over
		if err := invocation(d, to, c.now).Message(t.Context(), body); err != nil {
			t.Fatalf("call %d: %v", at, err)
		}
		if to.all() != 1 {
			t.Fatalf("call %d: %v posts, %d edits, first %v", at, to.posts, to.edits, err)
		}
		if !died {
			t.Logf("killed at each of %d calls", at-1)
			return
		}
	}
}

// An OK that overtakes its alarm opens nothing, though another process hears it.
func TestEarlyOK(t *testing.T) {
	d, to, c := openDir(t), newChannel(), &clock{t: began.Add(time.Minute)}
	for _, body := range [][]byte{event("seamark/booking/prod/fn/errors", "OK", began.Add(30*time.Second)), event("seamark/booking/prod/fn/errors", "ALARM", began)} {
		if err := invocation(d, to, c.now).Message(t.Context(), body); err != nil {
			t.Fatal(err)
		}
	}
	for id, last := range to.last {
		if last.Status != seamark.IncidentResolved {
			t.Errorf("%s is %s", id, last.Status)
		}
	}
}

// A card that could not be shown fails its message, and the sweep shows it when nobody asks.
// What no message told, the sweep finds: a lost OK, an alarm that is gone, one that fires.
func TestReconcile(t *testing.T) {
	d, to, c := openDir(t), newChannel(), &clock{t: began.Add(time.Minute)}
	to.fail = &seamark.Fault{Class: seamark.Temporary, What: "the chat does not answer"}
	if err := invocation(d, to, c.now).Message(t.Context(), event("seamark/booking/prod/fn/errors", "ALARM", began)); err == nil {
		t.Error("a card that was not shown did not fail its message")
	}
	to.fail = nil
	w := invocation(d, to, c.now)
	if r, err := w.Reconcile(t.Context()); err != nil || r.Turns != 1 || to.all() != 1 {
		t.Fatalf("%+v, %v, %d cards", r, err, to.all())
	}
	alarm := func(name string, state seamark.AlarmState) seamark.Alarm {
		return seamark.Alarm{Name: name, ARN: "arn:aws:cloudwatch:eu-central-1:222222222222:alarm:" + name, State: state, Since: began.Add(5 * time.Minute), Evaluated: began.Add(5 * time.Minute), Origin: "cloudwatch",
			Scope: seamark.Scope{Product: strings.Split(name, "/")[1], Environment: "prod", AccountID: "222222222222", Region: "eu-central-1"}}
	}
	c.pass(10 * time.Minute)
	w.States = func(_ context.Context, place func([]seamark.Alarm)) error {
		place([]seamark.Alarm{alarm("seamark/booking/prod/fn/errors", seamark.AlarmOK), alarm("seamark/shop/prod/fn/errors", seamark.AlarmFiring)})
		return errors.New("another place cannot be read")
	}
	r, err := w.Reconcile(t.Context())
	if err == nil || r.Alarms != 2 || r.Groups != 2 || r.Turns != 2 || to.all() != 2 {
		t.Fatalf("%+v, %v, %d cards", r, err, to.all())
	}
	c.pass(10 * time.Minute)
	w.States = func(_ context.Context, place func([]seamark.Alarm)) error {
		place([]seamark.Alarm{alarm("seamark/booking/prod/fn/errors", seamark.AlarmOK)}) // shop's was deleted
		return nil
	}
	if r, err := w.Reconcile(t.Context()); err != nil || r.Turns != 1 {
		t.Fatalf("%+v, %v", r, err)
	}
	if r, err := w.Reconcile(t.Context()); err != nil || r.Turns != 0 { // all is over: nothing is written
		t.Errorf("%+v, %v", r, err)
	}
	for id, last := range to.last {
		if last.Status != seamark.IncidentResolved {
			t.Errorf("%s is %s", id, last.Status)
		}
	}
}

// What is no alarm fails with its reason; the alarms beside it do not.
func TestPoison(t *testing.T) {
	d, to, c := openDir(t), newChannel(), &clock{t: began.Add(time.Minute)}
	for _, body := range []string{`{"hello":"world"}`, `text`, ``} {
		if err := invocation(d, to, c.now).Message(t.Context(), []byte(body)); err == nil || seamark.ClassOf(err) != seamark.Rejected {
			t.Errorf("%q: %v", body, err)
		}
	}
	if to.all() != 0 {
		t.Errorf("%d cards", to.all())
	}
}

// Only a few objects of a group stay, whatever happens to it.
func TestFewObjects(t *testing.T) {
	d, to, c := openDir(t), newChannel(), &clock{t: began}
	for i := range 30 {
		c.pass(10 * time.Minute)
		state := []string{"ALARM", "OK"}[i%2]
		if err := invocation(d, to, c.now).Message(t.Context(), event("seamark/booking/prod/fn/errors", state, c.now().Add(-time.Minute))); err != nil {
			t.Fatal(err)
		}
	}
	n := 0
	if err := d.Walk(worker.Folder, func(string, fs.DirEntry) error { n++; return nil }); err != nil || n > 5 {
		t.Errorf("%d objects, %v", n, err)
	}
	if to.all() == 0 {
		t.Error("no card was shown")
	}
}

// A card that was given up is sent once more by whoever asks, also over a store that others use.
func TestAct(t *testing.T) {
	d, to, c := openDir(t), newChannel(), &clock{t: began}
	to.fail = &seamark.Fault{Class: seamark.Rejected, What: "no such channel"}
	w := invocation(d, to, c.now)
	a := seamark.Alarm{Name: "x", Rule: "errors", Scope: seamark.Scope{Product: "booking", Environment: "prod"}, State: seamark.AlarmFiring, Severity: seamark.SeverityCritical, Since: began, Evaluated: began, Unit: "count"}
	_ = w.Observe(t.Context(), a)
	letters, err := incident.NewDeadLetters(d, worker.DeadFolder).List(t.Context())
	if err != nil || len(letters) != 1 {
		t.Fatalf("%+v, %v", letters, err)
	}
	resend := incident.Act{Incident: letters[0].Incident.ID, Do: incident.DoResend, Receiver: letters[0].Receiver, By: "ana", At: c.now()}
	to.fail = nil
	if err := invocation(d, to, c.now).Act(t.Context(), letters[0].Incident.Group, resend); err != nil {
		t.Fatal(err)
	}
	if left, err := incident.NewDeadLetters(d, worker.DeadFolder).List(t.Context()); err != nil || len(left) != 0 || to.all() != 1 {
		t.Errorf("%+v, %v, %d cards", left, err, to.all())
	}
	if err := invocation(d, to, c.now).Act(t.Context(), letters[0].Incident.Group, resend); seamark.ClassOf(err) != seamark.Rejected {
		t.Errorf("twice: %v", err)
	}
}
