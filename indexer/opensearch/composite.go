package opensearch

import (
	"context"
	"encoding/json"
	"fmt"

	seamark "github.com/seamark-hq/seamark"
)

// bucket is one of a composite aggregation: what it is told apart by, how many documents it has, and
// what was aggregated of them.
type bucket struct {
	key   map[string]json.RawMessage
	count int64
	parts map[string]json.RawMessage
}

// UnmarshalJSON implements json.Unmarshaler.
func (b *bucket) UnmarshalJSON(text []byte) error {
	if err := json.Unmarshal(text, &b.parts); err != nil {
		return err
	}
	if err := json.Unmarshal(b.parts["key"], &b.key); err != nil {
		return err
	}
	return json.Unmarshal(b.parts["doc_count"], &b.count)
}

// text is a key of text; empty where the documents have none.
func (b bucket) text(name string) string {
	var s *string
	if json.Unmarshal(b.key[name], &s) != nil || s == nil {
		return ""
	}
	return *s
}

func (b bucket) part(name string) json.RawMessage { return b.parts[name] }

// team is the one of lastTeam; empty: the documents name none.
func (b bucket) team() string {
	var team struct{ Buckets []struct{ Key string } }
	if json.Unmarshal(b.parts["team"], &team) != nil || len(team.Buckets) == 0 {
		return ""
	}
	return team.Buckets[0].Key
}

// composite aggregates the documents of a table that match all of where, told apart by sources, and
// hands each group over, in the order of sources. What not every shard has counted is an error.
func (c *Client) composite(ctx context.Context, t seamark.Table, where []clause, sources []any, aggs clause, take func(bucket) error) error {
	by := clause{"size": groupPage, "sources": sources}
	for {
		var page struct {
			By struct {
				After   map[string]json.RawMessage `json:"after_key"`
				Buckets []bucket
			}
		}
		if err := c.aggregate(ctx, t, where, clause{"by": clause{"composite": by, "aggs": aggs}}, &page); err != nil {
			return err
		}
		for _, b := range page.By.Buckets {
			if err := take(b); err != nil {
				return c.nonsense(err)
			}
		}
		if len(page.By.Buckets) < groupPage {
			return nil
		}
		by["after"] = page.By.After
	}
}

// aggregate asks for aggregations over the documents of a table that match all of where; out is a
// pointer to what they are decoded into. What not every shard has counted is an error.
func (c *Client) aggregate(ctx context.Context, t seamark.Table, where []clause, aggs clause, out any) error {
	a, err := c.post(ctx, t, counting(where, aggs))
	if err != nil {
		return err
	}
	if a.partial() != "" {
		return c.uncounted(fmt.Sprintf("%d shards did not count", a.Shards.Failed))
	}
	return c.figures(a, out)
}
