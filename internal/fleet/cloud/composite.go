package cloud

import (
	"context"
	"slices"
	"time"

	"github.com/seamark-hq/seamark/collector/inventory"
)

// PutCompositeAlarm checks the rule: its length, its grammar, its children, and that these exist.
// A cycle is taken, as AWS takes it; its alarms can then not be deleted.
func (r *Region) PutCompositeAlarm(ctx context.Context, a inventory.CompositeAlarm) error {
	return r.call(ctx, "PutCompositeAlarm", func() error {
		have := r.composite.get(a.Name)
		fault := faultOfAlarm(a.Name, a.Description, a.Actions)
		if fault == "" && have == nil {
			fault = faultOfTags(a.Tags)
		}
		if fault == "" && r.metric.get(a.Name) != nil {
			fault = "a metric alarm has the name " + a.Name
		}
		children, ruleFault := r.childrenOf(a.Rule)
		if fault == "" {
			fault = ruleFault
		}
		if fault != "" {
			return &Error{"ValidationError", fault}
		}
		for _, c := range children {
			if parents := r.parentsOf(c); len(parents) >= maxParents && !slices.Contains(parents, a.Name) {
				return &Error{"LimitExceeded", c + " is in the rules of 150 composite alarms"}
			}
		}
		if have == nil {
			have = &alarm[inventory.CompositeAlarm]{made: time.Now()}
			have.tags.set(wireTags(a.Tags))
			r.composite.put(a.Name, have)
			r.alarmNames = nil
		}
		have.T, have.children = wireComposite(a), children
		return nil
	})
}

// childrenOf reads a rule and finds its children, which must be there.
func (r *Region) childrenOf(rule string) (children []string, fault string) {
	if !between(rule, 1, maxRule) {
		return nil, "alarmRule: 1 to 10240 characters"
	}
	parsed, fault := parseRule(rule)
	switch {
	case fault != "":
		return nil, "AlarmRule: " + fault
	case len(parsed.children) > maxChildren:
		return nil, "AlarmRule: more than 100 alarms"
	case parsed.elements > maxElements:
		return nil, "AlarmRule: more than 500 elements"
	}
	for i, c := range parsed.children {
		if name := alarmName(c); name != "" { // given by its ARN
			c = name
			parsed.children[i] = c
		}
		if r.alarmTags(c) == nil {
			return nil, "AlarmRule: the alarm " + c + " does not exist"
		}
	}
	return parsed.children, ""
}
