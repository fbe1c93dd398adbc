package app

import (
	"context"
	"io/fs"
	"net"
	"net/url"
	"runtime"
	"slices"
	"strings"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter"
	"github.com/seamark-hq/seamark/alerter/card"
	"github.com/seamark-hq/seamark/alerter/rules"
	"github.com/seamark-hq/seamark/alerter/slack"
	"github.com/seamark-hq/seamark/alerter/teams"
	"github.com/seamark-hq/seamark/alerter/words"
	"github.com/seamark-hq/seamark/dashboards"
	"github.com/seamark-hq/seamark/internal/config"
	"github.com/seamark-hq/seamark/internal/parts/cards"
	"github.com/seamark-hq/seamark/lake/duckdb"
)

// counter lets the rules count over the lake.
type counter struct{ db *duckdb.DB }

// Ratios implements rules.Counter.
func (c counter) Ratios(ctx context.Context, kind rules.Kind, span seamark.Span) ([]seamark.Ratio, error) {
	switch kind {
	case rules.Kind4xx, rules.Kind5xx:
		return c.db.Ratios(ctx, seamark.TableAccessLogs, span, seamark.Term{Field: seamark.FieldStatus, Values: []string{string(kind)}})
	default:
		return c.db.Ratios(ctx, seamark.TableLogs, span, seamark.Term{Field: seamark.FieldLevel, Values: seamark.ErrorLevels()})
	}
}

// incidents lets the page see the alerter's incidents and their cards.
type incidents struct{ alerts *alerter.Manager }

// List implements dashboards.Incidents.
func (i incidents) List(context.Context) ([]seamark.Incident, error) {
	return i.alerts.Incidents(), nil
}

// Get implements dashboards.Incidents.
func (i incidents) Get(_ context.Context, id string) (seamark.Incident, dashboards.Cards, error) {
	e, ok := i.alerts.Entry(id)
	c, _ := i.alerts.Card(id)
	if !ok {
		return seamark.Incident{}, dashboards.Cards{}, fs.ErrNotExist
	}
	cards := dashboards.Cards{Text: card.Text(c)}
	var err error
	if cards.Slack, err = slack.Render(c); err != nil {
		return e.Incident, cards, err
	}
	cards.Teams, err = teams.Render(c, false)
	return e.Incident, cards, err
}

// say words an incident for the page as its cards do.
func (a *App) say(in *seamark.Incident, now time.Time) dashboards.Said {
	title := card.Build(in, a.o.Config.CardLinks()).Title
	if _, rest, ok := strings.Cut(title, ": "); ok { // product and environment stand before it
		title = rest
	}
	s := dashboards.Said{Fault: title, Lasted: words.Lasted(in.Duration(now)), Alarms: []string{}}
	for _, x := range in.Alarms {
		s.Alarms = append(s.Alarms, words.HowBad(x))
	}
	for _, p := range card.Patterns(in) {
		s.Patterns = append(s.Patterns, dashboards.SaidPattern{Kind: p.Kind, Sample: p.Sample, Stack: p.Stack})
	}
	return s
}

// hosts are the names under which the page may be asked for, besides loopback's.
func (a *App) hosts() []string {
	hosts := slices.Clone(a.o.Config.AllowedHosts)
	if u, err := url.Parse(a.o.Config.PublicURL); err == nil && u.Host != "" {
		hosts = append(hosts, u.Host)
	}
	if host, _, err := net.SplitHostPort(a.o.Config.Listen); err == nil && host != "" {
		if ip := net.ParseIP(host); ip == nil || !ip.IsUnspecified() {
			hosts = append(hosts, host)
		}
	}
	return hosts
}

// Incidents are all that the alerter remembers.
func (a *App) Incidents() []seamark.Incident { return a.alerts.Incidents() }

// backlogged reports whether more landing objects wait than are being worked on, so that
// the processor is not free for what may come later.
func (a *App) backlogged() bool { return a.transform.Backlog() > 2*runtime.GOMAXPROCS(0) }

// doorFolder is below the data folder: what the front door took, when the lake is in a bucket.
const doorFolder = "door"

// CheckAlerts is the config.Check of programs that route alarms.
func CheckAlerts(c *config.Config, fault func(key, what, remedy string)) {
	cards.CheckAlerts(c, fault)
}
