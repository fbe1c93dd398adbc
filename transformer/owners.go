package transformer

import (
	"strings"

	seamark "github.com/seamark-hq/seamark"
)

// Owners says whose a log group is when no filter of ours names it, and which accounts
// may speak for a product.
type Owners struct {
	Patterns []SourcePattern
	// Accounts lists, for a product pinned to accounts, those that may claim it.
	Accounts map[string][]string
}

// SourcePattern gives the log groups whose name matches Source to a workload. A '*'
// matches any run of characters; the first pattern that matches counts.
type SourcePattern struct {
	Source      string
	Product     string
	Environment string
	Team        string
}

func (o *Owners) allows(product, account string) bool {
	if o == nil {
		return true
	}
	pinned, ok := o.Accounts[product]
	if !ok || len(pinned) == 0 {
		return true
	}
	for _, a := range pinned {
		if a == account {
			return true
		}
	}
	return false
}

func (o *Owners) bySource(source string) (seamark.Workload, bool) {
	if o == nil {
		return seamark.Workload{}, false
	}
	for _, p := range o.Patterns {
		if matches(p.Source, source) {
			return seamark.Workload{Product: seamark.Slug(p.Product), Environment: seamark.Slug(p.Environment), Team: p.Team}, true
		}
	}
	return seamark.Workload{}, false
}

// matches reports whether s matches a pattern with '*', in linear time.
func matches(pattern, s string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == s
	}
	s, ok := strings.CutPrefix(s, parts[0])
	if !ok {
		return false
	}
	last := parts[len(parts)-1]
	for _, part := range parts[1 : len(parts)-1] {
		i := strings.Index(s, part)
		if i < 0 {
			return false
		}
		s = s[i+len(part):]
	}
	return strings.HasSuffix(s, last)
}
