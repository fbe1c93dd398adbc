package rulebook

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	seamark "github.com/seamark-hq/seamark"
)

// Trial is a file of unit tests of rules, in the shape of promtool's.
type Trial struct {
	RuleFiles []string         `yaml:"rule_files"` // relative to the file
	Interval  seamark.Duration `yaml:"evaluation_interval"`
	Tests     []TrialTest      `yaml:"tests"`
}

// TrialTest is one test: rows, and what fires when.
type TrialTest struct {
	Name   string      `yaml:"name"`
	Start  time.Time   `yaml:"start"` // time 0; absent: Monday 2026-01-05 00:00 UTC
	Rows   []TrialRow  `yaml:"input_rows"`
	Alerts []TrialTime `yaml:"alert_rule_test"`
}

// TrialRow is one row, or many like it.
type TrialRow struct {
	At    string         `yaml:"at"`    // since time 0: 5m, -7d
	Every string         `yaml:"every"` // with times: the time between two
	Times int            `yaml:"times"` // how many; absent: 1
	Table seamark.Table  `yaml:"table"`
	Row   map[string]any `yaml:"row"` // its columns, product and environment among them
}

// TrialTime is what a rule is to say at a time.
type TrialTime struct {
	At     string       `yaml:"eval_time"`
	Rule   string       `yaml:"alertname"`
	Alerts []TrialAlert `yaml:"exp_alerts"` // all that fire, in any order
}

// TrialAlert is an alarm that is to fire; what it does not name may be anything.
type TrialAlert struct {
	Labels map[string]string `yaml:"exp_labels"` // product, environment, team, component, account_id, region, severity
	Value  *float64          `yaml:"exp_value"`
}

// Failure is a test that failed, and how.
type Failure struct {
	Test, At, Rule string
	What           string
}

// maxRows bounds the rows of a test.
const maxRows = 1_000_000

// RunTrial runs the tests of a file. ran is how many expectations were looked at.
func RunTrial(ctx context.Context, file string) (ran int, failures []Failure, err error) {
	reject := func(what string, remedy string) error {
		return &seamark.Fault{Class: seamark.Rejected, Where: file, What: what, Remedy: remedy}
	}
	text, err := readFile(file)
	if err != nil {
		return 0, nil, err
	}
	var t Trial
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	if err := d.Decode(&t); err != nil {
		if errors.Is(err, io.EOF) {
			return 0, nil, reject("the file is empty", "see docs/howto/rules.md for an example")
		}
		return 0, nil, reject(plainYAML(err).Error(), "see docs/howto/rules.md for an example")
	}
	if len(t.Tests) == 0 {
		return 0, nil, reject("there are no tests", "write them below tests:")
	}
	if t.Interval == 0 {
		t.Interval = seamark.Duration(15 * time.Second)
	}
	if t.Interval < seamark.Duration(time.Second) {
		return 0, nil, reject("evaluation_interval is shorter than a second", "use 15s")
	}
	patterns := slices.Clone(t.RuleFiles)
	for i, p := range patterns {
		if !filepath.IsAbs(p) {
			patterns[i] = filepath.Join(filepath.Dir(file), p)
		}
	}
	book, faults := Read(nil, patterns, Limits{})
	if len(faults) > 0 {
		return 0, nil, errors.Join(faults...)
	}
	for i, test := range t.Tests {
		if test.Name == "" {
			test.Name = fmt.Sprintf("test %d", i+1)
		}
		n, failed, err := test.run(ctx, book, time.Duration(t.Interval))
		if err != nil {
			return ran, failures, reject(fmt.Sprintf("%s: %v", test.Name, err), "see docs/howto/rules.md for an example")
		}
		ran += n
		failures = append(failures, failed...)
	}
	return ran, failures, nil
}

func (t *TrialTest) run(ctx context.Context, book Book, every time.Duration) (ran int, failures []Failure, err error) {
	start := t.Start.UTC()
	if t.Start.IsZero() {
		start = time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)
	}
	rows, err := t.rows(start)
	if err != nil {
		return 0, nil, err
	}
	type moment struct {
		TrialTime
		at time.Time
	}
	var moments []moment
	for _, x := range t.Alerts {
		since, err := sinceStart(x.At)
		if err != nil || since < 0 {
			return 0, nil, fmt.Errorf("eval_time %q is no time since the start", x.At)
		}
		if !slices.ContainsFunc(book.Rules, func(r *Rule) bool { return r.Name == x.Rule }) {
			return 0, nil, fmt.Errorf("no rule is called %q", cut(x.Rule))
		}
		moments = append(moments, moment{x, start.Add(since)})
	}
	slices.SortStableFunc(moments, func(a, b moment) int { return a.at.Compare(b.at) })
	now, fires := start, firing{}
	e := New(Options{
		Book: book, Every: every, Counter: rows, Sink: fires, Store: unkept{Memory{Until: start.Truncate(every).Add(-every)}}, Now: func() time.Time { return now },
		Complete: func(context.Context) (time.Time, error) { return now, nil },
	})
	for _, m := range moments {
		for now.Before(m.at) {
			if now = now.Add(every); now.After(m.at) {
				now = m.at
			}
			if err := e.Evaluate(ctx); err != nil {
				return ran, failures, err
			}
		}
		if err := e.Evaluate(ctx); err != nil {
			return ran, failures, err
		}
		ran++
		if what := m.differs(fires.of(m.Rule)); what != "" {
			failures = append(failures, Failure{Test: t.Name, At: m.At, Rule: m.Rule, What: what})
		}
	}
	return ran, failures, nil
}

