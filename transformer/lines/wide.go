package lines

import (
	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/transformer/scan"
)

// maxKnown bounds the members of a wide object that are looked at.
const maxKnown = 64

// parseWide parses an object of more than scan.MaxFields members: those that may have a column
// are the record, the others go to event_data as they stand. false: there is none of the first,
// or it is no object, and it is a text.
func (r *Parser) parseWide(row *seamark.Log, b []byte, timed bool, own *Claim) bool {
	if len(b) < scan.MaxFields || b[0] != '{' || scan.Value(b, 0) != len(b) {
		return false
	}
	var known []scan.Field
	seen := map[string]bool{}
	rest := append(make([]byte, 0, len(b)), '{')
	for i := scan.SkipSpace(b, 1); b[i] != '}'; {
		end, escaped := scan.String(b, i)
		f := scan.Field{Key: scan.View(b[i+1 : end-1])}
		if escaped {
			f.Key = r.Arena.Unquote(b[i:end])
		}
		from := scan.SkipSpace(b, scan.SkipSpace(b, end)+1)
		end = scan.Value(b, from)
		f.Value = b[from:end:end]
		if f.Log, f.Access = r.Keys.Find(f.Key); (f.Log != 0 || holdsError(f.Key)) && len(known) < maxKnown {
			known = append(known, f)
		} else {
			for seen[f.Key] {
				f.Key = "_" + f.Key
			}
			seen[f.Key] = true
			if len(rest) > 1 {
				rest = append(rest, ',')
			}
			rest = append(append(AppendQuoted(rest, f.Key), ':'), f.Value...)
		}
		if i = scan.SkipSpace(b, end); b[i] == ',' {
			i = scan.SkipSpace(b, i+1)
		}
	}
	if len(known) == 0 {
		return false
	}
	r.fields = known
	r.record(row, timed, own)
	if r.rest = r.rest[:0]; row.EventData != "" {
		r.rest, _ = scan.Fields(r.rest, r.Arena, scan.BytesOf(row.EventData), 0)
		for i := range r.rest {
			for seen[r.rest[i].Key] {
				r.rest[i].Key = "_" + r.rest[i].Key
			}
		}
	}
	row.EventData = r.object(append(rest, '}'), r.rest)
	return true
}
