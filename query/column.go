package query

import seamark "github.com/seamark-hq/seamark"

// Column is a row's value of a column of Columns: a number, of which present says whether there
// is one, or a text, which is empty where there is none.
func Column(h *seamark.Hit, column string) (text string, number float64, present, isNumber bool) {
	if n, there, ok := numberOf(h, column); ok {
		return "", n, there, true
	}
	text = textOf(h, column)
	return text, 0, text != "", false
}

// IsNumber reports whether a column of t holds numbers.
func IsNumber(t seamark.Table, column string) bool {
	k, ok := kindOf(t, column)
	return ok && k == number
}
