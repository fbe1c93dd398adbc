package query

import (
	"math"
	"time"

	seamark "github.com/seamark-hq/seamark"
)

// Span is the time in which all rows lie that e asks for, so that files of other hours need not be
// opened. What it cannot tell it leaves open.
func Span(e Expr) seamark.Span {
	from, to := math.Inf(-1), math.Inf(1) // Unix milliseconds, both inclusive
	switch e := e.(type) {
	case And:
		var s seamark.Span
		for _, x := range e {
			s = s.Within(Span(x))
		}
		return s
	case Field:
		if e.Column != "timestamp" {
			return seamark.Span{}
		}
		from, to = math.Inf(1), math.Inf(-1)
		for _, v := range e.Any {
			low, high := math.Inf(-1), math.Inf(1)
			if v.Range != nil && v.Range.Low != nil {
				low = v.Range.Low.Number
			}
			if v.Range != nil && v.Range.High != nil {
				high = v.Range.High.Number
			}
			from, to = min(from, low), max(to, high)
		}
	}
	var s seamark.Span
	if !math.IsInf(from, 0) {
		s.From = time.UnixMilli(int64(from)).UTC()
	}
	if !math.IsInf(to, 0) {
		s.To = time.UnixMilli(int64(to) + 1).UTC() // a span ends before its end
	}
	return s
}
