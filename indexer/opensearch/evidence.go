package opensearch

import (
	"context"
	"fmt"
	"slices"
	"time"

	seamark "github.com/seamark-hq/seamark"
)

// patternShard is how many patterns each shard counts: more than are asked for, so that one that is
// frequent in sum and nowhere first is not missed.
const patternShard = 200

// Patterns returns the top most frequent patterns of ERROR and FATAL records in scope and span,
// most frequent first, each with its newest record, without its event data.
func (c *Client) Patterns(ctx context.Context, scope seamark.Scope, span seamark.Span, top int) ([]seamark.Pattern, error) {
	filter := append(inScope(scope, span),
		clause{"terms": clause{"level": seamark.ErrorLevels()}}, clause{"exists": clause{"field": "fingerprint"}})
	var a struct {
		By struct {
			Buckets []struct {
				Key         string
				Count       int64                   `json:"doc_count"`
				First, Last struct{ Value float64 } // Unix milliseconds
				Newest      struct {
					Hits struct {
						Hits []struct {
							Source struct {
								seamark.Log
								Product, Environment string
							} `json:"_source"`
						}
					}
				}
			}
		}
	}
	err := c.aggregate(ctx, seamark.TableLogs, filter, clause{"by": clause{
		"terms": clause{"field": "fingerprint", "size": top, "shard_size": max(patternShard, top), "order": []any{clause{"_count": "desc"}, clause{"_key": "asc"}}},
		"aggs": clause{
			"first": clause{"min": clause{"field": "timestamp"}}, "last": clause{"max": clause{"field": "timestamp"}},
			"newest": clause{"top_hits": clause{"size": 1, "sort": []any{clause{"timestamp": "desc"}}, "_source": clause{"excludes": []string{"event_data", "event_text", "raw"}}}},
		},
	}}, &a)
	if err != nil {
		return nil, err
	}
	patterns := make([]seamark.Pattern, 0, len(a.By.Buckets))
	for _, b := range a.By.Buckets {
		p := seamark.Pattern{Fingerprint: b.Key, Count: b.Count, First: time.UnixMilli(int64(b.First.Value)).UTC(), Last: time.UnixMilli(int64(b.Last.Value)).UTC()}
		if len(b.Newest.Hits.Hits) > 0 {
			s := b.Newest.Hits.Hits[0].Source
			p.Sample = seamark.Hit{Table: seamark.TableLogs, Product: s.Product, Environment: s.Environment, Log: &s.Log}
		}
		patterns = append(patterns, p)
	}
	return patterns, nil
}

// Series counts the records of scope and span per step, aligned to the Unix epoch: logs by level,
// and access logs by class of status ("4xx") in the same buckets. Empty buckets are left out.
func (c *Client) Series(ctx context.Context, scope seamark.Scope, span seamark.Span, step time.Duration) ([]seamark.Bucket, error) {
	var merged []seamark.Bucket
	for _, t := range seamark.Tables() {
		by := clause{"terms": clause{"field": "level", "size": 20}}
		if t == seamark.TableAccessLogs {
			var classes []any
			for n := 1; n <= 5; n++ {
				classes = append(classes, clause{"key": fmt.Sprintf("%dxx", n), "from": n * 100, "to": n*100 + 100})
			}
			by = clause{"range": clause{"field": "status", "ranges": classes}}
		}
		var a struct {
			Over struct {
				Buckets []struct {
					Key int64 // Unix milliseconds
					By  struct {
						Buckets []struct {
							Key   string
							Count int64 `json:"doc_count"`
						}
					}
				}
			}
		}
		err := c.aggregate(ctx, t, inScope(scope, span), clause{"over": clause{
			"date_histogram": clause{"field": "timestamp", "fixed_interval": fmt.Sprintf("%dms", step.Milliseconds()), "min_doc_count": 1},
			"aggs":           clause{"by": by},
		}}, &a)
		if err != nil {
			return nil, err
		}
		for _, b := range a.Over.Buckets {
			start := time.UnixMilli(b.Key).UTC()
			i, found := slices.BinarySearchFunc(merged, start, func(b seamark.Bucket, at time.Time) int { return b.Start.Compare(at) })
			if !found {
				merged = slices.Insert(merged, i, seamark.Bucket{Start: start, Counts: map[string]int64{}})
			}
			for _, k := range b.By.Buckets {
				if k.Count > 0 {
					merged[i].Counts[k.Key] += k.Count
				}
			}
		}
	}
	return merged, nil
}

// inScope are the filters of what lies in scope and span.
func inScope(s seamark.Scope, span seamark.Span) []clause {
	filter := []clause{{"range": clause{"timestamp": bounds(span)}}}
	for _, f := range [][2]string{{"product", s.Product}, {"environment", s.Environment}, {"component", s.Component}, {"account_id", s.AccountID}, {"region", s.Region}, {"source", s.Source}} {
		if f[1] != "" {
			filter = append(filter, clause{"term": clause{f[0]: f[1]}})
		}
	}
	return filter
}
