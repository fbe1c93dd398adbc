package redact

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	seamark "github.com/seamark-hq/seamark"
)

// Rule is one rule as seamark.yml has it.
type Rule struct {
	Name     string   `yaml:"name" doc:"Name that stands in what replaces a value: lower-case letters and hyphens, 32 at most."`
	Fields   []string `yaml:"fields" doc:"Columns (message, error_stack, …) and paths such as event_data.user.email. Empty: every column that holds text of the event."`
	Patterns []string `yaml:"patterns" doc:"email, ipv4, ipv6, card (payment card numbers that pass Luhn's check), bearer (the token behind the word). Without patterns and regex the whole value of each field counts."`
	Regex    string   `yaml:"regex" doc:"RE2 expression; with a group only what the first group matches counts."`
	Action   string   `yaml:"action" doc:"mask: [redacted-<name>]; hash: [<name>-<16 letters>], equal for equal values, needs a key; drop: the whole value that holds a match goes. Empty: mask."`
	Products []string `yaml:"products" doc:"Products it is for. Empty: all."`
}

// The actions of a rule.
const (
	Mask = "mask"
	Hash = "hash"
	Drop = "drop"
)

// Actions lists what a rule may do.
func Actions() []string { return []string{Mask, Hash, Drop} }

// Columns lists the columns of both tables that hold text of the event itself. What the
// envelope and the filter's name say (account, source, stream, …) is not redacted.
func Columns() []string {
	return []string{"message", "event_name", "event_data", "request_id", "trace_id", "span_id", "component", "error_type", "error_message",
		"error_stack", "path", "route", "ip", "user_agent", "extra"}
}

// MinKey is the least length of the key for hash, in bytes.
const MinKey = 16

// maxRegex bounds an expression, in bytes.
const maxRegex = 1000

var namePattern = regexp.MustCompile(`^[a-z][a-z-]{0,31}$`)

// Validate reports each fault of the rules: the key that it is about below the list
// ("[0].regex"), what is wrong, and the remedy.
func Validate(rules []Rule, hasKey bool, report func(key, what, remedy string)) {
	names := map[string]bool{}
	for i, r := range rules {
		at := fmt.Sprintf("[%d]", i)
		switch {
		case !namePattern.MatchString(r.Name):
			report(at+".name", fmt.Sprintf("%q is no name of a rule", r.Name), "use lower-case letters and hyphens, 32 at most")
		case names[r.Name]:
			report(at+".name", "two rules are called "+r.Name, "give each its own name")
		}
		names[r.Name] = true
		r.validate(at, hasKey, report)
	}
}

func (r Rule) validate(at string, hasKey bool, report func(key, what, remedy string)) {
	if r.Action != "" && !slices.Contains(Actions(), r.Action) {
		report(at+".action", fmt.Sprintf("there is no action %q", r.Action), "use "+strings.Join(Actions(), ", "))
	}
	if r.Action == Hash && !hasKey {
		report(at+".action", "hash needs a key", fmt.Sprintf("set redact.keyFile or redact.keyEnv; the key has %d bytes or more", MinKey))
	}
	for i, p := range r.Patterns {
		if finders()[p] == nil {
			report(fmt.Sprintf("%s.patterns[%d]", at, i), fmt.Sprintf("there is no pattern %q", p), "use "+strings.Join(Patterns(), ", ")+", or regex")
		}
	}
	for i, f := range r.Fields {
		column, path, nested := strings.Cut(f, ".")
		if !slices.Contains(Columns(), column) || nested && (path == "" || !isJSON(column)) {
			report(fmt.Sprintf("%s.fields[%d]", at, i), fmt.Sprintf("%q is no field that can be redacted", f),
				"use "+strings.Join(Columns(), ", ")+", or a path such as event_data.userEmail")
		}
	}
	if len(r.Fields) == 0 && len(r.Patterns) == 0 && r.Regex == "" {
		report(at, "neither fields nor patterns nor regex", "say where to look or for what")
	}
	for i, p := range r.Products {
		if s := seamark.Slug(p); s != p {
			report(fmt.Sprintf("%s.products[%d]", at, i), fmt.Sprintf("%q is not how the product is spelled", p), "write "+s)
		}
	}
	r.validateRegex(at+".regex", report)
}

func (r Rule) validateRegex(at string, report func(key, what, remedy string)) {
	if r.Regex == "" {
		return
	}
	if len(r.Regex) > maxRegex {
		report(at, fmt.Sprintf("the expression has %d bytes", len(r.Regex)), fmt.Sprintf("use %d at most", maxRegex))
		return
	}
	re, err := regexp.Compile(r.Regex)
	switch {
	case err != nil:
		report(at, "not an RE2 expression: "+strings.TrimPrefix(err.Error(), "error parsing regexp: "), "see https://github.com/google/re2/wiki/Syntax")
	case re.MatchString(""):
		report(at, "the expression matches the empty text", "make it match at least one character")
	case len(ownMatches(re, "[redacted-"+r.Name+"]")) > 0 || len(ownMatches(re, "["+r.Name+"-abcdefghijklmnop]")) > 0:
		report(at, "the expression matches its own replacement", "make it narrower, so that redacting twice is redacting once")
	}
}

// ownMatches are the matches in a replacement other than the whole of it.
func ownMatches(re *regexp.Regexp, token string) [][2]int {
	return slices.DeleteFunc(expression(re)(nil, token), func(m [2]int) bool { return m == [2]int{0, len(token)} })
}

func isJSON(column string) bool { return column == "event_data" || column == "extra" }
