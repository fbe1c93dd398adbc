package alertmanager

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/alertmanager/alert"
	"github.com/prometheus/alertmanager/provider"
	"github.com/prometheus/common/model"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/route"
)

// Book is where alarms are kept; *alerter.Manager is one.
type Book interface {
	// Observe takes alarms in; when it returns nil they are durable.
	Observe(ctx context.Context, alarms ...seamark.Alarm) error
	// Firing are the alarms that fire.
	Firing() []seamark.Alarm
	// Incidents are all that are known, those that are over too.
	Incidents() []seamark.Incident
	// Renew moves the ends of alarms that were repeated, by key. It writes nothing.
	Renew(until map[string]time.Time)
}

// AlertsOptions are what Alerts are made of; Log and Now may be nil.
type AlertsOptions struct {
	Machinery *Machinery
	Book      Book
	Aliases   map[string]string // see route.Scope
	Log       *slog.Logger
	Now       func() time.Time
}

// maxHeard bounds the alerts whose last sending is remembered.
const maxHeard = 200_000

// Alerts is the book as the API sees it: what it lists, and where it puts what is sent.
// It remembers of each alert only when it was last sent, so that a sender that repeats
// itself every minute writes nothing.
type Alerts struct {
	o     AlertsOptions
	turns [stripes]sync.Mutex // by fingerprint; held while its alert is taken in

	mu    sync.Mutex
	heard map[model.Fingerprint]*heard
}

// stripes is how many alerts are taken in side by side at most.
const stripes = 256

// heard is what was last sent of an alert.
type heard struct {
	sum   [sha256.Size]byte // of what a card could show
	until time.Time         // when it counts as fine unless it is sent again
	ended time.Time         // zero: it fires
}

func (h *heard) over() bool { return !h.ended.IsZero() }

// NewAlerts shows book to the API.
func NewAlerts(o AlertsOptions) *Alerts {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	a := &Alerts{o: o, heard: map[model.Fingerprint]*heard{}}
	for _, in := range o.Book.Incidents() {
		for _, x := range in.Alarms {
			if x.Origin == route.OriginAlertmanager && x.State == seamark.AlarmOK {
				a.heard[fingerprint(x)] = &heard{ended: x.Since}
			}
		}
	}
	// Each sender has the time to repeat what fired before the start.
	again := map[string]time.Time{}
	for _, x := range o.Book.Firing() {
		if x.Origin == route.OriginAlertmanager {
			again[x.Key()] = o.Now().Add(a.timeout())
		}
	}
	o.Book.Renew(again)
	return a
}

func (a *Alerts) timeout() time.Duration {
	return time.Duration(a.o.Machinery.config.Global.ResolveTimeout)
}

// Put takes alerts in. An end that has passed ends the alert; one to come is when it counts
// as fine unless it is sent again. Requests about different alerts wait for the book side
// by side; those about one do in turn.
func (a *Alerts) Put(ctx context.Context, alerts ...*alert.Alert) error {
	defer a.inTurn(alerts)()
	alarms, news, again := a.sift(alerts)
	defer a.o.Book.Renew(again)
	if len(alarms) == 0 {
		return nil
	}
	if err := a.o.Book.Observe(ctx, alarms...); err != nil {
		return err // nothing is remembered, so that the sender's next try is taken
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.heard) > maxHeard {
		a.forget(a.o.Now())
	}
	maps.Copy(a.heard, news)
	return nil
}

// inTurn locks the stripes of alerts, in one order, and returns what unlocks them.
func (a *Alerts) inTurn(alerts []*alert.Alert) (done func()) {
	var mine [stripes]bool
	for _, x := range alerts {
		mine[x.Fingerprint()%stripes] = true
	}
	for i := range mine {
		if mine[i] {
			a.turns[i].Lock()
		}
	}
	return func() {
		for i := range mine {
			if mine[i] {
				a.turns[i].Unlock()
			}
		}
	}
}