// sinceStart reads a duration that may be negative and hold days and weeks: -7d, 1w2d, 90m.
func sinceStart(s string) (time.Duration, error) {
	rest, negative := strings.CutPrefix(strings.TrimSpace(s), "-")
	var total time.Duration
	for _, unit := range []struct {
		suffix string
		is     time.Duration
	}{{"w", week}, {"d", 24 * time.Hour}} {
		if before, after, ok := strings.Cut(rest, unit.suffix); ok {
			var n int
			if _, err := fmt.Sscanf(before, "%d", &n); err != nil || fmt.Sprint(n) != before {
				return 0, fmt.Errorf("%q is no duration", cut(s))
			}
			total, rest = total+time.Duration(n)*unit.is, after
		}
	}
	if rest != "" && (rest != "0" || total != 0) {
		d, err := time.ParseDuration(rest)
		if err != nil || d < 0 {
			return 0, fmt.Errorf("%q is no duration", cut(s))
		}
		total += d
	}
	if negative {
		total = -total
	}
	return total, nil
}

// rows are the rows of a test.
func (t *TrialTest) rows(start time.Time) (Samples, error) {
	var out Samples
	for i, r := range t.Rows {
		since, err := sinceStart(r.At)
		if err != nil {
			return nil, fmt.Errorf("input_rows[%d].at: %w", i, err)
		}
		var every time.Duration
		if r.Times > 1 {
			if every, err = sinceStart(r.Every); err != nil || every <= 0 {
				return nil, fmt.Errorf("input_rows[%d].every: many rows need the time between them", i)
			}
		}
		if r.Times = max(r.Times, 1); len(out)+r.Times > maxRows {
			return nil, fmt.Errorf("more than %d rows", maxRows)
		}
		h, err := r.hit()
		if err != nil {
			return nil, fmt.Errorf("input_rows[%d].row: %w", i, err)
		}
		for n := range r.Times {
			at := start.Add(since + time.Duration(n)*every).UnixMilli()
			one := h
			if h.Log != nil {
				l := *h.Log
				l.Timestamp, one.Log = at, &l
			} else {
				a := *h.Access
				a.Timestamp, one.Access = at, &a
			}
			out = append(out, one)
		}
	}
	return out, nil
}

// hit makes a row of its columns.
func (r *TrialRow) hit() (seamark.Hit, error) {
	h := seamark.Hit{Table: r.Table}
	columns := maps.Clone(r.Row)
	text := func(name string) string {
		s, _ := columns[name].(string)
		delete(columns, name)
		return s
	}
	if h.Table == "" {
		h.Table = seamark.TableLogs
	}
	if h.Product, h.Environment = text("product"), text("environment"); h.Product == "" || h.Environment == "" {
		return h, errors.New("product and environment are missing")
	}
	b, err := json.Marshal(columns)
	if err != nil {
		return h, err
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	switch h.Table {
	case seamark.TableLogs:
		h.Log = &seamark.Log{}
		err = d.Decode(h.Log)
	case seamark.TableAccessLogs:
		h.Access = &seamark.AccessLog{}
		err = d.Decode(h.Access)
	default:
		err = fmt.Errorf("there is no table %q", cut(string(h.Table)))
	}
	if err != nil {
		return h, errors.New(strings.NewReplacer("json: unknown field", "there is no column", "json: ", "").Replace(err.Error()))
	}
	return h, nil
}

// differs says how what fires is not what is expected; empty: it is.
func (x *TrialTime) differs(got []seamark.Alarm) string {
	left := slices.Clone(got)
	var missing []string
	for _, want := range x.Alerts {
		i := slices.IndexFunc(left, want.fits)
		if i < 0 {
			missing = append(missing, want.String())
			continue
		}
		left = slices.Delete(left, i, i+1)
	}
	var parts []string
	if len(missing) > 0 {
		parts = append(parts, "does not fire: "+strings.Join(missing, "; "))
	}
	for _, a := range left {
		parts = append(parts, fmt.Sprintf("fires: %s, value %v (%s)", labelText(a), a.Value, a.Reason))
	}
	return strings.Join(parts, "\n")
}

func (w TrialAlert) String() string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(w.Labels)) {
		parts = append(parts, name+"="+w.Labels[name])
	}
	if w.Value != nil {
		parts = append(parts, fmt.Sprintf("value=%v", *w.Value))
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

func (w TrialAlert) fits(a seamark.Alarm) bool {
	got := labelsOf(a)
	for name, value := range w.Labels {
		if got[name] != value {
			return false
		}
	}
	return w.Value == nil || math.Abs(*w.Value-a.Value) <= 1e-9*max(1, math.Abs(*w.Value))
}

func labelsOf(a seamark.Alarm) map[string]string {
	return map[string]string{
		"alertname": a.Name, "rule": a.Rule, "product": a.Scope.Product, "environment": a.Scope.Environment, "team": a.Scope.Team, "component": a.Scope.Component,
		"account_id": a.Scope.AccountID, "region": a.Scope.Region, "severity": a.Severity,
	}
}

func labelText(a seamark.Alarm) string {
	w := TrialAlert{Labels: map[string]string{}}
	for name, value := range labelsOf(a) {
		if value != "" && name != "alertname" && name != "rule" {
			w.Labels[name] = value
		}
	}
	return w.String()
}
