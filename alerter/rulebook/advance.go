package rulebook

import (
	"fmt"
	"time"

	seamark "github.com/seamark-hq/seamark"
)

// advance moves the series of a rule on by one instant.
func (m *Memory) advance(r *Rule, readings []reading, at time.Time, runbook func(seamark.Scope) string) error {
	breached, measured := map[string]reading{}, map[string]reading{}
	var err error
	for _, x := range readings {
		key := r.Name + "\x00" + x.key()
		measured[key] = x
		if !x.breached {
			continue
		}
		if len(breached) == maxSeries {
			err = fmt.Errorf("more than %d series are breached; those are told: tell fewer apart with by", maxSeries)
			break
		}
		breached[key] = x
	}
	for key, x := range breached {
		s := m.Series[key]
		if s == nil || s.Alarm.State == seamark.AlarmOK {
			s = &State{Rule: r.Name, Pending: at}
			m.Series[key] = s
		}
		if s.Pending.IsZero() {
			s.Pending = at
		}
		since := s.Alarm.Since
		s.Last, s.Alarm = at, r.alarm(x, at)
		if s.Alarm.Runbook == "" && runbook != nil {
			s.Alarm.Runbook = runbook(s.Alarm.Scope)
		}
		if s.Firing {
			s.Alarm.Since = since
		} else if at.Sub(s.Pending) >= time.Duration(r.For) {
			s.Firing = true
		}
	}
	for key, s := range m.Series {
		if _, still := breached[key]; still || s.Rule != r.Name || s.Alarm.State == seamark.AlarmOK {
			continue
		}
		if !s.Firing {
			delete(m.Series, key)
			continue
		}
		s.Pending = time.Time{}
		if x, ok := measured[key]; ok {
			since := s.Alarm.Since
			s.Alarm = r.alarm(x, at)
			s.Alarm.Since = since
		}
		s.Alarm.Evaluated = at
		if at.Sub(s.Last) >= time.Duration(r.KeepFiring) {
			s.end(at, s.Alarm.Reason)
		}
	}
	return err
}

// end makes a series fine; it is forgotten when that was told.
func (s *State) end(at time.Time, reason string) {
	s.Firing = false
	s.Alarm.State, s.Alarm.Since, s.Alarm.Evaluated, s.Alarm.Reason = seamark.AlarmOK, at, at, reason
}
