package rulebook

import (
	"fmt"
	"slices"
	"time"

	seamark "github.com/seamark-hq/seamark"
)

// tagged is what tags ask of a rule.
type tagged struct {
	rule   string             // its name, as people know it
	limits map[string]askedOf // by series
}

// askedOf is one component with its threshold.
type askedOf struct {
	series
	limit float64
}

// Asked is the book in which the rules that hold where a tag asks for them do so there. What cannot
// be taken is said, and leaves out that component alone.
func (b Book) Asked(asked []seamark.AskedRule, l Limits) (out Book, faults []error) {
	for _, r := range b.Rules {
		if !r.Tags {
			out.Rules = append(out.Rules, r)
			continue
		}
		variants := map[time.Duration]*Rule{}
		for _, a := range asked {
			if a.Rule != r.Name {
				continue
			}
			one, wrong := r.askedBy(a, l)
			if len(wrong) > 0 {
				faults = append(faults, wrong...)
				continue
			}
			v := variants[time.Duration(one.Window)]
			if v == nil {
				v = one
				v.tagged = &tagged{rule: r.Name, limits: map[string]askedOf{}}
				variants[time.Duration(one.Window)] = v
				out.Rules = append(out.Rules, v)
			}
			s := series{product: a.Product, environment: a.Environment, by: []string{a.Component, a.AccountID, a.Region}}
			v.tagged.limits[s.key()] = askedOf{s, one.Threshold}
		}
	}
	slices.SortFunc(out.Rules, byName)
	return out, faults
}

// askedBy is the rule as one tag asks for it.
func (r *Rule) askedBy(a seamark.AskedRule, l Limits) (*Rule, []error) {
	one := *r
	if a.Threshold > 0 {
		one.Threshold = a.Threshold
		if r.Kind == Ratio {
			one.Threshold /= 100
		}
	}
	if a.Window > 0 && a.Window != r.Window {
		one.Window = a.Window
		one.Name = fmt.Sprintf("%s/%v", r.Name, time.Duration(a.Window)) // series of another window are others
	}
	var faults []error
	one.checkFigures(func(key, what, remedy string) {
		faults = append(faults, &seamark.Fault{Class: seamark.Rejected, Where: a.Product + " " + a.Environment + " " + a.Component, What: fmt.Sprintf("what a tag says of the rule %q: %s: %s", r.Name, key, what), Remedy: remedy})
	})
	if reach := one.reach(); l.Retention > 0 && reach > l.Retention {
		faults = append(faults, &seamark.Fault{Class: seamark.Rejected, Where: a.Component, What: fmt.Sprintf("what a tag says of the rule %q: it looks back %v, and rows are kept for %v", r.Name, reach, l.Retention), Remedy: "name fewer minutes"})
	}
	return &one, faults
}

// FromTags reports whether any rule holds where a tag asks for it.
func (b Book) FromTags() bool {
	return slices.ContainsFunc(b.Rules, func(r *Rule) bool { return r.Tags })
}

// called is the rule's name, as people know it.
func (r *Rule) called() string {
	if r.tagged != nil {
		return r.tagged.rule
	}
	return r.Name
}

// limit is the threshold of a series; false: nobody asked for the rule there.
func (r *Rule) limit(s series) (float64, bool) {
	if r.tagged == nil {
		return r.Threshold, !r.Tags
	}
	of, ok := r.tagged.limits[s.key()]
	return of.limit, ok
}

// absent are the series that are known by name, of which no group tells anything.
func (r *Rule) absent(told []reading) (out []series) {
	switch {
	case r.When != Below || r.Kind == Ratio || r.Kind == Percentile:
	case r.tagged != nil:
		seen := map[string]bool{}
		for _, x := range told {
			seen[x.key()] = true
		}
		for key, of := range r.tagged.limits {
			if !seen[key] {
				out = append(out, of.series)
			}
		}
	case len(told) == 0 && r.Product != "" && r.Environment != "" && len(r.By) == 0:
		out = []series{{product: r.Product, environment: r.Environment, team: r.Team}}
	}
	return out
}

// products are those that a rule is about; nil: all.
func (r *Rule) products() (out []string) {
	if r.tagged != nil {
		for _, of := range r.tagged.limits {
			out = append(out, of.product)
		}
		return out
	}
	if r.Product != "" {
		out = []string{r.Product}
	}
	return out
}
