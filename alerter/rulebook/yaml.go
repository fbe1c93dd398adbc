package rulebook

import (
	"errors"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

var (
	unknownKey = regexp.MustCompile(`field (\S+) not found in type \S+`)
	lineOf     = regexp.MustCompile(`^line \d+: `) // of the part that was decoded, not of the file
)

// plainYAML says what is wrong without the names of Go.
func plainYAML(err error) error {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	if e, ok := errors.AsType[*yaml.TypeError](err); ok && len(e.Errors) > 0 {
		text = lineOf.ReplaceAllString(e.Errors[0], "")
	}
	text = unknownKey.ReplaceAllString(text, "there is no key $1")
	text = strings.NewReplacer("into seamark.Duration", "as a duration such as 5m", "into float64", "as a number", "into int64", "as a whole number", "into []string", "as a list", "into string", "as text").Replace(text)
	return errors.New(strings.TrimPrefix(text, "unmarshal errors:\n  "))
}
