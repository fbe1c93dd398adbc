package alerter

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/card"
	"github.com/seamark-hq/seamark/alerter/incident"
	"github.com/seamark-hq/seamark/alerter/words"
)

const (
	// deliverTimeout bounds one delivery, look-ups and retries inside the receiver included.
	deliverTimeout = 30 * time.Second
	// minGap lies between two cards of one incident to one receiver, turns included.
	minGap = time.Second
	// maxGap is the longest time between two edits of an old incident.
	maxGap = 5 * time.Minute
	// maxBackoff is the longest wait after failures.
	maxBackoff = 5 * time.Minute
	// flapGap lies between two cards of an incident that flaps where none can be edited.
	flapGap = 10 * time.Minute
	// giveUp is how long after its end an incident's card is still tried.
	giveUp = 24 * time.Hour
)

// deliverLoop shows r what is due, one card after the other.
func (m *Manager) deliverLoop(ctx context.Context, r Receiver) {
	for ctx.Err() == nil {
		id, wait, wake := m.next(r.Name())
		m.settle(ctx) // what nobody was told of is noted
		if id != "" {
			m.deliver(ctx, r, id) // the outcome is noted in the entry and logged
			continue
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-wake:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// withheld is the rank of what nobody is to be told now; its time is when to ask again.
const withheld = -1

// due says when a delivery should happen, and how pressing it is: 0 is never.
func (m *Manager) due(e *incident.Entry, d *incident.Delivery, now time.Time) (time.Time, int) {
	change, rank := m.changeDue(e, d, now)
	if at, ok := m.remindAt(e, d, now); ok && !d.Dead && (rank == 0 || at.Before(change)) {
		if at.Before(d.Next) {
			at = d.Next
		}
		return at, 1
	}
	return change, rank
}

// changeDue is due of what has not been shown yet.
func (m *Manager) changeDue(e *incident.Entry, d *incident.Delivery, now time.Time) (time.Time, int) {
	if d.Version == e.Version {
		return time.Time{}, 0
	}
	turned := d.Turn != turnOf(e)
	if d.Dead && !turned {
		return time.Time{}, 0
	}
	if m.tooLate(e, d, now) {
		return time.Time{}, 0
	}
	joined := d.Version != 0 && seriesOf(e) > d.Series
	if until, quiet := m.withhold(e, d, turned || joined, now); quiet {
		return until, withheld
	}
	switch {
	case d.Version == 0 && d.Withheld && e.Incident.Status == seamark.IncidentResolved:
		return time.Time{}, 0 // nobody heard of it, and it is over
	case d.Version == 0: // nothing shown yet
		return later(m.firstAt(e, d), d.Next), 3
	case turned && d.Ref == "" && m.flaps(e, now):
		return later(d.At.Add(flapGap), d.Next), 2
	case turned:
		return later(d.At.Add(minGap), d.Next), 2
	case d.Ref == "" && joined:
		return later(d.At.Add(m.editGap(e, d)), d.Next), 2
	case d.Ref == "": // cannot be edited, and a second card without a turn would be noise
		return time.Time{}, 0
	case d.Firing != firingOf(e):
		return later(d.At.Add(minGap), d.Next), 2
	}
	return later(d.At.Add(m.editGap(e, d)), d.Next), 1
}

func (m *Manager) flaps(e *incident.Entry, now time.Time) bool {
	_, ok := e.Flaps(now)
	return ok
}

// gap is the time between two edits: UpdateEvery, and a thirtieth of the incident's age
// when that is more.
func (m *Manager) gap(e *incident.Entry) time.Duration {
	age := e.Incident.Duration(e.Incident.UpdatedAt)
	return max(time.Duration(m.opt.Config.UpdateEvery), min(age/30, maxGap))
}

// pending lists what a receiver has not been shown, whatever the clock says.
func (m *Manager) pending(receiver string) []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	var ids []string
	for id, e := range m.book.Entries() {
		d := e.Deliveries[receiver]
		if d == nil {
			continue
		}
		now := m.opt.Now()
		_, rank := m.changeDue(e, d, now)
		at, remind := m.remindAt(e, d, now)
		if rank > 0 || remind && !d.Dead && !at.After(now) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// deliver shows one incident to one receiver and notes the outcome.
func (m *Manager) deliver(ctx context.Context, r Receiver, id string) error {
	busy := m.busy[r.Name()]
	busy.Lock()
	defer busy.Unlock()

	m.mu.Lock()
	e := m.book.Entry(id)
	if e == nil || e.Deliveries[r.Name()] == nil {
		m.mu.Unlock()
		return nil
	}
	d := e.Deliveries[r.Name()]
	at, remind := m.remindAt(e, d, m.opt.Now())
	if remind = remind && !at.After(m.opt.Now()); !remind && d.Version == e.Version {
		m.mu.Unlock()
		return nil
	}
	ref, past, after := d.Ref, d.Past, d.RungAt
	if remind && ref != "" {
		if past = append(slices.Clone(past), ref); len(past) > maxPast {
			past = past[len(past)-maxPast:]
		}
		ref, d.Begun = "", false
	}
	posted := ref == ""
	var begun *round
	if posted {
		if d.Begun {
			ref = card.RefUnknown
		}
		d.Begun = true
		begun = m.note(e)
	}
	shown := e.Copy()
	m.mu.Unlock()
	m.commit(ctx, begun)
	// A store that fails must not cost the card where this process remembers it.
	if err := begun.fault(map[string]*incident.Entry{id: e}); err != nil && m.opt.MarkFirst {
		m.mu.Lock()
		d.Begun = false
		m.mu.Unlock()
		return err
	}

	within, cancel := context.WithTimeout(ctx, deliverTimeout)
	made := m.cardOf(&shown)
	made.After = after
	got, err := r.Deliver(within, made, ref)
	cancel()
	if err == nil && shown.Incident.Status == seamark.IncidentResolved && len(past) > 0 {
		m.endPast(ctx, r, made, past)
		past = nil
	}

	m.noteOutcome(r.Name(), e, d, shown, err, outcome{ref: got, past: past, posted: posted})
	m.settle(ctx)
	m.postLetters()
	if err != nil {
		return fmt.Errorf("deliver %s to %s: %w", id, r.Name(), err)
	}
	return nil
}

// outcome is what came of a delivery.
type outcome struct {
	ref    card.Ref
	past   []card.Ref
	posted bool // anew, not edited
}

func (m *Manager) noteOutcome(receiver string, e *incident.Entry, d *incident.Delivery, shown incident.Entry, err error, o outcome) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.opt.Now()
	if err != nil {
		m.failed(receiver, e, d, err, now)
	} else {
		if d.Letter {
			m.letters[letterOf{e.Incident.ID, receiver}] = nil
		}
		rung := d.RungAt
		if o.posted {
			rung = now
		}
		*d = incident.Delivery{Ref: o.ref, Version: shown.Version, Turn: turnOf(&shown), Firing: firingOf(&shown), Series: seriesOf(&shown), At: now, RungAt: rung, Past: o.past}
		m.opt.Log.Info("card_delivered", "receiver", receiver, "incident", e.Incident.ID, "turn", d.Turn)
	}
	m.note(e)
	m.agendas[receiver].add(e.Incident.ID)
}

// failed notes why a delivery failed and when to try again.
func (m *Manager) failed(receiver string, e *incident.Entry, d *incident.Delivery, err error, now time.Time) {
	if errors.Is(err, context.Canceled) {
		return // this process is being stopped; the next one finds the mark
	}
	d.Attempts++
	d.Fault = words.Clip(err.Error(), 500)
	if seamark.ClassOf(err) != seamark.Temporary {
		m.bury(receiver, e, d, now)
		return
	}
	wait := min(time.Second<<min(d.Attempts-1, 10), maxBackoff)
	if t, ok := errors.AsType[*card.Throttled](err); ok {
		d.Begun = false // refused, so certainly not posted
		wait = min(max(t.After, time.Second), time.Hour)
	}
	d.Next = now.Add(wait)
	m.opt.Log.Warn("card_delayed", "receiver", receiver, "incident", e.Incident.ID, "attempt", d.Attempts, "retry_in", wait, "error", err)
}

// turnOf is what must be told even where a card cannot be edited.
func turnOf(e *incident.Entry) string {
	turn := string(e.Incident.Status) + "/" + e.Incident.Severity
	if e.Incident.Status != seamark.IncidentResolved && len(e.Incident.Firing()) == 0 {
		turn += "/no_data"
	}
	return turn
}

// seriesOf counts the time series of a foreign alarm that took part besides the first. Each is
// a trouble of its own (another database, another table): where the card cannot be edited,
// one that joins is told by a new card, at most one an interval. The first may be what the
// alarm as a whole, told already, is about.
func seriesOf(e *incident.Entry) int {
	n := 0
	for _, a := range e.Incident.Alarms {
		if a.Foreign() && a.Contributor != "" {
			n++
		}
	}
	return max(n-1, 0)
}

// firingOf tells apart which alarms fire.
func firingOf(e *incident.Entry) string {
	var keys []string
	for _, a := range e.Incident.Alarms {
		if a.State == seamark.AlarmFiring {
			keys = append(keys, a.Key())
		}
	}
	if w := e.Incident.Acknowledged; w != nil {
		keys = append(keys, "acknowledged by "+w.By+w.At.String())
	}
	slices.Sort(keys)
	sum := sha256.Sum256([]byte(strings.Join(keys, "\n")))
	return hex.EncodeToString(sum[:8])
}
