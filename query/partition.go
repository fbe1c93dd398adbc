package query

import "slices"

// MayMatch reports whether rows of a partition may be asked for; false: none is.
func MayMatch(e Expr, product, environment string) bool {
	return partly(e, product, environment) != never
}

// What can be said of all rows of a partition.
type verdict int

const (
	never verdict = iota
	perhaps
	always
)

func partly(e Expr, product, environment string) verdict {
	switch e := e.(type) {
	case nil:
		return always
	case And:
		v := always
		for _, x := range e {
			v = min(v, partly(x, product, environment))
		}
		return v
	case Or:
		v := never
		for _, x := range e {
			v = max(v, partly(x, product, environment))
		}
		return v
	case Not:
		return always - partly(e.Expr, product, environment)
	case Field:
		value := product
		if e.Column == "environment" {
			value = environment
		} else if e.Column != "product" {
			return perhaps
		}
		if value != "" && slices.ContainsFunc(e.Any, func(v Value) bool { return v.Exists || MatchPattern(value, v.Pattern) }) {
			return always
		}
		return never
	}
	return perhaps
}
