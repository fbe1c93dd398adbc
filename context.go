package seamark

import (
	"cmp"
	"context"
	"slices"
	"time"
)

// MaxContext bounds the rows on either side of one.
const MaxContext = 500

// contextReach is how far from a row its context is looked for.
const contextReach = 24 * time.Hour

// Stream is the query for the rows of the log stream in which h stands, within a day of it,
// whatever else is filtered. One whose rows name no stream has those of its source that name none.
func (h *Hit) Stream() Query {
	account, source, stream := "", "", ""
	if h.Log != nil {
		account, source, stream = h.Log.AccountID, h.Log.Source, h.Log.Stream
	} else {
		account, source, stream = h.Access.AccountID, h.Access.Source, h.Access.Stream
	}
	at := time.UnixMilli(h.Position().Timestamp).UTC()
	q := Query{Table: h.Table, Span: Span{From: at.Add(-contextReach), To: at.Add(contextReach)}}
	q.Terms = []Term{{Field: FieldProduct, Values: []string{h.Product}}, {Field: FieldEnvironment, Values: []string{h.Environment}},
		{Field: FieldAccount, Values: []string{account}}, {Field: FieldSource, Values: []string{source}}, {Field: FieldStream, Values: []string{stream}}}
	return q
}

// Around asks for up to n rows on either side of h in its stream: earlier is newest first, later is
// oldest first, so that each begins beside h.
func Around(ctx context.Context, search func(context.Context, Query) (Result, error), h *Hit, n, cut int) (earlier, later []Hit, err error) {
	q := h.Stream()
	at := h.Position()
	q.Limit, q.Cut, q.Before = n, cut, &at
	before, err := search(ctx, q)
	if err != nil {
		return nil, nil, err
	}
	q.Ascending = true
	after, err := search(ctx, q)
	return before.Hits, after.Hits, err
}

// Change is how often a value occurs in one span and in another before it.
type Change struct {
	Value  string `json:"value"`
	Text   string `json:"text,omitempty"` // of a fingerprint: the text of its pattern
	Count  int64  `json:"count"`
	Before int64  `json:"before"`
}

// Changes compares the counts of two spans: what is new first, then what has become more, then less,
// and last what has gone; of each the greatest change first. What has stayed as it was is left out.
func Changes(now, before []Count) []Change {
	var out []Change
	for _, c := range now {
		out = append(out, Change{c.Value, c.Text, c.Count, 0})
	}
	for _, c := range before {
		i := slices.IndexFunc(out, func(x Change) bool { return x.Value == c.Value })
		if i < 0 {
			out = append(out, Change{c.Value, c.Text, 0, c.Count})
		} else {
			out[i].Before = c.Count
		}
	}
	out = slices.DeleteFunc(out, func(c Change) bool { return c.Value == "" || c.Count == c.Before })
	slices.SortStableFunc(out, func(a, b Change) int {
		return cmp.Or(cmp.Compare(a.kind(), b.kind()), cmp.Compare(max(b.Count-b.Before, b.Before-b.Count), max(a.Count-a.Before, a.Before-a.Count)), cmp.Compare(a.Value, b.Value))
	})
	return out
}

// kind is 0 for what is new, 1 for what has become more, 2 for less, 3 for what has gone.
func (c Change) kind() int {
	switch {
	case c.Before == 0:
		return 0
	case c.Count > c.Before:
		return 1
	case c.Count > 0:
		return 2
	}
	return 3
}

// Earlier is the span of the same length that ends where s begins.
func (s Span) Earlier() Span { return Span{From: s.From.Add(s.From.Sub(s.To)), To: s.From} }
