package alerter

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/card"
	"github.com/seamark-hq/seamark/alerter/incident"
	"github.com/seamark-hq/seamark/alerter/links"
	"github.com/seamark-hq/seamark/alerter/route"
	"github.com/seamark-hq/seamark/alerter/words"
)

// Options are what a Manager is made of. Store is required; everything else may be zero.
type Options struct {
	Config    Config
	Store     incident.Store
	Enricher  Enricher                     // nil: cards without patterns and chart
	Receivers []Receiver                   // names must differ
	Route     func(seamark.Alarm) []string // names the receivers that hear of an alarm; nil: every one hears everything
	// Told says by which routes an alarm reaches whom, for how long its first card waits, how
	// often it is edited and posted anew. nil: Config does.
	Told func(seamark.Alarm) []route.Told
	// Quiet prepares, for the alarms that fire now, the question whether a receiver is told
	// of an alarm at a time. It is asked when a card is due, for each alarm. nil: always.
	// What AWS itself mutes needs no asking.
	Quiet    func(firing func() []seamark.Alarm) func(receiver string, a seamark.Alarm, now time.Time) route.Quiet
	Silences Silences     // what people keep quiet; nil: nothing can be
	Escalate []Escalation // which incidents are told to more people
	// MarkFirst has no card posted whose mark could not be saved: for a process that others
	// follow at once, and that is asked again.
	MarkFirst bool
	// Inbox is where other processes leave what people want done; nil: nowhere.
	Inbox Inbox
	// Letters keeps the cards that are given up; nil: only their entries say so.
	Letters Letters
	Links   links.Config
	Log     *slog.Logger
	Now     func() time.Time // nil: time.Now
}

// Inbox hands over what people want done. What do returns an error for stays in it.
type Inbox interface {
	Take(ctx context.Context, do func(incident.Act) error) error
}

// Silences are what people keep quiet, one store for whoever asks; *alertmanager.Silences are.
type Silences interface {
	// Silence keeps all alarms of one's group quiet until then. It is durable when it returns nil.
	Silence(ctx context.Context, a seamark.Alarm, until time.Time, by, comment string) error
	// Silenced is who keeps an alarm quiet now, until when, and by which silence; nil: nobody.
	Silenced(a seamark.Alarm) *seamark.Word
}

// Letters keeps dead letters; *incident.DeadLetters does.
type Letters interface {
	Put(incident.DeadLetter) error
	Remove(incident, receiver string) error
}

// Manager turns alarms into incidents and keeps every receiver's card of them current.
//
// New loads what an earlier process knew, Observe takes alarms in, Run delivers until
// its context ends, Flush delivers once for callers that do not run. All methods may be
// called at the same time.
//
// A crash loses no card: an entry is saved before its first post, marked as begun, and
// after the post with the message's ref. A process that finds the mark without a ref
// passes card.RefUnknown, and the receiver looks whether the message exists.
type Manager struct {
	opt   Options
	names []string // receivers that hear of everything where there are no routes
	saves saves
	busy  map[string]*sync.Mutex
	still map[string]bool // receivers that are not reminded

	posting sync.Mutex // held by who writes dead letters

	mu        sync.Mutex
	book      *incident.Book
	agendas   map[string]*agenda                                                // by receiver
	wake      chan struct{}                                                     // closed and replaced at each change: wakes who looks up
	earlyLost bool                                                              // the last SaveEarly failed
	unsaved   map[string]bool                                                   // entries whose last Save failed
	letters   map[letterOf]*incident.DeadLetter                                 // to be written; nil: to be removed
	looked    map[string]time.Time                                              // by incident: when it was last looked up
	quiet     func(receiver string, a seamark.Alarm, now time.Time) route.Quiet // of Options.Quiet, until the next change
}

