package rulebook

import (
	"errors"
	"strings"

	"go.yaml.in/yaml/v3"
)

// plainYAML says what is wrong without the names of Go, and without lines of the part that was decoded.
func plainYAML(err error) error {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	if e, ok := errors.AsType[*yaml.TypeError](err); ok && len(e.Errors) > 0 {
		text = e.Errors[0]
		if _, rest, ok := strings.Cut(text, ": "); ok && strings.HasPrefix(text, "line ") {
			text = rest
		}
	}
	if before, rest, ok := strings.Cut(text, " not found in type "); ok && strings.HasPrefix(before, "field ") {
		_, behind, _ := strings.Cut(rest, "\n")
		text = strings.TrimSpace("there is no key " + strings.TrimPrefix(before, "field ") + "\n" + behind)
	}
	text = strings.NewReplacer("into seamark.Duration", "as a duration such as 5m", "into float64", "as a number", "into int64", "as a whole number", "into []string", "as a list", "into string", "as text").Replace(text)
	return errors.New(strings.TrimPrefix(text, "unmarshal errors:\n  "))
}