// sift returns the alarms that are new to the book, what is to be remembered of them, and
// until when those last that were sent again.
func (a *Alerts) sift(alerts []*alert.Alert) (alarms []seamark.Alarm, news map[model.Fingerprint]*heard, again map[string]time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := a.o.Now()
	news, again = map[model.Fingerprint]*heard{}, map[string]time.Time{}
	for _, sent := range alerts {
		fp := sent.Fingerprint()
		known := a.heard[fp]
		if later := news[fp]; later != nil {
			known = later
		}
		next := &heard{until: sent.EndsAt, sum: sumOf(sent)}
		alarm := alarmOf(sent, a.o.Aliases, now)
		if alarm.State == seamark.AlarmOK {
			next.ended = alarm.Since
		}
		switch {
		case known == nil:
		case known.over() && next.over():
			if !next.ended.After(known.ended) {
				continue // the end was told before
			}
		case !known.over() && !next.over() && known.sum == next.sum && !known.until.Before(now):
			again[alarm.Key()] = next.until
			if known.until.Before(next.until) {
				known.until = next.until
			}
			continue // sent again
		case !next.over() && (known.over() && !alarm.Since.After(known.ended) || !known.over() && known.until.Before(now) && !a.fires(alarm)):
			// It counted as fine, and its sender goes on with the old start.
			alarm.Since, alarm.Evaluated = now, now
		}
		news[fp] = next
		alarms = append(alarms, alarm)
	}
	return alarms, news, again
}

// fires reports whether the book has the alarm firing.
func (a *Alerts) fires(alarm seamark.Alarm) bool {
	key := alarm.Key()
	return slices.ContainsFunc(a.o.Book.Firing(), func(x seamark.Alarm) bool { return x.Key() == key })
}

// forget drops what ended longest ago, until half is free.
func (a *Alerts) forget(now time.Time) {
	for age := 24 * time.Hour; len(a.heard) > maxHeard/2 && age > time.Second; age /= 2 {
		for fp, h := range a.heard {
			if h.over() && now.Sub(h.ended) > age || now.Sub(h.until) > age && !h.until.IsZero() {
				delete(a.heard, fp)
			}
		}
	}
}

// sumOf tells apart what a card could show of an alert: not its end, which moves with
// every sending.
func sumOf(a *alert.Alert) [sha256.Size]byte {
	b, _ := json.Marshal([]any{a.Labels, a.Annotations, a.StartsAt.UnixNano(), a.GeneratorURL})
	return sha256.Sum256(b)
}

// firing are the alarms that fire, as alerts, by fingerprint.
func (a *Alerts) firing() []*alert.Alert {
	var list []*alert.Alert
	for _, x := range a.o.Book.Firing() {
		list = append(list, a.alertOf(x))
	}
	return list
}

func (a *Alerts) inhibition() *Inhibition { return a.o.Machinery.Inhibits(a.o.Book.Firing()) }

// Get implements provider.Alerts.
func (a *Alerts) Get(fp model.Fingerprint) (*alert.Alert, error) {
	list := a.firing()
	if i := slices.IndexFunc(list, func(x *alert.Alert) bool { return x.Fingerprint() == fp }); i >= 0 {
		return list[i], nil
	}
	return nil, provider.ErrNotFound
}

// GetPending implements provider.Alerts.
func (a *Alerts) GetPending() provider.AlertIterator { return iterate(a.firing()) }

// Subscribe implements provider.Alerts; nothing here is told of changes.
func (a *Alerts) Subscribe(string) provider.AlertIterator { return iterate(nil) }

// SlurpAndSubscribe implements provider.Alerts.
func (a *Alerts) SlurpAndSubscribe(string) ([]*alert.Alert, provider.AlertIterator) {
	return a.firing(), iterate(nil)
}

func iterate(list []*alert.Alert) provider.AlertIterator {
	ch := make(chan *provider.Alert, len(list))
	for _, x := range list {
		ch <- &provider.Alert{Header: map[string]string{}, Data: x}
	}
	close(ch)
	return provider.NewAlertIterator(ch, make(chan struct{}), nil)
}
