package collector

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/collector/rule"
)

// resolver reads the settings of one resource from the tags of its bearers.
type resolver struct {
	*decider
	arn     string
	bearers []bearer
	found   *[]Finding
	sources *[]Source // nil: nobody asks
}

// resolve fills in dec's wish, findings and reason.
func (d *decider) resolve(dec *Decision, arn string, bearers []bearer, sources *[]Source) {
	r := &resolver{d, arn, bearers, &dec.Findings, sources}
	if _, _, tagged := r.lookup(d.cfg.Tags.Product); !tagged {
		dec.Why = "no tag " + d.cfg.Tags.Product + r.misspelt(d.cfg.Tags.Product)
		return
	}
	var w Wish
	w.Product = r.slug("product", d.cfg.Tags.Product)
	w.Environment = r.slug("environment", d.cfg.Tags.Environment)
	w.Team = r.text("team", d.cfg.Tags.Team)
	w.Logs = r.onOff("logs", d.cfg.Tags.Logs)
	w.Pattern = r.pattern()
	w.Alarms = r.onOff("alarms", d.cfg.Tags.Alarms)
	w.Severity = r.severity()
	w.Runbook = r.runbook(w.Product)
	for i := range rule.All() {
		w.Thresholds[i] = r.threshold(dec.Kind, &rule.All()[i])
	}
	r.ownRules(dec, w)
	r.unknownRules()
	r.pinned(w.Product)
	switch {
	case dec.Kind == inventory.KindLogGroup && !w.Logs:
		dec.Why = "switched off by tag " + d.cfg.Tags.Logs
	case dec.Kind != inventory.KindLogGroup && !w.Alarms:
		dec.Why = "switched off by tag " + d.cfg.Tags.Alarms
	}
	dec.Wish = d.share(w)
}

// misspelt names a tag that is the wanted one but for its case: AWS tells them apart, and so do we.
func (r *resolver) misspelt(want string) string {
	for _, b := range r.bearers {
		for _, t := range b.tags {
			if t.Key != want && strings.EqualFold(t.Key, want) {
				return fmt.Sprintf(" (there is %s, which is another key: tags are told apart by case)", t.Key)
			}
		}
	}
	return ""
}

func (d *decider) share(w Wish) *Wish {
	if have := d.wishes[w]; have != nil {
		return have
	}
	d.wishes[w] = &w
	return &w
}

// lookup finds the tag on the nearest bearer. Bearers of one rank that disagree give
// nothing: then the default is safer than a guess.
func (r *resolver) lookup(key string) (value, from string, found bool) {
	for i, b := range r.bearers {
		v, ok := b.tags.Get(key)
		if !ok {
			continue
		}
		if b.from == "" {
			return v, "own tag " + key, true
		}
		for _, other := range r.bearers[i+1:] {
			if o, also := other.tags.Get(key); also && o != v && !sameFamily(b.from, other.from) && key != r.cfg.Tags.Product {
				r.find(key, fmt.Sprintf("%s says '%s' and %s says '%s': tag the resource itself", b.from, v, other.from, o))
				return "", "", false
			}
		}
		return v, "inherited from " + b.from, true
	}
	return "", "", false
}

// sameFamily reports that a is a stage and b an API: of these the stage counts.
func sameFamily(a, b string) bool {
	return strings.HasPrefix(a, "stage ") && strings.HasPrefix(b, "API ")
}

func (r *resolver) find(tag, problem string) {
	*r.found = append(*r.found, Finding{r.arn, tag, problem})
}

func (r *resolver) note(setting, value, from string) {
	if r.sources != nil {
		*r.sources = append(*r.sources, Source{setting, value, from})
	}
}

func (r *resolver) slug(setting, key string) string {
	v, from, found := r.lookup(key)
	if !found {
		from = "default"
		r.find(key, "no tag "+key+": filed under "+seamark.Unassigned)
	}
	slug := seamark.Slug(v)
	switch {
	case found && v == "":
		r.find(key, "the tag is empty: filed under "+slug)
	case found && slug != v:
		r.find(key, fmt.Sprintf("'%s' is filed as '%s': write it so", v, slug))
	}
	r.note(setting, slug, from)
	return slug
}

func (r *resolver) text(setting, key string) string {
	v, from, found := r.lookup(key)
	if !found {
		from = "default"
	}
	r.note(setting, v, from)
	return v
}

func (r *resolver) onOff(setting, key string) bool {
	v, from, found := r.lookup(key)
	on := true
	switch strings.ToLower(strings.TrimSpace(v)) {
	case "on":
	case "off":
		on = false
	default:
		if found {
			r.find(key, fmt.Sprintf("'%s' is neither on nor off: taken as on", v))
		}
		from = "default"
	}
	word := "off"
	if on {
		word = "on"
	}
	r.note(setting, word, from)
	return on
}

