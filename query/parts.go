package query

// Part is one of the conditions that must all hold, and the query without it.
type Part struct {
	Text string `json:"text"`
	Rest string `json:"rest"`
}

// alone is the only one of several conditions, or all of them.
func alone(of And) Expr {
	if len(of) == 1 {
		return of[0]
	}
	return of
}

// Parts are the conditions of a query that must all hold, each with what is left without it; of one
// condition there is nothing left.
func Parts(e Expr) []Part {
	switch e := e.(type) {
	case nil:
		return nil
	case And:
		out := make([]Part, len(e))
		for i, x := range e {
			rest := make(And, 0, len(e)-1)
			rest = append(append(rest, e[:i]...), e[i+1:]...)
			out[i] = Part{Format(x), Format(alone(rest))}
		}
		return out
	}
	return []Part{{Text: Format(e)}}
}
