package incident

import (
	"fmt"
	"strings"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/words"
)

// What a person can do to an incident.
const (
	DoAcknowledge = "acknowledge" // somebody looks after it: no reminders
	DoSilence     = "silence"     // nobody is told of this incident's group until then
	DoResolve     = "resolve"     // it is over, whatever its alarms say
	DoResend      = "resend"      // try the card once more that a receiver did not take
)

// Act is what a person does to an incident.
type Act struct {
	Incident string    `json:"incident"`
	Do       string    `json:"do"`
	By       string    `json:"by"`
	At       time.Time `json:"at"`
	Until    time.Time `json:"until,omitzero"`     // zero: until the incident ends
	Receiver string    `json:"receiver,omitempty"` // to whom it is resent
}

// maxSilence bounds a silence: one without end would hide the next outage.
const maxSilence = 30 * 24 * time.Hour

// Check says what is wrong with an act, with a remedy.
func (a Act) Check(now time.Time) error {
	fault := func(what, remedy string) error {
		return &seamark.Fault{Class: seamark.Rejected, What: what, Where: "incident " + words.Clip(a.Incident, 100), Remedy: remedy}
	}
	switch {
	case !validID(a.Incident):
		return fault("that is no incident's id", "`seamark incident list` has them")
	case a.Do != DoAcknowledge && a.Do != DoSilence && a.Do != DoResolve && a.Do != DoResend:
		return fault(fmt.Sprintf("there is nothing called %q to do", words.Clip(a.Do, 40)), "use acknowledge, silence, resolve or resend")
	case strings.TrimSpace(a.By) == "":
		return fault("nobody is named", "say who you are")
	case a.Do == DoSilence && a.Until.IsZero():
		return fault("a silence without end", "say for how long, 30 days at most")
	case !a.Until.IsZero() && !a.Until.After(now):
		return fault("it would end before it begins", "name a time to come")
	case a.Until.Sub(now) > maxSilence:
		return fault("it would last longer than 30 days", "say for how long, 30 days at most")
	}
	return nil
}

// Act does what a person said, and returns the entry that it changed.
func (b *Book) Act(a Act, now time.Time) (*Entry, error) {
	if err := a.Check(now); err != nil {
		return nil, err
	}
	e := b.entries[a.Incident]
	if e == nil {
		return nil, &seamark.Fault{Class: seamark.Rejected, What: "there is no such incident", Where: "incident " + a.Incident, Remedy: "`seamark incident list --all` has them"}
	}
	in := &e.Incident
	if a.Do == DoResend {
		return e, e.resend(a, now)
	}
	if in.Status == seamark.IncidentResolved {
		return nil, &seamark.Fault{Class: seamark.Rejected, What: "it is over already", Where: "incident " + a.Incident, Remedy: "nothing is left to do"}
	}
	by := words.Line(a.By, 100)
	word := &seamark.Word{By: by, At: now.UTC(), Until: a.Until.UTC()}
	until := ""
	if a.Until.IsZero() {
		word.Until = time.Time{}
	} else {
		until = " until " + words.Clock(a.Until, now)
	}
	switch a.Do {
	case DoAcknowledge:
		in.Acknowledged = word
		e.Note(now, "Acknowledged by "+by+until)
	case DoResolve:
		e.Note(now, "Ended by "+by)
		for i := range in.Alarms {
			if x := &in.Alarms[i]; x.State == seamark.AlarmFiring || x.State == seamark.AlarmNoData {
				over(x, seamark.Alarm{Since: now.UTC(), Evaluated: now.UTC(), NoValue: true, Reason: "ended by " + by})
			}
		}
		resolve(e)
	}
	return b.changed(e, seamark.Alarm{Evaluated: now.UTC()}), nil
}

// resend makes a card due that a receiver did not take.
func (e *Entry) resend(a Act, now time.Time) error {
	d := e.Deliveries[a.Receiver]
	if d == nil || !d.Letter && !d.Dead && d.Attempts == 0 {
		return &seamark.Fault{Class: seamark.Rejected, What: fmt.Sprintf("no card of it waits for %q", words.Clip(a.Receiver, 100)), Where: "incident " + a.Incident, Remedy: "`seamark alert dead list` has those that do"}
	}
	d.Dead, d.Attempts, d.Next, d.Turn, d.Again = false, 0, time.Time{}, "", now.UTC()
	e.Note(now, "Card for "+a.Receiver+" is sent again, says "+words.Line(a.By, 100))
	return nil
}

// Silence notes who keeps an open incident quiet, as the silences have it; nil: nobody does any more.
func (b *Book) Silence(e *Entry, w *seamark.Word, now time.Time) *Entry {
	in := &e.Incident
	switch {
	case w != nil:
		e.Note(now, "Silenced by "+words.Line(w.By, 100)+" until "+words.Clock(w.Until, now))
	case in.Silenced != nil:
		e.Note(now, "Silence by "+words.Line(in.Silenced.By, 100)+" ended")
	}
	in.Silenced = w
	return b.changed(e, seamark.Alarm{Evaluated: now.UTC()})
}

// lapse drops the words whose time is over, and reports whether there were any.
func lapse(e *Entry, now time.Time) bool {
	in, any := &e.Incident, false
	if w := in.Acknowledged; w != nil && !w.Holds(now) {
		in.Acknowledged, any = nil, true
		e.Note(w.Until, "Acknowledgement by "+w.By+" ended")
	}
	if w := in.Silenced; w != nil && !w.Holds(now) {
		in.Silenced, any = nil, true
		e.Note(w.Until, "Silence by "+w.By+" ended")
	}
	return any
}