func (r *resolver) pattern() string {
	key := r.cfg.Tags.Filter
	name, from, found := r.lookup(key)
	if !found {
		r.note("filter", "", "default")
		return ""
	}
	pattern, known := r.cfg.Filters[strings.TrimSpace(name)]
	if !known {
		problem := fmt.Sprintf("no filter is called '%s': everything is forwarded", name)
		if len(r.cfg.Filters) > 0 {
			problem += "; known are " + strings.Join(slices.Sorted(maps.Keys(r.cfg.Filters)), ", ")
		}
		r.find(key, problem)
		from = "default"
	}
	r.note("filter", pattern, from)
	return pattern
}

func (r *resolver) severity() string {
	key := r.cfg.Tags.Severity
	v, from, found := r.lookup(key)
	s := strings.ToLower(strings.TrimSpace(v))
	if s != seamark.SeverityCritical && s != seamark.SeverityWarning {
		if found {
			r.find(key, fmt.Sprintf("'%s' is neither critical nor warning: taken as warning", v))
		}
		s, from = seamark.SeverityWarning, "default"
	}
	r.note("severity", s, from)
	return s
}

func (r *resolver) runbook(product string) string {
	v, from, found := r.lookup(r.cfg.Tags.Runbook)
	if found && !strings.HasPrefix(v, "https://") && !strings.HasPrefix(v, "http://") {
		r.find(r.cfg.Tags.Runbook, fmt.Sprintf("'%s' is no http(s) link: left out", v))
		v, found = "", false
	}
	if !found {
		v, from = r.cfg.Runbooks[product], "configuration"
		if v == "" {
			from = "default"
		}
	}
	r.note("runbook", v, from)
	return v
}

// threshold is when a rule fires for a resource of that kind; the zero value for others.
func (r *resolver) threshold(kind inventory.Kind, of *rule.Rule) rule.Threshold {
	if of.Kind != kind {
		return rule.Threshold{}
	}
	t, from := of.Default, "default"
	if c, found := r.cfg.Thresholds[of.Name]; found {
		t, from = c, "configuration"
	}
	key := r.cfg.Tags.AlarmPrefix + of.Name
	if v, origin, found := r.lookup(key); found {
		own, problem := of.Parse(v, t)
		if problem == "" {
			t, from = own, origin
		} else {
			r.find(key, problem)
		}
	}
	r.note("alarm-"+of.Name, t.String(), from)
	return t
}

// ownRules notes which rules of people's own a log group's rows are held to.
func (r *resolver) ownRules(dec *Decision, w Wish) {
	for _, name := range r.cfg.OwnRules {
		key := r.cfg.Tags.AlarmPrefix + name
		v, from, found := r.lookup(key)
		if !found || dec.Kind != inventory.KindLogGroup {
			continue
		}
		on, threshold, window, problem := rule.ParseAsked(v)
		if problem != "" {
			r.find(key, problem)
			continue
		}
		r.note("alarm-"+name, strings.ToLower(strings.TrimSpace(v)), from)
		if on && w.Logs {
			dec.Rules = append(dec.Rules, seamark.AskedRule{Rule: name, Product: w.Product, Environment: w.Environment, Component: dec.Component, Threshold: threshold, Window: window})
		}
	}
}

// unknownRules reports tags that look like a rule's and are none.
func (r *resolver) unknownRules() {
	for _, t := range r.bearers[0].tags {
		name, names := strings.CutPrefix(t.Key, r.cfg.Tags.AlarmPrefix)
		if names && rule.Named(name) == nil && !slices.Contains(r.cfg.OwnRules, name) {
			r.find(t.Key, "there is no rule '"+name+"'; known are "+strings.Join(slices.Concat(rule.Names(), r.cfg.OwnRules), ", "))
		}
	}
}

// pinned reports a product that this account may not claim.
func (r *resolver) pinned(product string) {
	accounts := r.cfg.Accounts[product]
	if len(accounts) > 0 && !slices.Contains(accounts, r.inv.Place.Account) && !r.cfg.Central.in(r.inv.Place) { // a copy's events name their accounts themselves
		r.find(r.cfg.Tags.Product, fmt.Sprintf("account %s may not claim product %s: its data is filed under %s",
			r.inv.Place.Account, product, seamark.Unassigned))
	}
}

// Threshold is when the rule of that name fires; false for one that the resource has not.
func (w *Wish) Threshold(name string) (rule.Threshold, bool) {
	for i := range rule.All() {
		if rule.All()[i].Name == name {
			return w.Thresholds[i], w.Thresholds[i] != rule.Threshold{}
		}
	}
	return rule.Threshold{}, false
}
