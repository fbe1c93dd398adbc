package opensearch

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	seamark "github.com/seamark-hq/seamark"
)

// barValues are told apart in one bar at most; what is beyond them counts as absent.
const barValues = 200

// Histogram counts the documents of q in buckets of step, aligned to the Unix epoch; empty buckets
// are left out.
func (c *Client) Histogram(ctx context.Context, q seamark.Query, step time.Duration) ([]seamark.Bucket, error) {
	where, err := understand(&q)
	if err != nil {
		return nil, err
	}
	if step < time.Millisecond {
		return nil, &seamark.Fault{Class: seamark.Rejected, What: "a bucket must last a millisecond or more", Where: "step"}
	}
	by := clause{"terms": clause{"field": cmp.Or(q.By, seamark.FieldLevel), "size": barValues}}
	if q.Table == seamark.TableAccessLogs && q.By == "" {
		by = clause{"histogram": clause{"field": "status", "interval": 100, "min_doc_count": 1}}
	}
	var bars struct {
		Time struct {
			Buckets []struct {
				Key   int64
				Count int64 `json:"doc_count"`
				By    struct {
					Buckets []struct {
						Key   any
						Count int64 `json:"doc_count"`
					}
				}
			}
		}
	}
	err = c.count(ctx, q.Table, where, clause{"time": clause{
		"date_histogram": clause{"field": "timestamp", "fixed_interval": fmt.Sprintf("%dms", step.Milliseconds()), "min_doc_count": 1},
		"aggs":           clause{"by": by},
	}}, &bars)
	if err != nil {
		return nil, err
	}
	out := make([]seamark.Bucket, len(bars.Time.Buckets))
	for i, bar := range bars.Time.Buckets {
		out[i] = seamark.Bucket{Start: time.UnixMilli(bar.Key).UTC(), Counts: map[string]int64{}}
		rest := bar.Count
		for _, b := range bar.By.Buckets {
			key := fmt.Sprint(b.Key)
			if class, number := b.Key.(float64); number && q.By == "" {
				key = fmt.Sprintf("%dxx", int(class)/100)
			}
			out[i].Counts[key] = b.Count
			rest -= b.Count
		}
		if rest > 0 {
			out[i].Counts[""] = rest
		}
	}
	return out, nil
}

// count has somebody's rows counted: where are all that they satisfy, out is a pointer to what the
// aggregations are decoded into. What not every shard has counted would be wrong, and is an error.
func (c *Client) count(ctx context.Context, t seamark.Table, where []clause, aggs clause, out any) error {
	a, err := c.search(ctx, t, counting(where, aggs))
	if err != nil {
		return err
	}
	if missing := a.partial(); missing != "" {
		return c.uncounted(missing)
	}
	return c.figures(a, out)
}

// counting is a search for figures alone.
func counting(where []clause, aggs clause) clause {
	return clause{"size": 0, "track_total_hits": false, "query": all(where), "aggs": aggs}
}

// figures decodes the aggregations of an answer.
func (c *Client) figures(a *answer, out any) error {
	if a.Aggregations == nil {
		return nil
	}
	if err := json.Unmarshal(a.Aggregations, out); err != nil {
		return c.nonsense(err)
	}
	return nil
}

// uncounted says that figures would be wrong.
func (c *Client) uncounted(what string) error {
	return &seamark.Fault{Class: seamark.Temporary, What: what, Where: c.url, Remedy: "look at the health of the cluster"}
}

// Facets returns, for each of fields, its top most frequent values among the documents of q, as if
// it were not filtered by inclusion. A fingerprint comes with the text of its pattern.
func (c *Client) Facets(ctx context.Context, q seamark.Query, fields []seamark.Field, top int) ([][]seamark.Count, error) {
	for _, f := range fields {
		if err := q.Table.CheckField(f); err != nil {
			return nil, err
		}
	}
	widest := q
	for _, f := range fields {
		widest = widest.Without(f)
	}
	where, err := understand(&widest)
	if err != nil {
		return nil, err
	}
	aggs := clause{}
	for i, f := range fields {
		var own []clause
		for _, t := range q.Without(f).Terms {
			own = append(own, term(t))
		}
		values := clause{"terms": clause{"field": f, "size": top, "shard_size": max(top, facetShard)}}
		if f == seamark.FieldFingerprint {
			values["aggs"] = clause{"oldest": sample(true), "newest": sample(false)}
		}
		aggs[fmt.Sprint(i)] = clause{"filter": all(own), "aggs": clause{"values": values, "none": clause{"missing": clause{"field": f}}}}
	}
	counted := map[string]json.RawMessage{}
	if err := c.count(ctx, q.Table, where, aggs, &counted); err != nil {
		return nil, err
	}
	out := make([][]seamark.Count, len(fields))
	for i := range fields {
		if out[i], err = counts(counted[fmt.Sprint(i)], top); err != nil {
			return nil, c.nonsense(err)
		}
	}
	return out, nil
}

// facetShard is how many values each shard names at least, so that the sums over shards are right.
const facetShard = 5000

// sample is one document of a fingerprint.
func sample(oldest bool) clause {
	return clause{"top_hits": clause{"size": 1, "sort": order(oldest), "_source": []string{"level", "error_type", "error_message", "message"}}}
}

// sampled is the answer to sample.
type sampled struct {
	Hits struct {
		Hits []struct {
			Source *seamark.Log `json:"_source"`
		}
	}
}

// row is the document; nil: there is none.
func (s sampled) row() *seamark.Log {
	if len(s.Hits.Hits) == 0 {
		return nil
	}
	return s.Hits.Hits[0].Source
}

// counts reads one facet.
func counts(raw json.RawMessage, top int) ([]seamark.Count, error) {
	out := []seamark.Count{}
	if raw == nil {
		return out, nil // there is no index
	}
	var a struct {
		None struct {
			Count int64 `json:"doc_count"`
		}
		Values struct {
			Buckets []struct {
				Key            any
				Count          int64 `json:"doc_count"`
				Oldest, Newest sampled
			}
		}
	}
	if err := json.Unmarshal(raw, &a); err != nil {
		return nil, err
	}
	for _, b := range a.Values.Buckets {
		n := seamark.Count{Value: fmt.Sprint(b.Key), Count: b.Count}
		if oldest, newest := b.Oldest.row(), b.Newest.row(); oldest != nil && newest != nil {
			n.Text = seamark.PatternText(oldest, newest)
		}
		out = append(out, n)
	}
	if a.None.Count > 0 {
		out = append(out, seamark.Count{Count: a.None.Count})
	}
	seamark.SortCounts(out)
	return slices.Clone(out[:min(top, len(out))]), nil
}