// New loads the store's entries. Entries that cannot be read are logged and left out;
// a store that cannot be read at all is an error.
func New(ctx context.Context, opt Options) (*Manager, error) {
	if reflect.DeepEqual(opt.Config, Config{}) {
		opt.Config = DefaultConfig()
	}
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	m := &Manager{
		opt: opt, wake: make(chan struct{}), agendas: map[string]*agenda{}, busy: map[string]*sync.Mutex{}, still: map[string]bool{}, unsaved: map[string]bool{},
		book: incident.NewBook(time.Duration(opt.Config.Quiet)), looked: map[string]time.Time{}, letters: map[letterOf]*incident.DeadLetter{},
	}
	for _, r := range opt.Receivers {
		if m.busy[r.Name()] != nil {
			return nil, &seamark.Fault{Class: seamark.Rejected, What: fmt.Sprintf("two receivers are called %q", r.Name()), Remedy: "give each its own name"}
		}
		if !slices.ContainsFunc(opt.Escalate, func(x Escalation) bool { return slices.Contains(x.Receivers, r.Name()) }) {
			m.names = append(m.names, r.Name())
		}
		m.busy[r.Name()], m.still[r.Name()], m.agendas[r.Name()] = &sync.Mutex{}, forPrograms(r), newAgenda()
	}
	entries, err := opt.Store.Load(ctx)
	if err != nil && len(entries) == 0 && seamark.ClassOf(err) == seamark.Temporary {
		return nil, fmt.Errorf("load incidents: %w", err)
	}
	if err != nil {
		opt.Log.Error("incidents_unreadable", "error", err)
	}
	for _, e := range entries {
		for _, d := range e.Deliveries {
			if d.Dead { // the configuration may have been mended
				d.Dead, d.Next = false, time.Time{}
			}
		}
		m.book.Load(&e)
	}
	early, err := opt.Store.LoadEarly(ctx)
	if err != nil {
		opt.Log.Error("early_oks_unreadable", "error", err)
	}
	m.book.LoadEarly(early)
	m.book.Forget()
	for _, e := range m.book.Entries() {
		for name, d := range e.Deliveries {
			if d.Letter { // its file may not have been written
				m.letter(name, e, d, e.Incident.UpdatedAt)
			}
		}
	}
	m.silencesOfBefore(ctx)
	m.Changed()
	return m, nil
}

// Observe takes alarms in, in the order given. When it returns nil every change is
// durable; the cards follow by Run. After an error the alarms count all the same and
// are delivered, but the caller should offer them again: doing so twice changes nothing.
func (m *Manager) Observe(ctx context.Context, alarms ...seamark.Alarm) error {
	touched, r, early := m.take(ctx, alarms)
	m.commit(ctx, r)
	return errors.Join(early, r.fault(touched))
}

// take applies alarms to the book, and returns the entries that must be saved before they
// are durable.
func (m *Manager) take(ctx context.Context, alarms []seamark.Alarm) (touched map[string]*incident.Entry, r *round, early error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.opt.Now()
	touched = map[string]*incident.Entry{}
	for _, a := range alarms {
		e := m.book.Apply(a, now)
		if e == nil {
			continue
		}
		id := e.Incident.ID
		if e.HeardAt.IsZero() {
			e.HeardAt = now
			m.opt.Log.Info("incident_opened", "incident", id, "alarm", words.Clip(a.Name, 200))
		}
		m.route(e, a)
		m.hush(e, a, now)
		touched[id] = e
	}
	early = m.saveEarly(ctx)
	for id := range m.unsaved {
		if e := m.book.Entry(id); e != nil {
			touched[id] = e
		}
	}
	for _, e := range touched {
		r = m.note(e)
		m.touch(e)
	}
	if len(touched) > 0 {
		m.prune()
		m.signal()
	}
	return touched, r, early
}

// Reconcile takes in the whole list of alarms of some accounts and regions, as
// DescribeAlarms answers it: what was missed is made up for, and an alarm that is open here
// and no more in the list of its account and region was deleted.
func (m *Manager) Reconcile(ctx context.Context, all []seamark.Alarm) error {
	return m.Observe(ctx, append(slices.Clone(all), m.Gone(all)...)...)
}

