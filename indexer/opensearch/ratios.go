package opensearch

import (
	"context"
	"fmt"
	"strconv"

	seamark "github.com/seamark-hq/seamark"
)

// ratioKeys are what ratios are counted by; a document may lack any of them.
var ratioKeys = []string{"product", "environment", "component", "account_id", "region"}

// ratioPage is how many ratios one request answers.
const ratioPage = 1000

// Ratios counts, in span, the documents that match among all, one Ratio per product,
// environment, component, account and region. Of logs those match whose level is among
// levels; of access logs those whose status has the class ("4xx"), among all with a status.
func (c *Client) Ratios(ctx context.Context, t seamark.Table, span seamark.Span, levels []string, class string) ([]seamark.Ratio, error) {
	among := []clause{{"range": clause{"timestamp": bounds(span)}}}
	match := clause{"terms": clause{"level": levels}}
	if t == seamark.TableAccessLogs {
		n, err := strconv.Atoi(class[:1])
		if err != nil {
			return nil, fmt.Errorf("%q is no class of statuses", class)
		}
		among = append(among, clause{"exists": clause{"field": "status"}})
		match = clause{"range": clause{"status": map[string]int{"gte": n * 100, "lt": n*100 + 100}}}
	}
	var sources []any
	for _, key := range ratioKeys {
		sources = append(sources, clause{key: clause{"terms": clause{"field": key, "missing_bucket": true}}})
	}
	by := clause{"size": ratioPage, "sources": sources}
	aggs := clause{"by": clause{"composite": by, "aggs": clause{
		"match": clause{"filter": match}, "team": clause{"terms": clause{"field": "team", "size": 1}},
	}}}
	var out []seamark.Ratio
	for {
		some, after, err := c.ratioPage(ctx, t, among, aggs)
		if err != nil {
			return nil, err
		}
		out = append(out, some...)
		if after == nil {
			return out, nil
		}
		by["after"] = after
	}
}

// ratioPage asks for the ratios behind those that were there.
func (c *Client) ratioPage(ctx context.Context, t seamark.Table, filter []clause, aggs clause) ([]seamark.Ratio, map[string]any, error) {
	var a struct {
		By struct {
			After   map[string]any `json:"after_key"`
			Buckets []struct {
				Key   map[string]*string
				Total int64 `json:"doc_count"`
				Match struct {
					Count int64 `json:"doc_count"`
				}
				Team struct{ Buckets []struct{ Key string } }
			}
		}
	}
	if err := c.aggregate(ctx, t, filter, aggs, &a); err != nil {
		return nil, nil, err
	}
	var out []seamark.Ratio
	for _, one := range a.By.Buckets {
		text := func(key string) string {
			if s := one.Key[key]; s != nil {
				return *s
			}
			return ""
		}
		r := seamark.Ratio{Matching: one.Match.Count, Total: one.Total, Scope: seamark.Scope{
			Product: text("product"), Environment: text("environment"), Component: text("component"), AccountID: text("account_id"), Region: text("region"),
		}}
		if len(one.Team.Buckets) > 0 {
			r.Team = one.Team.Buckets[0].Key
		}
		out = append(out, r)
	}
	if len(a.By.Buckets) < ratioPage {
		return out, nil, nil
	}
	return out, a.By.After, nil
}

// aggregate asks for aggregations over the documents of a table that match all filters; out is a
// pointer to what they are decoded into. What not every shard has counted is an error.
func (c *Client) aggregate(ctx context.Context, t seamark.Table, filter []clause, aggs clause, out any) error {
	a, err := c.post(ctx, t, counting(filter, aggs))
	if err != nil {
		return err
	}
	if a.partial() != "" {
		return c.uncounted(fmt.Sprintf("%d shards did not count", a.Shards.Failed))
	}
	return c.figures(a, out)
}
