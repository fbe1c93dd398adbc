package app

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/seamark-hq/seamark/alerter"
	"github.com/seamark-hq/seamark/alerter/words"
	"github.com/seamark-hq/seamark/internal/app/stage"
	"github.com/seamark-hq/seamark/lake/senders"
)

// trouble is something that a component cannot do, in words, with the remedy. Every one is on
// the page, in /healthz and /metrics by its component, and in the log when it begins and ends.
type trouble struct{ component, what, remedy string }

func (t trouble) String() string {
	if t.remedy == "" {
		return t.what
	}
	return t.what + ": " + t.remedy
}

// components are those that can be in trouble, in the order in which data flows. They label
// the metric seamark_faults, which is 0 while all is well.
var components = []string{"clock", "front_door", "upload", "transformer", "senders", "ledger", "retention", "queries", "index", "rules", "receivers", "heartbeat"}

// troubles are what is wrong now.
func (a *App) troubles() []trouble {
	var out []trouble
	add := func(component, remedy, what string, args ...any) {
		out = append(out, trouble{component, fmt.Sprintf(what, args...), remedy})
	}
	a.flow.mu.Lock()
	storage, storageAt := a.flow.storage, a.flow.storageAt
	a.flow.mu.Unlock()
	if storage.what != "" && time.Since(storageAt) < time.Minute {
		out = append(out, storage)
	}
	for _, what := range a.upload.Trouble() {
		add("upload", "see docs/runbooks/cannot-store.md", "%s", what)
	}
	for _, what := range a.transform.Trouble() {
		add("transformer", "`"+a.lake.Command("verify")+"` tells more; the others go on", "%s", what)
	}
	for _, s := range a.transform.Silent() {
		add("senders", "see docs/runbooks/silent-account.md", "account %s has sent nothing since %s; of the last %d days it sent on %d", a.accountName(s.Account), s.Last, senders.Days, s.Days)
	}
	for key, err := range a.lake.Damaged() {
		add("ledger", "run `"+a.lake.Command("verify")+"`", "damaged ledger entry %s: %s", key, stage.Brief(err.Error()))
	}
	for _, w := range a.lake.Ahead() {
		f := w.Fault(a.lake.Root())
		add("retention", f.Remedy, "%s: %s", f.Where, f.What)
	}
	for _, held := range a.expire.Held() {
		add("retention", "check the clock; look with `"+a.lake.Command("retention", "--dry-run")+"`, and agree with `"+a.lake.Command("retention", "--yes")+"`", "%s", held)
	}
	for key, reason := range a.db.Broken() {
		add("queries", "run `"+a.lake.Command("verify")+"`", "%s is left out of queries: %s", key, reason)
	}
	if _, fault := a.index.Status(); fault != "" {
		out = append(out, trouble{"index", "the index waits: " + fault, ""})
	}
	_, until, fault := a.rules.Status()
	if fault != "" {
		add("rules", "no alarm of Seamark's own fires or ends until then", "rules are not evaluated: %s", fault)
	} else if late := a.rulesLate(until); late > 0 {
		add("rules", "see what waits above; missed windows are evaluated one by one", "rules are evaluated until %s only, %v ago", until.UTC().Format(time.RFC3339), late.Round(time.Second))
	}
	for _, f := range a.own.leftOut() {
		add("rules", "mend it and restart; `seamark rules check` tells all", "a rule is left out: %v", f)
	}
	_, fault, alone := a.own.Status()
	if fault != "" {
		add("rules", "no alarm of such a rule fires or ends until then", "rules of your own are not evaluated: %s", fault)
	}
	for _, name := range slices.Sorted(maps.Keys(alone)) {
		add("rules", "the others are evaluated; `seamark rules check` and `seamark rules test` look at it", "rule %s is not evaluated: %s", name, words.Line(alone[name], 300))
	}
	byReceiver := map[string][]alerter.Undelivered{}
	for _, u := range a.alerts.Undelivered() {
		byReceiver[u.Receiver] = append(byReceiver[u.Receiver], u)
	}
	for _, name := range slices.Sorted(maps.Keys(byReceiver)) {
		last := byReceiver[name][len(byReceiver[name])-1]
		add("receivers", "see docs/runbooks/card-not-delivered.md; `seamark alert dead list` has them", "receiver %s has not taken %s, last of %s: %s", words.Line(name, 60), words.Many(int64(len(byReceiver[name])), "card"), last.Incident, words.Line(last.Reason, 200))
	}
	if fault := a.pinger.Fault(); fault != "" {
		add("heartbeat", "see heartbeat in seamark.yml", "%s", fault)
	}
	slices.SortStableFunc(out, func(x, y trouble) int {
		if x.component != y.component {
			return slices.Index(components, x.component) - slices.Index(components, y.component)
		}
		return strings.Compare(x.what, y.what)
	})
	return out
}

