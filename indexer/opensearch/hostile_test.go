package opensearch_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/indexer"
	"github.com/seamark-hq/seamark/internal/servertest"
	"github.com/seamark-hq/seamark/lake"
)

// hostileKey draws keys that mean something to somebody on the way.
func hostileKey() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.SampledFrom([]string{"", ".", "..", "a.", ".a", "a..b", "a", "a.b", " ", "\x00", "_id", "_source", "event_data", "*", "a=b", "\u2028", "\U0001F600", "n", "port"}),
		rapid.StringN(0, 6, -1),
		rapid.Map(rapid.IntRange(1, 70_000), func(n int) string { return strings.Repeat("k", n) }),
	)
}

func hostileLeaf() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.Map(rapid.String(), jsonText),
		rapid.Map(rapid.IntRange(32_600, 33_000), func(n int) string { return jsonText(strings.Repeat("v", n)) }),
		rapid.Map(rapid.Float64(), func(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }),
		rapid.SampledFrom([]string{"null", "true", "-0", "1e400", "-1E-400", `"\ud800"`, `"\u0000"`, "{}", "[]", "NaN", "01", "'x'", "\xff", `"` + "\x01" + `"`, strings.Repeat("7", 1500)}),
	)
}

// jsonText is s as a JSON string, written by other code than the indexer's.
func jsonText(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteString(`\` + string(r))
		case r < 0x20:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String() + `"`
}

// hostileJSON draws a tree at most depth deep, mostly valid, with repeated keys.
func hostileJSON(depth int) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		kind := rapid.IntRange(0, 9).Draw(t, "kind")
		if depth == 0 || kind < 4 {
			return hostileLeaf().Draw(t, "leaf")
		}
		if kind == 4 {
			n := rapid.IntRange(1, 700).Draw(t, "nesting")
			return strings.Repeat(`{"d":`, n) + hostileLeaf().Draw(t, "leaf") + strings.Repeat("}", n)
		}
		var parts []string
		for range rapid.IntRange(0, 5).Draw(t, "members") {
			value := hostileJSON(depth-1).Draw(t, "value")
			if kind > 6 {
				value = jsonText(hostileKey().Draw(t, "key")) + ":" + value
			}
			parts = append(parts, value)
		}
		if kind > 6 {
			return "{" + strings.Join(parts, ",") + "}"
		}
		return "[" + strings.Join(parts, ",") + "]"
	})
}

// TestHostileEventData: whatever an application logs, each event is one document.
func TestHostileEventData(t *testing.T) {
	server := servertest.OpenSearch(t)
	c := realClient(t, server)
	l := newLake(t)
	o := quick()
	o.Fields = map[string]indexer.Promoted{"booking": {Num: []string{"n", "a.b"}, Kw: []string{"port", "a", "n"}}}
	ix := newIndexer(t, l, c, o)
	distinct := map[seamark.Table]map[string]bool{seamark.TableLogs: {}, seamark.TableAccessLogs: {}}
	reduced := int64(0)
	rapid.Check(t, func(rt *rapid.T) {
		var rows []row
		for range rapid.IntRange(1, 20).Draw(rt, "rows") {
			id := fmt.Sprint(rapid.IntRange(0, 2000).Draw(rt, "id"))
			text, data := rapid.String().Draw(rt, "text"), hostileJSON(4).Draw(rt, "data")
			r := row{product: "booking"}
			table := seamark.TableLogs
			if rapid.Bool().Draw(rt, "access") {
				table = seamark.TableAccessLogs
				latency := rapid.Float64().Draw(rt, "latency")
				r.access = &seamark.AccessLog{Timestamp: eventMs, EventID: id, Source: "g", Path: text, LatencyMs: &latency, Extra: data}
			} else {
				r.log = &seamark.Log{Timestamp: eventMs, EventID: id, Source: "g", Message: text, EventData: data}
			}
			distinct[table][id] = true
			rows = append(rows, r)
		}
		r, err := ix.Index(t.Context(), []*lake.Entry{commit(t, l, rows...)})
		if err != nil {
			rt.Fatal(err)
		}
		reduced += r.Reduced
		checkBalance(rt, r, len(rows))
	})
	for table, ids := range distinct {
		checkCount(t, c, table, len(ids))
	}
	if reduced > 0 {
		t.Errorf("%d documents were refused at first: the builder knows too little", reduced)
	}
}
