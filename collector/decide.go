package collector

import (
	"fmt"
	"slices"
	"strings"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/collector/rule"
)

// Decision is what is to become of one resource.
type Decision struct {
	Kind      inventory.Kind
	Name      string // log group, function, or "<API>/<stage>"
	Index     int    // in the inventory's list of its kind
	Component string // as filter names and alarms carry it
	Wish      *Wish  // nil: not onboarded. Resources with equal tags share one
	Why       string // why it is not onboarded, or not wholly
	Unknown   bool   // what decides could not be read: left as it is
	Central   string // of a log group: the account whose copy of it is forwarded in its place; empty: none
	Findings  []Finding
	Rules     []seamark.AskedRule // of people's own, that the tags of a log group ask for; their place is left out
}

// Wish is what a resource's tags ask for, with defaults filled in.
type Wish struct {
	Product, Environment string // slugs
	Team                 string
	Logs, Alarms         bool
	Pattern              string // of the subscription filter; empty forwards all
	Severity             string
	Runbook              string
	Thresholds           [6]rule.Threshold // in the order of rules
}

// Finding is something about a resource that its team or the operator should mend. It
// stops nothing.
type Finding struct {
	Resource string // ARN, or name where there is none
	Tag      string // key of the tag at fault; may be empty
	Problem  string // "'abc' is not a threshold: …"
}

// Source says where the effective value of one setting came from.
type Source struct {
	Setting string // "product", "alarm-4xx"
	Value   string
	From    string // "own tag seamark:product", "inherited from function x", "configuration", "default"
}

// bearer is something whose tags count: the resource itself, or what it inherits from.
type bearer struct {
	tags inventory.Tags
	from string // empty: the resource itself
}

// decider decides for one place.
type decider struct {
	cfg    *Config
	inv    *inventory.Inventory
	wishes map[Wish]*Wish // equal wishes are kept once

	functionsOf map[string][]int // by log group: the functions that write there
	stagesOf    map[string][]int // by log group: the stages that do
}

// Decide says for each resource of inv, in the order groups, functions, stages, what its
// tags ask for.
func Decide(cfg *Config, inv *inventory.Inventory) []Decision {
	d := newDecider(cfg, inv)
	all := make([]Decision, 0, len(inv.Groups)+len(inv.Functions)+len(inv.Stages))
	for i := range inv.Groups {
		all = append(all, d.group(i, nil))
	}
	for i := range inv.Functions {
		all = append(all, d.function(i, nil))
	}
	for i := range inv.Stages {
		all = append(all, d.stage(i, nil))
	}
	d.sameNamedAPIs(all)
	return all
}

// Explain decides again for the resource of that kind and index, and tells where each
// effective value came from.
func Explain(cfg *Config, inv *inventory.Inventory, kind inventory.Kind, index int) (Decision, []Source) {
	d := newDecider(cfg, inv)
	var sources []Source
	switch kind {
	case inventory.KindFunction:
		return d.function(index, &sources), sources
	case inventory.KindStage:
		return d.stage(index, &sources), sources
	}
	return d.group(index, &sources), sources
}

func newDecider(cfg *Config, inv *inventory.Inventory) *decider {
	d := &decider{cfg: cfg.WithDefaults(), inv: inv, wishes: map[Wish]*Wish{}, functionsOf: map[string][]int{}, stagesOf: map[string][]int{}}
	for i := range inv.Functions {
		g := inv.Functions[i].Group()
		d.functionsOf[g] = append(d.functionsOf[g], i)
	}
	for i := range inv.Stages {
		s := &inv.Stages[i]
		for _, g := range slices.Compact([]string{s.Group(), executionGroup(s)}) {
			if g != "" {
				d.stagesOf[g] = append(d.stagesOf[g], i)
			}
		}
	}
	return d
}

func (d *decider) function(i int, sources *[]Source) Decision {
	f := &d.inv.Functions[i]
	dec := Decision{Kind: inventory.KindFunction, Name: f.Name, Index: i, Component: f.Name, Unknown: f.Unread}
	d.resolve(&dec, d.inv.Place.FunctionARN(f.Name), []bearer{{tags: f.Tags}}, sources)
	return dec
}

func (d *decider) stage(i int, sources *[]Source) Decision {
	s := &d.inv.Stages[i]
	dec := Decision{Kind: inventory.KindStage, Name: s.Component(), Index: i, Component: s.Component()}
	bearers := []bearer{{tags: s.Tags}, {tags: s.API.Tags, from: "API " + s.API.Name}}
	d.resolve(&dec, d.inv.Place.StageARN(s), bearers, sources)
	return dec
}