// accountName is an account as people know it: its alias, where the configuration has one.
func (a *App) accountName(id string) string {
	for _, k := range a.o.Config.Accounts {
		if k.ID == id && k.Alias != "" {
			return id + " (" + k.Alias + ")"
		}
	}
	return id
}

// lateAfter is by how much more than it must the evaluation of rules may lag.
const lateAfter = 3 * time.Minute

// rulesLate is how far rules lag behind the clock, when that is more than they should.
func (a *App) rulesLate(until time.Time) time.Duration {
	if until.IsZero() {
		until = a.flow.started // not evaluated yet
	}
	c := a.o.Config.Rules
	if late := time.Since(until); late > lateAfter+2*time.Duration(c.Every)+time.Duration(c.Lag) {
		return late
	}
	return 0
}

// watchEvery is how often faults are looked for, for the log.
const watchEvery = 5 * time.Second

// watch says once in the log what goes wrong, and when it is over.
func (a *App) watch(ctx context.Context) {
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	said := map[string]trouble{}
	clock := time.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		clock = a.watchClock(clock)
		now := map[string]trouble{}
		for _, t := range a.troubles() {
			now[t.component+" "+stem(t.what)] = t
		}
		for key, t := range now {
			if _, known := said[key]; !known {
				a.log.Warn("a component cannot do its work", "component", t.component, "fault", t.what, "remedy", t.remedy)
			}
		}
		for key, t := range said {
			if _, still := now[key]; !still {
				a.log.Info("a component works again", "component", t.component, "fault", t.what)
			}
		}
		said = now
	}
}

// stem is a fault without its figures, so that one that grows is said once.
func stem(what string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return -1
		}
		return r
	}, what)
}

// clockJump is by how much the clock may be set without a line in the log.
const clockJump = 5 * time.Second

// watchClock compares the clock with the time that has really passed since was.
func (a *App) watchClock(was time.Time) time.Time {
	now := time.Now()
	if by := now.Round(0).Sub(was.Round(0)) - now.Sub(was); by.Abs() > clockJump { // Round drops the monotonic reading
		a.log.Warn("this machine's clock was set", "by", by.Round(time.Millisecond), "remedy", "let NTP keep it; rules go on from the new time")
	}
	return now
}

// ailing are the components in trouble, each once.
func (a *App) ailing() []string {
	names := []string{}
	for _, t := range a.troubles() {
		if !slices.Contains(names, t.component) {
			names = append(names, t.component)
		}
	}
	return names
}

// faultGauge is the metric seamark_faults: how many things each component cannot do.
type faultGauge struct{ app *App }

var faultDesc = prometheus.NewDesc("seamark_faults", "What a component cannot do now; the page and the log say it in words.", []string{"component"}, nil)

// Describe implements prometheus.Collector.
func (g faultGauge) Describe(c chan<- *prometheus.Desc) { c <- faultDesc }

// Collect implements prometheus.Collector.
func (g faultGauge) Collect(c chan<- prometheus.Metric) {
	count := map[string]int{}
	for _, t := range g.app.troubles() {
		count[t.component]++
	}
	for _, name := range components {
		c <- prometheus.MustNewConstMetric(faultDesc, prometheus.GaugeValue, float64(count[name]), name)
	}
}

var _ prometheus.Collector = faultGauge{}
