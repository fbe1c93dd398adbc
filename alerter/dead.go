package alerter

import (
	"slices"
	"strings"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/incident"
)

// letterOf names a dead letter.
type letterOf struct{ incident, receiver string }

// tooLate reports whether a card is not tried any more because its incident is long over.
func (m *Manager) tooLate(e *incident.Entry, d *incident.Delivery, now time.Time) bool {
	in := &e.Incident
	return in.Status == seamark.IncidentResolved && now.Sub(later(in.ResolvedAt, d.Again)) > giveUp
}

// bury gives a card up: until the incident turns, a person has it sent again or the process
// restarts. The caller holds the lock, and posts the letter when it has let go of it.
func (m *Manager) bury(receiver string, e *incident.Entry, d *incident.Delivery, now time.Time) {
	d.Begun, d.Dead, d.Letter = false, true, true
	d.Turn = turnOf(e)
	e.Note(now, "Card for "+receiver+" given up: "+d.Fault)
	m.opt.Log.Error("card_given_up", "receiver", receiver, "incident", e.Incident.ID, "attempts", d.Attempts, "error", d.Fault)
	m.letter(receiver, e, d, now)
}

// letter notes the dead letter of a card. The caller holds the lock.
func (m *Manager) letter(receiver string, e *incident.Entry, d *incident.Delivery, now time.Time) {
	c := e.Copy()
	m.letters[letterOf{e.Incident.ID, receiver}] = &incident.DeadLetter{
		Receiver: receiver, Headline: m.cardOf(&c).Headline(), Reason: d.Fault, Attempts: d.Attempts, GivenUp: now.UTC(), Version: e.Version, Incident: c.Incident,
	}
}

// buryLate gives up what was tried until long after the end of its incident. The caller
// holds the lock.
func (m *Manager) buryLate(now time.Time) {
	for _, e := range m.book.Entries() {
		if e.Incident.Status != seamark.IncidentResolved {
			continue
		}
		for name, d := range e.Deliveries {
			if m.busy[name] != nil && d.Attempts > 0 && !d.Dead && d.Version != e.Version && m.tooLate(e, d, now) {
				m.bury(name, e, d, now)
				m.note(e)
			}
		}
	}
}

// postLetters writes and removes the dead letters that were noted. One that cannot be
// written is tried again with the next.
func (m *Manager) postLetters() {
	m.posting.Lock() // so that what was noted last is done last
	defer m.posting.Unlock()
	m.mu.Lock()
	todo := m.letters
	m.letters = map[letterOf]*incident.DeadLetter{}
	m.mu.Unlock()
	if m.opt.Letters == nil {
		return
	}
	for of, letter := range todo {
		var err error
		if letter != nil {
			err = m.opt.Letters.Put(*letter)
		} else {
			err = m.opt.Letters.Remove(of.incident, of.receiver)
		}
		if err == nil {
			continue
		}
		m.opt.Log.Error("dead_letter_not_kept", "incident", of.incident, "receiver", of.receiver, "error", err)
		m.mu.Lock()
		if _, newer := m.letters[of]; !newer {
			m.letters[of] = letter
		}
		m.mu.Unlock()
	}
}

// Undelivered is a card that was given up and has not arrived since.
type Undelivered struct {
	Incident string
	Receiver string
	Reason   string
}

// Undelivered lists the cards that were given up, by incident and receiver.
func (m *Manager) Undelivered() []Undelivered {
	m.mu.Lock()
	defer m.mu.Unlock()
	var list []Undelivered
	for id, e := range m.book.Entries() {
		for name, d := range e.Deliveries {
			if d.Letter {
				list = append(list, Undelivered{id, name, d.Fault})
			}
		}
	}
	slices.SortFunc(list, func(a, b Undelivered) int {
		return strings.Compare(a.Receiver+"\x00"+a.Incident, b.Receiver+"\x00"+b.Incident)
	})
	return list
}
