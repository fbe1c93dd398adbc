package opensearch

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/query"
)

// groupPage is how many groups one request answers.
const groupPage = 1000

// Measure counts what a asks for; see query.Count. Groups of which nothing was counted are left out.
func (c *Client) Measure(ctx context.Context, a query.Ask) ([]query.Group, error) {
	s, err := c.survey(a)
	if err != nil {
		return nil, err
	}
	if err := s.count(ctx); err != nil {
		return nil, err
	}
	for i, m := range a.Measures {
		if m.Of == "" {
			continue
		}
		if err := s.quantile(ctx, i); err != nil {
			return nil, err
		}
	}
	return s.groups(), nil
}

// survey is an Ask on its way.
type survey struct {
	client  *Client
	ask     query.Ask
	where   []clause // of all its documents
	filters []clause // of its measures
	found   map[string]*query.Group
	order   []*query.Group
}

func (c *Client) survey(a query.Ask) (*survey, error) {
	s := &survey{client: c, ask: a, found: map[string]*query.Group{}, where: []clause{{"range": clause{"timestamp": bounds(a.Span)}}}}
	if len(a.Products) > 0 {
		s.where = append(s.where, term(seamark.Term{Field: seamark.FieldProduct, Values: a.Products}))
	}
	if err := groupColumns(a.Table, a.By); err != nil {
		return nil, err
	}
	for _, m := range a.Measures {
		filter := clause{"match_all": clause{}}
		if m.Filter != nil {
			var err error
			if filter, err = compile(a.Table, m.Filter); err != nil {
				return nil, err
			}
		}
		s.filters = append(s.filters, filter)
	}
	return s, nil
}

func groupColumns(t seamark.Table, by []string) error {
	for _, column := range by {
		if !slices.Contains(query.GroupColumns(t), column) {
			return &seamark.Fault{Class: seamark.Rejected, What: fmt.Sprintf("groups are not told apart by %q", column), Remedy: "use " + strings.Join(query.GroupColumns(t), ", ")}
		}
	}
	return nil
}

// count finds the groups, and counts their documents, of all measures at once.
func (s *survey) count(ctx context.Context) error {
	aggs := clause{"team": lastTeam()}
	for i, f := range s.filters {
		if s.ask.Measures[i].Of == "" {
			aggs[measureName(i)] = clause{"filter": f}
		}
	}
	return s.client.composite(ctx, s.ask.Table, s.where, s.sources(), aggs, func(b bucket) error {
		g, err := s.group(b)
		if err != nil {
			return err
		}
		for i := range s.ask.Measures {
			if raw := b.part(measureName(i)); raw != nil {
				var n struct {
					Count int64 `json:"doc_count"`
				}
				if err := json.Unmarshal(raw, &n); err != nil {
					return err
				}
				g.Values[i] = float64(n.Count)
			}
		}
		return nil
	})
}

func measureName(i int) string { return fmt.Sprintf("measure%d", i) }

// quantile counts each value of a measure's column, the lowest first, and so tells the quantile
// exactly: what the server's own is, it only estimates.
func (s *survey) quantile(ctx context.Context, i int) error {
	m := s.ask.Measures[i]
	where := append(slices.Clone(s.where), s.filters[i], clause{"exists": clause{"field": m.Of}})
	lists := map[*query.Group]*query.Tally{}
	sources := append(s.sources(), clause{"value": clause{"terms": clause{"field": m.Of}}})
	err := s.client.composite(ctx, s.ask.Table, where, sources, clause{}, func(b bucket) error {
		g, err := s.group(b)
		if err != nil {
			return err
		}
		var value float64
		if err := json.Unmarshal(b.key["value"], &value); err != nil {
			return err
		}
		if lists[g] == nil {
			lists[g] = &query.Tally{}
		}
		lists[g].Add(value, b.count)
		return nil
	})
	for g, list := range lists {
		g.Values[i] = list.Quantile(m.Quantile)
	}
	return err
}

