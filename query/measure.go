package query

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	seamark "github.com/seamark-hq/seamark"
)

// Ask is what one statement counts.
type Ask struct {
	Table    seamark.Table
	Span     seamark.Span
	Products []string // that alone are of interest, sorted; nil: all
	By       []string
	Measures []Measure
	Step     time.Duration // groups are told apart by steps of Span as well; 0: they are not
}

// Measure is one figure over rows: how many there are, or a quantile of a column.
type Measure struct {
	Filter   Expr    // nil: all rows
	Of       string  // column of numbers; empty: rows are counted
	Quantile float64 // 0..1
}

// Group is what was counted of one series.
type Group struct {
	Product, Environment string
	By                   []string // values of Ask.By; "" where a row has none
	Team                 string
	Start                time.Time // of the step
	Values               []float64 // of Ask.Measures; NaN: a quantile of no rows
}

// Fingerprint is one pattern of errors with a sample of it.
type Fingerprint struct {
	Product, Environment string
	By                   []string
	Team                 string
	Fingerprint          string
	Count                int64
	ErrorType, Message   string
}

// GroupColumns are those that an Ask of t may tell groups apart by.
func GroupColumns(t seamark.Table) []string {
	out := []string{"component", "account_id", "region", "team", "source"}
	if t == seamark.TableAccessLogs {
		return append(out, "route", "method")
	}
	return append(out, "event_name", "error_type")
}

// Count is what an Ask means of rows of its table, in no order of the groups.
func Count(rows []seamark.Hit, a Ask) []Group {
	type tally struct {
		Group
		lists [][]float64 // of quantiles
	}
	found := map[string]*tally{}
	var order []*tally
	for i := range rows {
		h := &rows[i]
		at := timeOf(h)
		if h.Table != a.Table || at.Before(a.Span.From) || !at.Before(a.Span.To) || len(a.Products) > 0 && !slices.Contains(a.Products, h.Product) {
			continue
		}
		g := Group{Product: h.Product, Environment: h.Environment, Team: textOf(h, "team")}
		for _, column := range a.By {
			g.By = append(g.By, textOf(h, column))
		}
		if a.Step > 0 {
			g.Start = a.Span.From.Add(at.Sub(a.Span.From).Truncate(a.Step))
		}
		key := g.Product + "\x00" + g.Environment + "\x00" + strings.Join(g.By, "\x00") + g.Start.String()
		t := found[key]
		if t == nil {
			g.Values = make([]float64, len(a.Measures))
			t = &tally{Group: g, lists: make([][]float64, len(a.Measures))}
			found[key] = t
			order = append(order, t)
		}
		t.Team = max(t.Team, g.Team)
		for j, m := range a.Measures {
			if !Match(m.Filter, h) {
				continue
			}
			if m.Of == "" {
				t.Values[j]++
			} else if n, present, _ := numberOf(h, m.Of); present {
				t.lists[j] = append(t.lists[j], n)
			}
		}
	}
	out := make([]Group, len(order))
	for i, t := range order {
		for j, m := range a.Measures {
			if m.Of != "" {
				t.Values[j] = quantile(t.lists[j], m.Quantile)
			}
		}
		out[i] = t.Group
	}
	return out
}

func timeOf(h *seamark.Hit) time.Time { return time.UnixMilli(h.Position().Timestamp).UTC() }

// quantile is that of a list, in any order. NaN of none.
func quantile(list []float64, q float64) float64 {
	slices.Sort(list)
	var t Tally
	for _, v := range list {
		t.Add(v, 1)
	}
	return t.Quantile(q)
}

// Tally says how often values were seen.
type Tally struct {
	values []float64
	upTo   []int64 // how many are no greater, by value
}

// Add counts a value, none lower than the one before.
func (t *Tally) Add(value float64, times int64) {
	t.values, t.upTo = append(t.values, value), append(t.upTo, t.number()+times)
}

func (t *Tally) number() int64 {
	if len(t.upTo) == 0 {
		return 0
	}
	return t.upTo[len(t.upTo)-1]
}

// Quantile is that of SQL's quantile_cont: between two values in proportion. NaN of none.
func (t *Tally) Quantile(q float64) float64 {
	n := t.number()
	if n == 0 {
		return math.NaN()
	}
	at := q * float64(n-1)
	low := int64(at)
	value := t.at(low)
	if low+1 >= n {
		return value
	}
	return value + (at-float64(low))*(t.at(low+1)-value)
}

// at is the value of a place, from 0.
func (t *Tally) at(place int64) float64 {
	i, _ := slices.BinarySearch(t.upTo, place+1)
	return t.values[i]
}

// Fingerprints are those of log rows that e asks for in span, a zero bound of which is open.
func Fingerprints(rows []seamark.Hit, e Expr, span seamark.Span, by []string) []Fingerprint {
	found := map[string]*Fingerprint{}
	var order []*Fingerprint
	for i := range rows {
		h := &rows[i]
		at := timeOf(h)
		if h.Log == nil || h.Log.Fingerprint == "" || !span.From.IsZero() && at.Before(span.From) || !span.To.IsZero() && !at.Before(span.To) || !Match(e, h) {
			continue
		}
		f := Fingerprint{Product: h.Product, Environment: h.Environment, Team: h.Log.Team, Fingerprint: h.Log.Fingerprint, ErrorType: h.Log.ErrorType, Message: cmp.Or(h.Log.ErrorMessage, h.Log.Message)}
		for _, column := range by {
			f.By = append(f.By, textOf(h, column))
		}
		if known := found[f.Key()]; known != nil {
			known.Count++
			continue
		}
		f.Count = 1
		found[f.Key()] = &f
		order = append(order, &f)
	}
	out := make([]Fingerprint, len(order))
	for i, f := range order {
		out[i] = *f
	}
	return out
}

// Key tells fingerprints apart by where they are, too: an error that is old in one product is
// new in another.
func (f *Fingerprint) Key() string {
	return f.Product + "/" + f.Environment + "/" + strings.Join(f.By, "/") + "/" + f.Fingerprint
}
