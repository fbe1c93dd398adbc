package oncall

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter"
	"github.com/seamark-hq/seamark/alerter/act"
	"github.com/seamark-hq/seamark/alerter/card"
	"github.com/seamark-hq/seamark/alerter/incident"
	"github.com/seamark-hq/seamark/alerter/links"
	"github.com/seamark-hq/seamark/collector/ingest"
	"github.com/seamark-hq/seamark/internal/config"
	"github.com/seamark-hq/seamark/internal/parts/cards"
	"github.com/seamark-hq/seamark/lake"
)

// Where the alerter keeps its files below the data folder.
const (
	IncidentsFolder = "incidents"
	ActsFolder      = "acts"
	DeadFolder      = "dead"
	actKeyFile      = "act-key"
)

// Incidents reads all incidents that the data folder holds, newest first. It needs no lock:
// each file is whole at every time. Those that cannot be read are told of in the error.
func Incidents(ctx context.Context, c *config.Config) ([]incident.Entry, error) {
	if _, err := os.Stat(c.Data); err != nil {
		return nil, &seamark.Fault{Class: seamark.Rejected, What: "there is no data folder", Where: c.Data, Remedy: "name it with `data:` in seamark.yml, or run `seamark up` first"}
	}
	state, err := lake.OpenDir(c.Data, nil)
	if err != nil {
		return nil, err
	}
	entries, err := incident.NewFileStore(state, IncidentsFolder).Load(ctx)
	slices.SortFunc(entries, func(a, b incident.Entry) int { return strings.Compare(b.Incident.ID, a.Incident.ID) })
	return entries, err
}

// Incident reads one incident, by its id or the beginning of it.
func Incident(ctx context.Context, c *config.Config, id string) (incident.Entry, error) {
	entries, err := Incidents(ctx, c)
	var found []incident.Entry
	for _, e := range entries {
		if e.Incident.ID == id {
			return e, nil
		}
		if id != "" && strings.HasPrefix(e.Incident.ID, id) {
			found = append(found, e)
		}
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		return incident.Entry{}, &seamark.Fault{Class: seamark.Rejected, What: fmt.Sprintf("%q means %d incidents", id, len(found)), Remedy: "write more of the id"}
	case err != nil && len(entries) == 0:
		return incident.Entry{}, err
	}
	return incident.Entry{}, &seamark.Fault{Class: seamark.Rejected, What: fmt.Sprintf("there is no incident %q", id), Where: c.Data, Remedy: "`seamark incident list --all` has them"}
}

// IncidentText draws an incident as its card is.
func IncidentText(c *config.Config, in *seamark.Incident) (headline, text string) {
	made := card.Build(in, c.CardLinks())
	return made.Headline(), card.Text(made)
}

// Act leaves what a person wants done, and does it: by itself, or by the appliance that
// runs over the same data folder. done is false when that one has not taken it in time;
// it is durable all the same.
func Act(ctx context.Context, c *config.Config, a incident.Act, log *slog.Logger) (done bool, err error) {
	if err := a.Check(time.Now()); err != nil {
		return false, err
	}
	state, err := lake.OpenDir(c.Data, nil)
	if err != nil {
		return false, err
	}
	inbox := incident.NewInbox(state, ActsFolder)
	name, err := inbox.Put(a)
	if err != nil {
		return false, err
	}
	unlock, err := state.Lock()
	if err != nil { // the appliance runs
		return waitTaken(ctx, inbox, name), nil
	}
	defer unlock()
	receivers, err := cards.Receivers(c, log)
	if err != nil {
		return false, err
	}
	o := alerter.Options{
		Config: c.Alerts, Store: incident.NewFileStore(state, IncidentsFolder), Receivers: receivers,
		Links: CardLinks(c, c.PublicURL), Inbox: inbox, Escalate: c.Incidents.Escalate, Letters: incident.NewDeadLetters(state, DeadFolder), Log: log,
	}
	if err := decide(&o, c, state); err != nil {
		return false, err
	}
	m, err := alerter.New(ctx, o)
	if err != nil {
		return false, err
	}
	if err := m.TakeInbox(ctx); err != nil {
		return false, err
	}
	return true, m.Flush(ctx)
}

// waitTaken waits until the appliance has taken an act, 10 s at most.
func waitTaken(ctx context.Context, inbox *incident.Inbox, name string) bool {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for inbox.Waiting(name) {
		select {
		case <-ctx.Done():
			return false
		case <-tick.C:
		}
	}
	return true
}

// CardLinks are the links of cards, with buttons to act by where the page has an address.
func CardLinks(c *config.Config, base string) links.Config {
	l := c.CardLinks()
	l.PublicURL = base
	if s, ok := Signer(c, base); ok {
		l.Acts = s.Links
	}
	return l
}

// Signer makes links to act by with the key of the data folder; a key that cannot be
// read costs the buttons, not the card.
func Signer(c *config.Config, base string) (act.Signer, bool) {
	if base == "" {
		return act.Signer{}, false
	}
	key, _, err := ingest.LoadOrCreateKey(filepath.Join(c.Data, actKeyFile))
	return act.Signer{Key: []byte(key), Base: base}, err == nil && len(key) >= 32
}
