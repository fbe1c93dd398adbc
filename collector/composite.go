package collector

import (
	"cmp"
	"hash/fnv"
	"iter"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/collector/rule"
)

// CloudWatch's limits for a composite alarm. A child and the OR before it are an element each.
const (
	maxChildren     = 100
	maxRule         = 10_240
	maxRuleElements = 500
)

// family are the alarms of one product and environment.
type family struct {
	product, environment string
	wishes               []*Wish
	children             []string
}

// Composites builds the composite alarms over the metric alarms for which there says so:
// one per product and environment, which alone notifies; over more children than one can
// hold, a tree. They come in the order in which they can be put: children first.
func (d *Desired) Composites(there func(name string) bool) []inventory.CompositeAlarm {
	families := map[[2]string]*family{}
	add := func(name string, w *Wish) {
		key := [2]string{w.Product, w.Environment}
		f := families[key]
		if f == nil {
			f = &family{product: key[0], environment: key[1]}
			families[key] = f
		}
		f.children = append(f.children, name)
		if !slices.Contains(f.wishes, w) {
			f.wishes = append(f.wishes, w)
		}
	}
	for i := range d.Alarms {
		if a := &d.Alarms[i]; there(a.Name) {
			add(a.Name, a.Wish)
		}
	}
	for i := range d.kept {
		add(d.kept[i].name, d.kept[i].wish)
	}
	var all []inventory.CompositeAlarm
	for _, f := range families {
		all = append(all, d.tree(f)...)
	}
	slices.SortStableFunc(all, func(a, b inventory.CompositeAlarm) int {
		return cmp.Or(cmp.Compare(depth(a.Name), depth(b.Name)), strings.Compare(a.Name, b.Name))
	})
	return all
}

// The last part of a composite's name: "all" notifies; "part-<parts>-<number>" is a branch
// of a tree with so many on its level. Levels have different numbers of parts, fewer
// towards the top, so that the order of putting can be read from the name.
const compositeResource, topRule, partRule = "all", "all", "part-"

func depth(name string) int {
	rule := name[strings.LastIndexByte(name, '/')+1:]
	parts, _, _ := strings.Cut(strings.TrimPrefix(rule, partRule), "-")
	n, err := strconv.Atoi(parts)
	if err != nil {
		return 0 // the top comes last, after all branches
	}
	return -n
}

// levels cuts composites, as they come from Composites, into runs that can be put in any order.
func levels(all []inventory.CompositeAlarm) iter.Seq[[]inventory.CompositeAlarm] {
	return func(yield func([]inventory.CompositeAlarm) bool) {
		for first := 0; first < len(all); {
			end := first + 1
			for end < len(all) && depth(all[end].Name) == depth(all[first].Name) {
				end++
			}
			if !yield(all[first:end]) {
				return
			}
			first = end
		}
	}
}

// tree builds the composites of a family, from the leaves to the top.
func (d *Desired) tree(f *family) []inventory.CompositeAlarm {
	var all []inventory.CompositeAlarm
	level := f.children
	for !fitsRule(level) {
		groups := divide(level)
		level = nil
		for i, children := range groups {
			if len(children) == 0 {
				continue
			}
			name := d.compositeName(f, partRule+strconv.Itoa(len(groups))+"-"+strconv.Itoa(i+1))
			all = append(all, d.composite(f, name, children, false))
			level = append(level, name)
		}
	}
	return append(all, d.composite(f, d.compositeName(f, topRule), level, true))
}

// compositeName steps aside where another's alarm has the name.
func (d *Desired) compositeName(f *family, rule string) string {
	name := alarmName(f.product, f.environment, compositeResource, rule, "")
	if d.taken[name] {
		name = alarmName(f.product, f.environment, compositeResource, rule, d.cfg.Deployment)
	}
	return name
}

// divide spreads children over so many groups that each fits a rule. A child's group
// hangs on its name alone, so that one more child changes one group.
func divide(children []string) [][]string {
	for n := 2; ; n *= 2 {
		groups := make([][]string, n)
		for _, c := range children {
			h := fnv.New32a()
			h.Write([]byte(c))
			i := h.Sum32() % uint32(n)
			groups[i] = append(groups[i], c)
		}
		if !slices.ContainsFunc(groups, func(g []string) bool { return !fitsRule(g) }) {
			return groups
		}
	}
}

func fitsRule(children []string) bool {
	return len(children) <= maxChildren && 2*len(children)-1 <= maxRuleElements && utf8.RuneCountInString(ruleText(children)) <= maxRule
}

// ruleText fires when any child does.
func ruleText(children []string) string {
	var b strings.Builder
	for i, c := range slices.Sorted(slices.Values(children)) {
		if i > 0 {
			b.WriteString(" OR ")
		}
		b.WriteString(`ALARM("` + c + `")`)
	}
	return b.String()
}

// ruleChildren is the inverse of ruleText; of another rule it gives something that no rule of ours does.
func ruleChildren(rule string) []string {
	parts := strings.Split(strings.Join(strings.Fields(rule), " "), " OR ")
	for i, p := range parts {
		if name, ok := strings.CutPrefix(p, `ALARM("`); ok {
			parts[i] = strings.TrimSuffix(name, `")`)
		}
	}
	slices.Sort(parts)
	return parts
}

func sameComposite(a, b *inventory.CompositeAlarm) bool {
	return a.Description == b.Description && slices.Equal(ruleChildren(a.Rule), ruleChildren(b.Rule)) && a.Actions.Same(b.Actions) && a.Other == b.Other
}

func (d *Desired) composite(f *family, name string, children []string, notify bool) inventory.CompositeAlarm {
	w := f.common()
	c := inventory.CompositeAlarm{Name: name, Rule: ruleText(children)}
	c.Description = rule.Description{
		Product: f.product, Environment: f.environment, Team: w.Team, Rule: topRule, Severity: w.Severity, Runbook: w.Runbook,
	}.Text()
	if topic := fill(d.cfg.Topic, d.place); notify && topic != "" {
		c.Actions.Alarm, c.Actions.OK = []string{topic}, []string{topic}
	}
	c.Tags = d.alarmTags(&w, alarmHash(&c))
	return c
}

// common is what the wishes of a family agree on, and the worst of their severities.
func (f *family) common() Wish {
	w := *f.wishes[0]
	for _, o := range f.wishes {
		if o.Team != w.Team {
			w.Team = ""
		}
		if o.Runbook != w.Runbook {
			w.Runbook = ""
		}
		if o.Severity == seamark.SeverityCritical {
			w.Severity = o.Severity
		}
	}
	return w
}
