package oncall

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter"
	"github.com/seamark-hq/seamark/alerter/card"
	"github.com/seamark-hq/seamark/alerter/incident"
	"github.com/seamark-hq/seamark/alerter/worker"
	"github.com/seamark-hq/seamark/internal/app/lakes"
	"github.com/seamark-hq/seamark/internal/config"
	"github.com/seamark-hq/seamark/internal/parts/cards"
	"github.com/seamark-hq/seamark/lake"
)

// DeadLetters reads the cards that were given up, the newest first: those of the data folder, or,
// where place names a folder or bucket, those of the functions that keep their incidents in it. It
// needs no lock. Those that cannot be read are told of in the error.
func DeadLetters(ctx context.Context, c *config.Config, place string) ([]incident.DeadLetter, error) {
	if place != "" {
		store, err := lakes.Store(ctx, place)
		if err != nil {
			return nil, err
		}
		return incident.NewDeadLetters(store, worker.DeadFolder).List(ctx)
	}
	if _, err := os.Stat(c.Data); err != nil {
		return nil, &seamark.Fault{Class: seamark.Rejected, What: "there is no data folder", Where: c.Data, Remedy: "name it with `data:` in seamark.yml, or run `seamark up` first"}
	}
	state, err := lake.OpenDir(c.Data, nil)
	if err != nil {
		return nil, err
	}
	return incident.NewDeadLetters(state, DeadFolder).List(ctx)
}

// Resend tries a card once more that was given up: by the appliance, by itself, or by itself in the
// place of the functions. done is as of Act.
func Resend(ctx context.Context, c *config.Config, place string, d incident.DeadLetter, by string, log *slog.Logger) (done bool, err error) {
	a := incident.Act{Incident: d.Incident.ID, Do: incident.DoResend, Receiver: d.Receiver, By: by, At: time.Now().UTC()}
	if place == "" {
		return Act(ctx, c, a, log)
	}
	o, err := cards.Options(c, log)
	if err != nil {
		return false, err
	}
	store, err := lakes.Store(ctx, place)
	if err != nil {
		return false, err
	}
	w := worker.Worker{Objects: func(context.Context) incident.Objects { return store }, Options: o, Log: log}
	return true, w.Act(ctx, d.Incident.Group, a)
}

// DeadLettersOf are those of one incident, by its id or the beginning of it, or of all
// incidents (empty), to one receiver or to all (empty). None is a fault.
func DeadLettersOf(ctx context.Context, c *config.Config, place, id, receiver string) ([]incident.DeadLetter, error) {
	list, err := DeadLetters(ctx, c, place)
	var found []incident.DeadLetter
	for _, d := range list {
		if strings.HasPrefix(d.Incident.ID, id) && (receiver == "" || d.Receiver == receiver) {
			found = append(found, d)
		}
	}
	if len(found) == 0 && err == nil {
		what := "no card was given up"
		if id != "" || receiver != "" {
			what = "no card that was given up fits"
		}
		err = &seamark.Fault{Class: seamark.Rejected, What: what, Where: cmp.Or(place, c.Data), Remedy: "`seamark alert dead list` has them"}
	}
	return found, err
}

// TestReceiver shows a receiver the card of an incident that is none, and its end. It is not
// kept anywhere.
func TestReceiver(ctx context.Context, c *config.Config, name string, log *slog.Logger) error {
	var names []string
	for _, r := range c.Receivers {
		names = append(names, r.Name)
		if r.Name != name {
			continue
		}
		one := *c
		one.Receivers = []config.Receiver{r}
		made, err := cards.Receivers(&one, log)
		if err != nil {
			return err
		}
		return tryReceiver(ctx, c, made[0])
	}
	remedy := "configure `receivers:` in seamark.yml"
	if len(names) > 0 {
		remedy = "use one of " + strings.Join(names, ", ")
	}
	return &seamark.Fault{Class: seamark.Rejected, What: fmt.Sprintf("no receiver is called %q", name), Where: "receivers", Remedy: remedy}
}

func tryReceiver(ctx context.Context, c *config.Config, r alerter.Receiver) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	now := time.Now().UTC()
	a := seamark.Alarm{
		Name: "seamark/seamark/test/receiver/test", Rule: "test", Scope: seamark.Scope{Product: "seamark", Environment: "test", Component: "receiver " + r.Name(), Team: "whoever reads this"},
		State: seamark.AlarmFiring, Severity: seamark.SeverityWarning, NoValue: true, NoLimit: true, Since: now, Evaluated: now, Origin: "seamark",
	}
	in := seamark.Incident{
		ID: now.Format("20060102T150405Z") + "-seamark-test", Product: "seamark", Environment: "test", Severity: a.Severity, Status: seamark.IncidentOpen, OpenedAt: now, UpdatedAt: now, Alarms: []seamark.Alarm{a},
	}
	links := c.CardLinks()
	links.PublicURL = "" // there is no such incident
	show := func(version int64, after time.Time, ref card.Ref) (card.Ref, error) {
		made := card.Build(&in, links, "A test by `seamark alert test`: nothing is wrong.")
		made.Version, made.After = version, after
		return r.Deliver(ctx, made, ref)
	}
	ref, err := show(1, time.Time{}, "")
	if err != nil {
		return fmt.Errorf("the card: %w", err)
	}
	end := time.Now().UTC()
	in.Status, in.ResolvedAt, in.UpdatedAt = seamark.IncidentResolved, end, end
	in.Alarms[0].State, in.Alarms[0].Since = seamark.AlarmOK, end
	if _, err := show(2, now, ref); err != nil {
		return fmt.Errorf("its end: %w", err)
	}
	return nil
}
