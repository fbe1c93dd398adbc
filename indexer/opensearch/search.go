package opensearch

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/opensearch-project/opensearch-go/v2/opensearchapi"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/indexer"
	"github.com/seamark-hq/seamark/query"
	"github.com/seamark-hq/seamark/schemas"
)

// searchPage is how many documents one request answers at most; where their texts are too long for
// one answer, half as many are tried.
const searchPage = 1000

// Search returns the documents that q asks for, newest first unless it says otherwise: what
// query.Match says of their rows. Where shards did not answer, a note says of how many.
func (c *Client) Search(ctx context.Context, q seamark.Query) (seamark.Result, error) {
	where, err := understand(&q)
	if err != nil {
		return seamark.Result{}, err
	}
	out := seamark.Result{}
	size := searchPage
	for len(out.Hits) <= q.Limit {
		request := clause{"size": min(size, q.Limit+1-len(out.Hits)), "track_total_hits": false, "query": all(where), "sort": order(q.Ascending),
			"_source": clause{"excludes": []string{"num", "kw", "raw", "ingest_note"}}}
		if q.Before != nil {
			request["search_after"] = after(*q.Before)
		}
		a, err := c.search(ctx, q.Table, request)
		if errors.Is(err, errTooLong) && size > 1 {
			size /= 2
			continue
		}
		if err != nil {
			return seamark.Result{}, err
		}
		out.Note(a.partial())
		for _, h := range a.Hits.Hits {
			hit, err := hitOf(q.Table, h.Source)
			if err != nil {
				return seamark.Result{}, c.nonsense(err)
			}
			if q.Cut > 0 {
				hit = hit.Shorten(q.Cut)
			}
			out.Hits = append(out.Hits, hit)
		}
		if len(a.Hits.Hits) < request["size"].(int) {
			return out, nil
		}
		at := out.Hits[len(out.Hits)-1].Position()
		q.Before = &at
	}
	out.Hits, out.More = out.Hits[:q.Limit], true
	return out, nil
}

// understand checks a question and writes its filters.
func understand(q *seamark.Query) ([]clause, error) {
	if err := q.Validate(); err != nil {
		return nil, err
	}
	e, err := query.Parse(q.Table, q.Text)
	if err != nil {
		return nil, err
	}
	q.Span = q.Span.Within(query.Span(e))
	return filters(*q, e)
}

// order is the total order of rows. _id and _doc are no tie-breaks: the one has no doc values, by the
// other documents are lost between pages.
func order(ascending bool) []any {
	direction, missing := "desc", "_last" // nothing comes before any text
	if ascending {
		direction, missing = "asc", "_first"
	}
	out := []any{clause{"timestamp": clause{"order": direction}}}
	for _, name := range []string{"event_id", "account_id", "source"} {
		out = append(out, clause{name: clause{"order": direction, "missing": missing, "unmapped_type": "keyword"}})
	}
	return out
}

// after is a position as search_after takes it: its time in words, as a number of four digits would
// be read as a year.
func after(p seamark.Position) []any {
	out := []any{time.UnixMilli(p.Timestamp).UTC().Format("2006-01-02T15:04:05.000Z")}
	for _, s := range []string{p.EventID, p.AccountID, p.Source} {
		if s == "" {
			out = append(out, nil)
		} else {
			out = append(out, s)
		}
	}
	return out
}

// answer is the server's to a search.
type answer struct {
	TimedOut bool `json:"timed_out"`
	Shards   *struct {
		Total, Failed int
	} `json:"_shards"`
	Hits struct {
		Hits []struct {
			Source json.RawMessage `json:"_source"`
		}
	}
	Aggregations map[string]json.RawMessage
}

// partial says what is missing from an answer; "" is nothing.
func (a *answer) partial() string {
	switch {
	case a.Shards.Failed > 0:
		return fmt.Sprintf("%d of %d shards of the index did not answer: rows may be missing", a.Shards.Failed, a.Shards.Total)
	case a.TimedOut:
		return "the index ran out of time: rows may be missing"
	}
	return ""
}

// search sends one search to the indices of t.
func (c *Client) search(ctx context.Context, t seamark.Table, request clause) (*answer, error) {
	body, err := json.Marshal(request)
	if err != nil {
		return nil, err
	}
	allow := true
	_, b, err := c.call(ctx, opensearchapi.SearchRequest{Index: []string{indexer.IndexPattern(c.prefix, t)}, Body: bytes.NewReader(body), AllowNoIndices: &allow, IgnoreUnavailable: &allow})
	if err != nil {
		return nil, asked(err)
	}
	var a answer
	if err := json.Unmarshal(b, &a); err != nil {
		return nil, c.nonsense(err)
	}
	if a.Shards == nil {
		return nil, c.nonsense(errors.New("no answer to a search"))
	}
	return &a, nil
}

// asked words a fault for who searches, not for who indexes.
func asked(err error) error {
	f, ok := errors.AsType[*seamark.Fault](err)
	if !ok {
		return err
	}
	said := *f
	switch {
	case f.Class == seamark.Temporary:
		said.Remedy = "ask again; what is in the lake needs no index"
	case strings.HasPrefix(f.What, "OpenSearch refuses the user"):
		said.Remedy = "check opensearch.usernameFile and passwordFile (or …Env), and that the user may read app-logs-* and access-logs-*"
	}
	return &said
}