// sources tell groups apart.
func (s *survey) sources() []any {
	out := keySources(append([]string{"product", "environment"}, s.ask.By...))
	if step := s.ask.Step.Milliseconds(); step > 0 {
		out = append(out, clause{"step": clause{"date_histogram": clause{"field": "timestamp", "fixed_interval": fmt.Sprintf("%dms", step), "offset": fmt.Sprintf("%dms", s.ask.Span.From.UnixMilli()%step)}}})
	}
	return out
}

func keySources(columns []string) []any {
	out := []any{}
	for _, column := range columns {
		out = append(out, clause{column: clause{"terms": clause{"field": column, "missing_bucket": true}}})
	}
	return out
}

// lastTeam is the last by name of a group's teams.
func lastTeam() clause {
	return clause{"terms": clause{"field": "team", "size": 1, "order": clause{"_key": "desc"}}}
}

// group is the one that a bucket is of.
func (s *survey) group(b bucket) (*query.Group, error) {
	g := query.Group{Product: b.text("product"), Environment: b.text("environment")}
	for _, column := range s.ask.By {
		g.By = append(g.By, b.text(column))
	}
	if s.ask.Step > 0 {
		var ms int64
		if err := json.Unmarshal(b.key["step"], &ms); err != nil {
			return nil, err
		}
		g.Start = s.ask.Span.From.Add(time.Duration(ms-s.ask.Span.From.UnixMilli()) * time.Millisecond)
	}
	key := strings.Join(append([]string{g.Product, g.Environment, g.Start.String()}, g.By...), "\x00")
	known := s.found[key]
	if known == nil {
		known = &g
		known.Values = make([]float64, len(s.ask.Measures))
		for i, m := range s.ask.Measures {
			if m.Of != "" {
				known.Values[i] = math.NaN()
			}
		}
		s.found[key] = known
		s.order = append(s.order, known)
	}
	known.Team = max(known.Team, b.team())
	return known, nil
}

func (s *survey) groups() []query.Group {
	var out []query.Group
	for _, g := range s.order {
		if slices.ContainsFunc(g.Values, func(v float64) bool { return v != 0 && !math.IsNaN(v) }) {
			out = append(out, *g)
		}
	}
	return out
}

// Fingerprints are those of log documents that e asks for in span; see query.Fingerprints.
func (c *Client) Fingerprints(ctx context.Context, e query.Expr, span seamark.Span, by []string) ([]query.Fingerprint, error) {
	if err := groupColumns(seamark.TableLogs, by); err != nil {
		return nil, err
	}
	where := []clause{{"range": clause{"timestamp": bounds(span)}}, {"exists": clause{"field": "fingerprint"}}}
	if e != nil {
		filter, err := compile(seamark.TableLogs, e)
		if err != nil {
			return nil, err
		}
		where = append(where, filter)
	}
	var list []query.Fingerprint
	sources := keySources(append([]string{"product", "environment", "fingerprint"}, by...))
	err := c.composite(ctx, seamark.TableLogs, where, sources, clause{"team": lastTeam(), "sample": sample(true)}, func(b bucket) error {
		f := query.Fingerprint{Product: b.text("product"), Environment: b.text("environment"), Fingerprint: b.text("fingerprint"), Team: b.team(), Count: b.count}
		for _, column := range by {
			f.By = append(f.By, b.text(column))
		}
		var s sampled
		if err := json.Unmarshal(b.part("sample"), &s); err != nil {
			return err
		}
		if row := s.row(); row != nil {
			f.ErrorType, f.Message = row.ErrorType, clip(row.ErrorMessage)
			if f.Message == "" {
				f.Message = clip(row.Message)
			}
		}
		list = append(list, f)
		return nil
	})
	return list, err
}

// clip shortens a text to what a reason has room for.
func clip(s string) string {
	short, _ := seamark.CutText(s, 500)
	return short
}
