package alertmanager

import (
	"cmp"
	"maps"
	"slices"
	"strconv"

	"github.com/prometheus/alertmanager/inhibit"
	"github.com/prometheus/common/model"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/route"
)

// Inhibition says which alarms are kept quiet by alarms that fire. It is a pure function
// of those: Alertmanager's own inhibitor is fed over a channel, and with no time to wait
// before the first card the order of arrival would decide.
type Inhibition struct {
	rules   []*inhibit.InhibitRule
	sources []map[string]source // by rule, then by the values of Equal
}

// source are the alarms that keep others quiet for one set of values of Equal. The lowest
// fingerprint is kept of each sort, so that the answer does not depend on any order.
type source struct {
	any  *model.Fingerprint // of all
	pure *model.Fingerprint // of those that are no targets of the rule themselves
}

// Inhibits prepares the question for the alarms that fire now.
func (m *Machinery) Inhibits(firing []seamark.Alarm) *Inhibition {
	sets := make([]model.LabelSet, 0, len(firing))
	if len(m.rules) > 0 {
		for _, a := range firing {
			sets = append(sets, labelSet(route.Labels(a)))
		}
	}
	return inhibition(m.rules, sets)
}

func inhibition(rules []*inhibit.InhibitRule, firing []model.LabelSet) *Inhibition {
	in := &Inhibition{rules: rules, sources: make([]map[string]source, len(rules))}
	for i, rule := range rules {
		in.sources[i] = map[string]source{}
		for _, set := range firing {
			if !rule.SourceMatchers.Matches(set) {
				continue
			}
			key, fp := equalKey(rule, set), set.Fingerprint()
			s := in.sources[i][key]
			s.any = lower(s.any, fp)
			if !rule.TargetMatchers.Matches(set) {
				s.pure = lower(s.pure, fp)
			}
			in.sources[i][key] = s
		}
	}
	return in
}

// By is the fingerprint of an alarm that keeps one with these labels quiet, and the name
// of the rule by which it does; both are empty when none does. An alarm that is source and
// target of a rule is not kept quiet by another of that kind, so never by itself.
func (in *Inhibition) By(set model.LabelSet) (fingerprint, rule string) {
	for i, r := range in.rules {
		if !r.TargetMatchers.Matches(set) {
			continue
		}
		s := in.sources[i][equalKey(r, set)]
		found := s.any
		if r.SourceMatchers.Matches(set) {
			found = s.pure
		}
		if found != nil {
			return found.String(), cmp.Or(r.Name, "a rule without a name")
		}
	}
	return "", ""
}

// equalKey is the values of the rule's Equal labels; one that is missing equals one that
// is empty.
func equalKey(r *inhibit.InhibitRule, set model.LabelSet) string {
	if len(r.Equal) == 0 {
		return ""
	}
	var key []byte
	for _, name := range slices.Sorted(maps.Keys(r.Equal)) {
		key = append(strconv.AppendInt(key, int64(len(set[name])), 10), ':')
		key = append(key, set[name]...)
	}
	return string(key)
}

func lower(known *model.Fingerprint, fp model.Fingerprint) *model.Fingerprint {
	if known == nil || fp < *known {
		return &fp
	}
	return known
}

func sorted[K ~string, V any, M ~map[K]V](m M) []K { return slices.Sorted(maps.Keys(m)) }
