package main

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/seamark-hq/seamark/collector"
	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/collector/onboard"
)

// The marks of lines, in the order in which they are printed.
const marks = "+~-!= "

var markOf = map[collector.Action]string{collector.Create: "+", collector.Update: "~", collector.Delete: "-"}

// liner makes the lines of one place.
type liner struct {
	tag     string // key of the tag product
	named   map[string]*collector.Decision
	byARN   map[string]*collector.Decision
	watched []*collector.Decision // functions and stages, which alarms are named after
	changed map[*collector.Decision]bool
	folded  map[[3]string]int // alarms of one resource with the same action: the line
	lines   []changeLine
}

// linesOf makes one line of each change, of the alarms of one resource together.
func linesOf(f *onboard.Accounts, r *collector.Report, all bool) []changeLine {
	l := &liner{
		tag: cmp.Or(f.Config.Tags.Product, collector.DefaultTagKeys().Product), named: map[string]*collector.Decision{}, byARN: map[string]*collector.Decision{},
		changed: map[*collector.Decision]bool{}, folded: map[[3]string]int{},
	}
	for i := range r.Decisions {
		l.know(&r.Decisions[i])
	}
	for _, x := range r.Changes {
		l.change(x)
	}
	for _, x := range r.Findings {
		l.remark(x.Resource, x.Problem)
	}
	for _, x := range r.Failures {
		if errors.Is(x.Err, context.Canceled) {
			continue // a person stopped it, which the verb says once
		}
		l.remark(x.Resource, x.Doing+": "+x.Err.Error())
		if dec := l.named[x.Resource]; dec != nil {
			l.changed[dec] = true
		}
	}
	if all {
		l.unchanged(r.Decisions)
	}
	slices.SortStableFunc(l.lines, func(a, b changeLine) int {
		return cmp.Or(cmp.Compare(a.product, b.product), strings.Index(marks, a.mark)-strings.Index(marks, b.mark), cmp.Compare(a.what, b.what), cmp.Compare(a.name, b.name))
	})
	return l.lines
}

func (l *liner) know(dec *collector.Decision) {
	if dec.Kind == inventory.KindFunction {
		l.watched = append(l.watched, dec)
	} else {
		l.named[dec.Name] = dec
	}
	if dec.Kind == inventory.KindStage {
		l.watched = append(l.watched, dec)
	}
	for _, x := range dec.Findings {
		l.byARN[x.Resource] = dec
	}
}

func productOf(dec *collector.Decision) string {
	if dec == nil || dec.Wish == nil {
		return ""
	}
	return dec.Wish.Product
}

func (l *liner) change(x collector.Change) {
	if product, env, resource, rule, ok := alarmParts(x.Resource); ok && x.What != "subscription filter" {
		l.alarm(x, product, env, resource, rule)
		return
	}
	dec, why := l.named[x.Resource], x.Why
	product := productOf(dec)
	if parts := strings.Split(x.Name, "/"); product == "" && len(parts) > 2 && parts[0] == "seamark" && x.What == "subscription filter" {
		product = parts[2] // of a filter that goes
	}
	if dec != nil {
		l.changed[dec] = true
	}
	if x.Action == collector.Create && productOf(dec) != "" && strings.Contains(why, "tags ask for it") {
		if why = l.tag + "=" + product; dec.Wish.Pattern != "" {
			why += ", only " + dec.Wish.Pattern
		}
	}
	l.lines = append(l.lines, changeLine{product, markOf[x.Action], shortWhat(x.What), x.Resource, why})
}

// alarmParts takes "seamark/<product>/<environment>/<resource>/<rule>" apart.
func alarmParts(name string) (product, env, resource, rule string, ok bool) {
	parts := strings.SplitN(name, "/", 4)
	if len(parts) < 4 || parts[0] != "seamark" {
		return "", "", "", "", false
	}
	resource, rule = parts[3], ""
	if i := strings.LastIndexByte(resource, '/'); i >= 0 {
		resource, rule = resource[:i], resource[i+1:]
	}
	return parts[1], parts[2], resource, rule, true
}

func (l *liner) alarm(x collector.Change, product, env, resource, rule string) {
	if composite := resource == "all"; composite || x.What == "composite alarm" {
		name := env
		if !composite || rule != "all" {
			name += " " + resource + "/" + rule
		}
		l.lines = append(l.lines, changeLine{product, markOf[x.Action], shortWhat(x.What), name, x.Why})
		return
	}
	dec, why := l.watching(resource), x.Why
	if dec != nil && dec.Wish != nil {
		l.changed[dec] = true
		if t, found := dec.Wish.Threshold(rule); found && x.Action != collector.Delete {
			rule += " " + t.String()
		}
	}
	if x.Action == collector.Create {
		why = l.tag + "=" + product
	}
	key := [3]string{x.What + " " + why, string(x.Action), product + "/" + env + "/" + resource}
	if i, seen := l.folded[key]; seen {
		rules, _, _ := strings.Cut(l.lines[i].why, "   ")
		l.lines[i].why = rules + ", " + rule + "   " + why
		return
	}
	l.folded[key] = len(l.lines)
	l.lines = append(l.lines, changeLine{product, markOf[x.Action], shortWhat(x.What), env + " " + resource, rule + "   " + why})
}

// watching is the function or stage that an alarm is named after; nil when that cannot be said.
func (l *liner) watching(resource string) *collector.Decision {
	var found *collector.Decision
	for _, dec := range l.watched {
		if dec.Component == resource {
			return dec
		}
		if strings.HasPrefix(resource, dec.Component+"/") { // a route
			found = dec
		}
	}
	return found
}

// remark is a line of what someone should mend.
func (l *liner) remark(resource, text string) {
	dec := l.byARN[resource]
	if dec == nil {
		dec = l.named[shortName(resource)]
	}
	name, product := shortName(resource), productOf(dec)
	if dec != nil {
		name = dec.Name
	} else if p, env, of, rule, ok := alarmParts(resource); ok {
		name, product = env+" "+of+" "+rule, p
	}
	l.lines = append(l.lines, changeLine{product, "!", "", name, text})
}

func (l *liner) unchanged(all []collector.Decision) {
	for i := range all {
		dec := &all[i]
		switch {
		case dec.Wish == nil:
			l.lines = append(l.lines, changeLine{"", " ", string(dec.Kind), dec.Name, dec.Why})
		case !l.changed[dec]:
			l.lines = append(l.lines, changeLine{dec.Wish.Product, "=", string(dec.Kind), dec.Name, dec.Why})
		}
	}
}

func shortWhat(what string) string {
	switch what {
	case "subscription filter":
		return "filter"
	case "composite alarm":
		return "composite"
	case "alarm":
		return "alarms"
	}
	return what
}

// shortName is the part of an ARN that its team knows it by.
func shortName(name string) string {
	for _, cut := range []string{":log-group:", ":function:", ":alarm:"} {
		if _, rest, found := strings.Cut(name, cut); found {
			return rest
		}
	}
	return name
}
