package query

import (
	"slices"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/schemas"
)

// kind is how a column is compared.
type kind int

const (
	word   kind = iota // the whole value
	slug               // likewise, in lower case
	level              // likewise, in upper case; by rank
	text               // words
	object             // JSON: its leaves, and its text
	number
	instant
)

// TextColumns are those that text is looked for in.
func TextColumns(t seamark.Table) []string { return tableOf(t).TextColumns() }

func tableOf(t seamark.Table) schemas.Table {
	if t == seamark.TableAccessLogs {
		return schemas.AccessLogs
	}
	return schemas.Logs
}

// Columns lists what a field may name in t, in the order of the table.
func Columns(t seamark.Table) []string {
	out := []string{"product", "environment"}
	for _, c := range tableOf(t).Columns {
		if c.Index != "" { // what no index has cannot be asked for
			out = append(out, c.Name)
		}
	}
	return out
}

// kindOf is how a column of t is compared; !ok: there is none of that name.
func kindOf(t seamark.Table, column string) (k kind, ok bool) {
	switch column {
	case "product", "environment":
		return slug, true
	}
	columns := tableOf(t).Columns
	i := slices.IndexFunc(columns, func(c schemas.Column) bool { return c.Name == column && c.Index != "" })
	if i < 0 {
		return 0, false
	}
	switch c := columns[i]; {
	case c.Name == "level":
		return level, true
	case c.Type == schemas.JSON:
		return object, true
	case c.Type == schemas.Timestamp:
		return instant, true
	case c.Type != schemas.Text:
		return number, true
	case c.Index == "text":
		return text, true
	}
	return word, true
}
