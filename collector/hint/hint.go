package hint

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/seamark-hq/seamark/collector/inventory"
)

// Hint says what may have changed in a place. It brings a sweep of just that forward;
// nothing is wrong when it is lost, late or doubled.
type Hint struct {
	Place     inventory.Place
	Groups    []string // names of log groups
	Functions []string // names of Lambda functions
	APIs      []APIRef
	Whole     bool   // what changed cannot be looked at alone: the whole place
	Why       string // "TagResource by arn:aws:sts::…", for people
}

// APIRef names an API of API Gateway.
type APIRef struct {
	ID       string
	Protocol inventory.Protocol // HTTP stands for WebSocket too where the sender does not say
}

// Most is how many resources are looked at one by one. Beyond that the listings of a
// whole sweep are the cheaper way: they read 50 to 100 at a call.
const Most = 40

// Merge makes one hint per place of many, sorted by place. Names come once, sorted; more
// resources than are worth looking at one by one become the whole place.
func Merge(hints []Hint) []Hint {
	merged := map[inventory.Place]*mergedHint{}
	for _, h := range hints {
		m := merged[h.Place]
		if m == nil {
			m = &mergedHint{groups: map[string]bool{}, functions: map[string]bool{}, apis: map[string]APIRef{}, why: h.Why}
			merged[h.Place] = m
		}
		m.add(&h)
	}
	out := make([]Hint, 0, len(merged))
	for p, m := range merged {
		out = append(out, m.hint(p))
	}
	slices.SortFunc(out, func(a, b Hint) int {
		return cmp.Or(strings.Compare(a.Place.Account, b.Place.Account), strings.Compare(a.Place.Region, b.Place.Region))
	})
	return out
}

type mergedHint struct {
	groups, functions map[string]bool
	apis              map[string]APIRef // by id
	whole             bool
	why               string // of the first
	more              int
}

func (m *mergedHint) add(h *Hint) {
	m.whole = m.whole || h.Whole
	for _, name := range h.Groups {
		m.groups[name] = true
	}
	for _, name := range h.Functions {
		m.functions[name] = true
	}
	for _, a := range h.APIs {
		if have, found := m.apis[a.ID]; !found || have.Protocol < a.Protocol { // WEBSOCKET says more than HTTP
			m.apis[a.ID] = a
		}
	}
	if h.Why != m.why {
		m.more++
	}
}

func (m *mergedHint) hint(p inventory.Place) Hint {
	h := Hint{Place: p, Why: m.why}
	if m.more > 0 {
		h.Why = fmt.Sprintf("%s, and %d more", m.why, m.more)
	}
	if m.whole || len(m.groups)+len(m.functions)+len(m.apis) > Most {
		h.Whole = true
		return h
	}
	h.Groups, h.Functions = slices.Sorted(maps.Keys(m.groups)), slices.Sorted(maps.Keys(m.functions))
	for _, id := range slices.Sorted(maps.Keys(m.apis)) {
		h.APIs = append(h.APIs, m.apis[id])
	}
	return h
}
