package rulebook

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	seamark "github.com/seamark-hq/seamark"
)

// maxFile bounds a file of rules, in bytes, and maxRules all rules.
const (
	maxFile  = 1 << 20
	maxRules = 2000
)

// Book are the rules that can be evaluated, by name.
type Book struct{ Rules []*Rule }

// Limits are what rules are held to besides themselves. A zero value holds them to nothing.
type Limits struct {
	// Retention is how long rows are kept; 0: for ever.
	Retention time.Duration
}

// Read takes own rules, which were checked, and reads files of more; patterns may hold *. What is
// wrong is in faults, each with file and line, and leaves out the rule that it is about, no other.
func Read(own []Rule, patterns []string, l Limits) (b Book, faults []error) {
	seen := map[string]string{}
	for i := range own {
		r := own[i]
		if err := r.ready("rules.own", l); err != nil {
			faults = append(faults, err...)
			continue
		}
		seen[r.Name] = r.file
		b.Rules = append(b.Rules, &r)
	}
	for _, pattern := range patterns {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			faults = append(faults, &seamark.Fault{Class: seamark.Rejected, Where: pattern, What: "there is no such file of rules", Remedy: "name one that there is, or take it out of rules.files"})
		}
		slices.Sort(files)
		for _, file := range files {
			text, err := readFile(file)
			if err != nil {
				faults = append(faults, err)
				continue
			}
			rules, wrong := Parse(file, text, l)
			faults = append(faults, wrong...)
			for _, r := range rules {
				if other, twice := seen[r.Name]; twice {
					faults = append(faults, &seamark.Fault{Class: seamark.Rejected, Where: r.file, What: fmt.Sprintf("a rule is called %q already, in %s", r.Name, other), Remedy: "give each its own name"})
					continue
				}
				seen[r.Name] = r.file
				b.Rules = append(b.Rules, r)
			}
		}
	}
	if len(b.Rules) > maxRules {
		faults = append(faults, &seamark.Fault{Class: seamark.Rejected, What: fmt.Sprintf("there are %d rules; the first %d count", len(b.Rules), maxRules), Where: "rules.files", Remedy: "join those that differ by a value alone: by"})
		b.Rules = b.Rules[:maxRules]
	}
	slices.SortFunc(b.Rules, byName)
	return b, faults
}

func byName(x, y *Rule) int { return strings.Compare(x.Name, y.Name) }

func readFile(file string) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, &seamark.Fault{Class: seamark.Rejected, Where: file, What: "the rules cannot be read", Err: seamark.RootCause(err), Remedy: "give this user the right to read them"}
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err == nil && len(text) > maxFile {
		err = fmt.Errorf("longer than 1 MiB")
	}
	if err != nil {
		return nil, &seamark.Fault{Class: seamark.Rejected, Where: file, What: "the rules cannot be read", Err: err}
	}
	return text, nil
}

// Parse reads the text of a file: a mapping with the list rules.
func Parse(file string, text []byte, l Limits) (rules []*Rule, faults []error) {
	wrong := func(line int, what, remedy string) {
		where := file
		if line > 0 {
			where = fmt.Sprintf("%s:%d", file, line)
		}
		faults = append(faults, &seamark.Fault{Class: seamark.Rejected, Where: where, What: what, Remedy: remedy})
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		wrong(0, "not YAML: "+err.Error(), "check indentation and quotes")
		return nil, faults
	}
	if len(doc.Content) == 0 {
		return nil, nil // an empty file
	}
	list, line := listOf(doc.Content[0])
	if list == nil {
		wrong(line, "there is no list of rules", "write rules: and below it each rule with a dash")
		return nil, faults
	}
	for _, n := range list {
		r := &Rule{file: fmt.Sprintf("%s:%d", file, n.Line)}
		if err := strict(n, r); err != nil {
			wrong(n.Line, err.Error(), "see docs/howto/rules.md")
			continue
		}
		if r.Tags {
			wrong(n.Line, fmt.Sprintf("rule %q: tags: whoever reads tags does not read this file", cut(r.Name)), "write the rule below rules.own in seamark.yml")
			continue
		}
		if bad := r.ready(r.file, l); bad != nil {
			faults = append(faults, bad...)
			continue
		}
		rules = append(rules, r)
	}
	return rules, faults
}

// ready makes a rule that can be evaluated, or says why it is none.
func (r *Rule) ready(where string, l Limits) (faults []error) {
	r.file = where
	r.settle()
	f := func(key, what, remedy string) {
		if key != "" {
			what = key + ": " + what
		}
		faults = append(faults, &seamark.Fault{Class: seamark.Rejected, Where: where, What: fmt.Sprintf("rule %q: %s", cut(r.Name), what), Remedy: remedy})
	}
	r.check(f)
	if reach := r.reach(); l.Retention > 0 && reach > l.Retention {
		f("", fmt.Sprintf("it looks back %v, and rows are kept for %v", reach, l.Retention), "make window shorter, or retention.lake longer")
	}
	return faults
}

// Check calls fault for each wrong key of rules, as own[0].window, with what is wrong and the remedy.
func Check(own []Rule, fault func(key, what, remedy string)) {
	seen := map[string]bool{}
	for i := range own {
		r := own[i] // as it was written it stays
		r.settle()
		r.check(func(key, what, remedy string) {
			fault(strings.TrimSuffix(fmt.Sprintf("own[%d].%s", i, key), "."), what, remedy)
		})
		if seen[r.Name] {
			fault(fmt.Sprintf("own[%d].name", i), fmt.Sprintf("a rule is called %q already", cut(r.Name)), "give each its own name")
		}
		seen[r.Name] = true
	}
}

// reach is how far back a rule looks.
func (r *Rule) reach() time.Duration {
	if r.Kind == Anomaly {
		return weeks*week + around + bucket
	}
	return time.Duration(r.Window)
}

// listOf is the list below rules.
func listOf(n *yaml.Node) (list []*yaml.Node, line int) {
	if n.Kind == yaml.MappingNode {
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == "rules" && n.Content[i+1].Kind == yaml.SequenceNode && len(n.Content) == 2 {
				return n.Content[i+1].Content, n.Line
			}
		}
	}
	return nil, n.Line
}

// strict decodes a node; a key that there is not is an error.
func strict(n *yaml.Node, into any) error {
	text, err := yaml.Marshal(n)
	if err != nil {
		return err
	}
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	if err := d.Decode(into); err != nil {
		return plainYAML(err)
	}
	return nil
}