func (d *decider) group(i int, sources *[]Source) Decision {
	g := &d.inv.Groups[i]
	dec := Decision{Kind: inventory.KindLogGroup, Name: g.Name, Index: i, Component: g.Name, Unknown: g.Unread}
	arn := d.inv.Place.LogGroupARN(g.Name)
	bearers, components := d.parents(g)
	if len(components) == 1 {
		dec.Component = components[0]
	}
	if _, own := g.Tags.Get(d.cfg.Tags.Product); !own {
		if products := d.productsOf(bearers[1:]); len(products) > 1 {
			dec.Why = "shared by resources of the products " + strings.Join(products, " and ") + "; tag the log group itself with " + d.cfg.Tags.Product
			dec.Findings = append(dec.Findings, Finding{arn, d.cfg.Tags.Product, dec.Why})
			return dec
		}
	}
	if d.inheritanceUnread(g) {
		dec.Unknown = true
	}
	d.resolve(&dec, arn, bearers, sources)
	d.centralise(&dec, g)
	switch {
	case dec.Wish == nil || !dec.Wish.Logs || dec.Central != "":
	case g.Class != "" && g.Class != inventory.StandardClass:
		dec.refuse(arn, "its log class "+g.Class+" knows no subscription filters")
	case slices.ContainsFunc(d.cfg.Exclude, func(p string) bool { return matches(p, g.Name) }):
		dec.refuse(arn, "it belongs to the pipeline itself")
	}
	return dec
}

// refuse takes a log group out of onboarding, and says why.
func (dec *Decision) refuse(arn, why string) {
	dec.Wish, dec.Why = nil, why
	dec.Findings = append(dec.Findings, Finding{Resource: arn, Problem: why})
}

// inheritanceUnread reports that g may inherit from something that could not be read.
func (d *decider) inheritanceUnread(g *inventory.LogGroup) bool {
	t := d.cfg.Tags
	for _, key := range []string{t.Product, t.Environment, t.Team} {
		if _, own := g.Tags.Get(key); own {
			continue
		}
		if len(d.inv.Unreadable) > 0 {
			return true
		}
		for _, i := range d.functionsOf[g.Name] {
			if d.inv.Functions[i].Unread {
				return true
			}
		}
	}
	return false
}

// parents lists whose tags count for g, itself first, and the components that write to it.
func (d *decider) parents(g *inventory.LogGroup) ([]bearer, []string) {
	bearers := []bearer{{tags: g.Tags}}
	var components []string
	for _, i := range d.functionsOf[g.Name] {
		f := &d.inv.Functions[i]
		bearers = append(bearers, bearer{f.Tags, "function " + f.Name})
		components = append(components, f.Name)
	}
	for _, i := range d.stagesOf[g.Name] {
		s := &d.inv.Stages[i]
		bearers = append(bearers, bearer{s.Tags, "stage " + s.Component()}, bearer{s.API.Tags, "API " + s.API.Name})
		components = append(components, s.Component())
	}
	return bearers, components
}

// productsOf lists the distinct products of the bearers, sorted. A stage's own tag hides its API's.
func (d *decider) productsOf(bearers []bearer) []string {
	var products []string
	hidden := false
	for _, b := range bearers {
		v, found := b.tags.Get(d.cfg.Tags.Product)
		if found && !(hidden && strings.HasPrefix(b.from, "API ")) {
			products = append(products, seamark.Slug(v))
		}
		hidden = found && strings.HasPrefix(b.from, "stage ")
	}
	slices.Sort(products)
	return slices.Compact(products)
}

// sameNamedAPIs reports REST APIs of one name: CloudWatch keys their metrics by it, so
// that their figures merge.
func (d *decider) sameNamedAPIs(all []Decision) {
	ids := map[string]map[string]bool{}
	for i := range d.inv.Stages {
		if s := &d.inv.Stages[i]; s.API.Protocol == inventory.REST {
			if ids[s.Component()] == nil {
				ids[s.Component()] = map[string]bool{}
			}
			ids[s.Component()][s.API.ID] = true
		}
	}
	for i := range all {
		dec := &all[i]
		if dec.Kind != inventory.KindStage || dec.Wish == nil || d.inv.Stages[dec.Index].API.Protocol != inventory.REST {
			continue
		}
		if n := len(ids[dec.Name]); n > 1 {
			arn := d.inv.Place.StageARN(&d.inv.Stages[dec.Index])
			dec.Findings = append(dec.Findings, Finding{Resource: arn, Problem: fmt.Sprintf(
				"%d REST APIs share this name and stage; CloudWatch adds up their figures: give each a name of its own", n)})
		}
	}
}