// Gone lists, as deleted, the alarms that are open here and not in the whole list of their
// account and region.
func (m *Manager) Gone(all []seamark.Alarm) []seamark.Alarm {
	type place struct{ account, region string }
	places, known := map[place]bool{}, map[string]bool{}
	for _, a := range all {
		places[place{a.Scope.AccountID, a.Scope.Region}], known[a.Base()] = true, true
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.opt.Now()
	var gone []seamark.Alarm
	for _, e := range m.book.Entries() {
		for _, a := range e.Incident.Unsettled() {
			if a.ARN == "" || a.Origin != "cloudwatch" || known[a.Base()] || !places[place{a.Scope.AccountID, a.Scope.Region}] {
				continue
			}
			a.State, a.Since, a.Evaluated, a.Reason, a.NoValue = seamark.AlarmDeleted, now, now, "the alarm is not there any more", true
			gone = append(gone, a)
		}
	}
	return gone
}

// Due reports whether anything is to be delivered now, or not settled yet, so that a process
// that does not Run knows whether it must look after it.
func (m *Manager) Due() bool {
	m.mu.Lock()
	for _, e := range m.book.Entries() {
		if e.Incident.Status != seamark.IncidentResolved {
			m.mu.Unlock()
			return true
		}
	}
	m.mu.Unlock()
	return slices.ContainsFunc(m.opt.Receivers, func(r Receiver) bool { return len(m.pending(r.Name())) > 0 })
}

// Act does what a person said. It is durable when Act returns nil; a Rejected fault says
// why it cannot be done.
func (m *Manager) Act(ctx context.Context, a incident.Act) error {
	if a.Do == incident.DoSilence {
		return m.silence(ctx, a)
	}
	e, r, err := m.act(a)
	if err != nil {
		return err
	}
	m.commit(ctx, r)
	return r.fault(map[string]*incident.Entry{a.Incident: e})
}

func (m *Manager) act(a incident.Act) (*incident.Entry, *round, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if a.Do == incident.DoResend && m.busy[a.Receiver] == nil {
		return nil, nil, &seamark.Fault{Class: seamark.Rejected, What: fmt.Sprintf("no receiver is called %q", words.Clip(a.Receiver, 100)), Where: "incident " + a.Incident, Remedy: "name one of `receivers:` in seamark.yml"}
	}
	e, err := m.book.Act(a, m.opt.Now())
	if err != nil {
		return nil, nil, err
	}
	m.opt.Log.Info("incident_act", "incident", a.Incident, "do", a.Do, "by", words.Line(a.By, 100))
	m.touch(e)
	m.signal()
	return e, m.note(e), nil
}

// TakeInbox does what other processes left.
func (m *Manager) TakeInbox(ctx context.Context) error {
	if m.opt.Inbox == nil {
		return nil
	}
	return m.opt.Inbox.Take(ctx, func(a incident.Act) error {
		err := m.Act(ctx, a)
		if err != nil && seamark.ClassOf(err) == seamark.Rejected {
			m.opt.Log.Warn("incident_act_refused", "incident", a.Incident, "do", a.Do, "error", err)
			return nil
		}
		return err
	})
}

// prune forgets when incidents were looked up that the book has forgotten.
func (m *Manager) prune() {
	if len(m.looked) > 2*incident.MaxEntries {
		maps.DeleteFunc(m.looked, func(id string, _ time.Time) bool { return m.book.Entry(id) == nil })
	}
}

// route adds to e whoever must hear of a.
func (m *Manager) route(e *incident.Entry, a seamark.Alarm) {
	names := m.names
	if m.opt.Route != nil {
		names = m.opt.Route(a)
	}
	for _, name := range names {
		if m.busy[name] == nil || e.Deliveries[name] != nil {
			continue
		}
		if e.Deliveries == nil {
			e.Deliveries = map[string]*incident.Delivery{}
		}
		e.Deliveries[name] = &incident.Delivery{}
	}
}

// saveEarly stores the OKs whose alarms are still to come, when there are new ones.
func (m *Manager) saveEarly(ctx context.Context) error {
	oks, changed := m.book.Early()
	if !changed && !m.earlyLost {
		return nil
	}
	if err := m.opt.Store.SaveEarly(context.WithoutCancel(ctx), oks); err != nil {
		m.earlyLost = true
		m.opt.Log.Error("early_oks_not_saved", "error", err)
		return fmt.Errorf("save early OKs: %w", err)
	}
	m.earlyLost = false
	return nil
}

// signal says that something changed.
func (m *Manager) signal() {
	m.quiet = nil
	m.touchHeld()
	close(m.wake)
	m.wake = make(chan struct{})
}

// Run delivers cards and looks up what they show, until ctx ends. Each receiver has a
// worker of its own, so that one that hangs delays no other.
func (m *Manager) Run(ctx context.Context) {
	var wg sync.WaitGroup
	for _, r := range m.opt.Receivers {
		wg.Go(func() { m.deliverLoop(ctx, r) })
	}
	if m.opt.Enricher != nil {
		wg.Go(func() { m.enrichLoop(ctx) })
	}
	wg.Go(func() { m.expireLoop(ctx) })
	wg.Wait()
}

// Flush delivers everything that has not been shown yet, looks up patterns and chart,
// and delivers again what changed. It waits neither for UpdateEvery nor for a back-off,
// and returns what could not be delivered. It is for processes that do not Run, and for
// the last cards of one that ends.
func (m *Manager) Flush(ctx context.Context) error {
	m.expire(ctx)
	looked := make(chan struct{})
	go func() {
		defer close(looked)
		m.enrichAll(ctx)
	}()
	grace := time.NewTimer(time.Duration(m.opt.Config.Grace))
	defer grace.Stop()
	select {
	case <-looked:
	case <-grace.C:
		m.flushOnce(ctx) // what fails here is tried again below
	}
	<-looked
	return m.flushOnce(ctx)
}

func (m *Manager) flushOnce(ctx context.Context) error {
	var mu sync.Mutex
	var faults []error
	var wg sync.WaitGroup
	for _, r := range m.opt.Receivers {
		wg.Go(func() {
			for _, id := range m.pending(r.Name()) {
				if err := m.deliver(ctx, r, id); err != nil {
					mu.Lock()
					faults = append(faults, err)
					mu.Unlock()
				}
			}
		})
	}
	wg.Wait()
	return errors.Join(faults...)
}

// Incidents lists the incidents known, newest first.
func (m *Manager) Incidents() []seamark.Incident {
	m.mu.Lock()
	defer m.mu.Unlock()
	list := make([]seamark.Incident, 0, len(m.book.Entries()))
	for _, e := range m.book.Entries() {
		list = append(list, e.Copy().Incident)
	}
	slices.SortFunc(list, func(a, b seamark.Incident) int { return strings.Compare(b.ID, a.ID) })
	return list
}

// Entry returns one incident with its deliveries.
func (m *Manager) Entry(id string) (incident.Entry, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	e := m.book.Entry(id)
	if e == nil {
		return incident.Entry{}, false
	}
	return e.Copy(), true
}

// Card builds the card of one incident as it would be delivered now.
func (m *Manager) Card(id string) (card.Card, bool) {
	e, ok := m.Entry(id)
	if !ok {
		return card.Card{}, false
	}
	return m.cardOf(&e), true
}

func (m *Manager) cardOf(e *incident.Entry) card.Card {
	var notes []string
	if e.EnrichFault != "" {
		notes = append(notes, "Error patterns and chart could not be looked up: "+e.EnrichFault)
	}
	turns, flaps := e.Flaps(m.opt.Now())
	if flaps {
		notes = append(notes, fmt.Sprintf("Flapping: it opened and ended %s in the last hour. Further turns change this card alone.", words.Many(int64(turns), "time")))
	}
	c := card.Build(&e.Incident, m.opt.Links, notes...)
	c.Flapping = flaps
	c.Version = e.Version
	return c
}

// Firing lists the alarms that fire now, as the rules need them to go on after a restart.
func (m *Manager) Firing() []seamark.Alarm {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.firing()
}

func (m *Manager) firing() []seamark.Alarm {
	var alarms []seamark.Alarm
	for _, e := range m.book.Entries() {
		if e.Incident.Status == seamark.IncidentOpen {
			alarms = append(alarms, e.Incident.Firing()...)
		}
	}
	slices.SortFunc(alarms, func(a, b seamark.Alarm) int { return strings.Compare(a.Key(), b.Key()) })
	return alarms
}