// document is what a row's document says beside its columns.
type document struct {
	Product     string `json:"product"`
	Environment string `json:"environment"`
	EventText   string `json:"event_text"`
}

// hitOf reads a document as the row that it was made of.
func hitOf(t seamark.Table, source []byte) (seamark.Hit, error) {
	var d document
	if err := json.Unmarshal(source, &d); err != nil {
		return seamark.Hit{}, err
	}
	h := seamark.Hit{Table: t, Product: d.Product, Environment: d.Environment}
	if t == seamark.TableAccessLogs {
		h.Access = &seamark.AccessLog{}
		row := struct {
			*seamark.AccessLog
			Extra json.RawMessage `json:"extra"`
		}{AccessLog: h.Access}
		err := json.Unmarshal(source, &row)
		h.Access.Extra = objectText(d.EventText, row.Extra)
		return h, err
	}
	h.Log = &seamark.Log{}
	row := struct {
		*seamark.Log
		EventData json.RawMessage `json:"event_data"`
	}{Log: h.Log}
	err := json.Unmarshal(source, &row)
	h.Log.EventData = objectText(d.EventText, row.EventData)
	return h, err
}

// objectText is an object as it was written; in documents of before only as it was indexed.
func objectText(text string, object json.RawMessage) string {
	if text != "" {
		return text
	}
	return string(object)
}

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
	a, err := c.search(ctx, q.Table, clause{"size": 0, "track_total_hits": false, "query": all(where), "aggs": clause{"time": clause{
		"date_histogram": clause{"field": "timestamp", "fixed_interval": fmt.Sprintf("%dms", step.Milliseconds()), "min_doc_count": 1},
		"aggs":           clause{"by": by},
	}}})
	if err == nil && a.partial() != "" {
		err = c.uncounted(a)
	}
	if err != nil {
		return nil, err
	}
	var bars struct {
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
	if raw := a.Aggregations["time"]; raw != nil { // there is none where there is no index
		if err := json.Unmarshal(raw, &bars); err != nil {
			return nil, c.nonsense(err)
		}
	}
	out := make([]seamark.Bucket, len(bars.Buckets))
	for i, bar := range bars.Buckets {
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

// uncounted says that figures would be wrong.
func (c *Client) uncounted(a *answer) error {
	return &seamark.Fault{Class: seamark.Temporary, What: a.partial(), Where: c.url, Remedy: "look at the health of the cluster"}
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
	a, err := c.search(ctx, q.Table, clause{"size": 0, "track_total_hits": false, "query": all(where), "aggs": aggs})
	if err == nil && a.partial() != "" {
		err = c.uncounted(a)
	}
	if err != nil {
		return nil, err
	}
	out := make([][]seamark.Count, len(fields))
	for i := range fields {
		if out[i], err = counts(a.Aggregations[fmt.Sprint(i)], top); err != nil {
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

// counts reads one facet.
func counts(raw json.RawMessage, top int) ([]seamark.Count, error) {
	out := []seamark.Count{}
	if raw == nil {
		return out, nil // there is no index
	}
	type sampled struct {
		Hits struct {
			Hits []struct {
				Source *seamark.Log `json:"_source"`
			}
		}
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
		if o, w := b.Oldest.Hits.Hits, b.Newest.Hits.Hits; len(o) > 0 && len(w) > 0 && o[0].Source != nil && w[0].Source != nil {
			n.Text = seamark.PatternText(o[0].Source, w[0].Source)
		}
		out = append(out, n)
	}
	if a.None.Count > 0 {
		out = append(out, seamark.Count{Count: a.None.Count})
	}
	seamark.SortCounts(out)
	return slices.Clone(out[:min(top, len(out))]), nil
}

// Searchable says from which day on, 00:00 UTC, the index of t can be asked: from the oldest daily
// index after the newest that was made before the search language; ok is false where there is none.
func (c *Client) Searchable(ctx context.Context, t seamark.Table) (from time.Time, ok bool, err error) {
	pattern := indexer.IndexPattern(c.prefix, t)
	allow := true
	_, b, err := c.call(ctx, opensearchapi.IndicesGetMappingRequest{Index: []string{pattern}, AllowNoIndices: &allow, IgnoreUnavailable: &allow,
		FilterPath: []string{"*.mappings._meta", "*.mappings.date_detection"}})
	if err != nil {
		return from, false, asked(err)
	}
	var indices map[string]struct {
		Mappings struct {
			Meta struct{ Seamark int } `json:"_meta"`
		}
	}
	if err := json.Unmarshal(b, &indices); err != nil {
		return from, false, c.nonsense(err)
	}
	names := slices.Sorted(maps.Keys(indices)) // by day
	slices.Reverse(names)
	for _, name := range names {
		day, err := time.Parse("2006.01.02", strings.TrimPrefix(name, strings.TrimSuffix(pattern, "*")))
		if err != nil {
			continue // somebody else's
		}
		if indices[name].Mappings.Meta.Seamark < schemas.IndexVersion {
			break
		}
		from, ok = day, true
	}
	return from, ok, nil
}
