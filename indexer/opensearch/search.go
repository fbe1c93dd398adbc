package opensearch

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
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
	Aggregations json.RawMessage // none where there is no index
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

// search sends one search to the indices of t, for somebody who asks for rows.
func (c *Client) search(ctx context.Context, t seamark.Table, request clause) (*answer, error) {
	a, err := c.post(ctx, t, request)
	if err != nil {
		return nil, asked(err)
	}
	return a, nil
}

// post sends one search to the indices of t.
func (c *Client) post(ctx context.Context, t seamark.Table, request clause) (*answer, error) {
	body, err := json.Marshal(request)
	if err != nil {
		return nil, err
	}
	allow := true
	_, b, err := c.call(ctx, opensearchapi.SearchRequest{Index: []string{indexer.IndexPattern(c.prefix, t)}, Body: bytes.NewReader(body), AllowNoIndices: &allow, IgnoreUnavailable: &allow})
	if err != nil {
		return nil, err
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

// Searchable says from which day on, 00:00 UTC, the index of t can be asked: from the oldest daily
// index after the newest that was made before the search language; ok is false where there is none.
func (c *Client) Searchable(ctx context.Context, t seamark.Table) (from time.Time, ok bool, err error) {
	days, err := c.Days(ctx, t)
	if err != nil {
		return from, false, asked(err)
	}
	for _, d := range slices.Backward(days) {
		if d.Version < schemas.IndexVersion {
			break
		}
		from, ok = d.Day, true
	}
	return from, ok, nil
}
