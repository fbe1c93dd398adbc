package lines

import (
	"strings"
)

// W3C's extended log file format, which says its fields itself: those of a "#Fields: " line hold
// for the lines of the stream that follow in the payload.
// Source: https://www.w3.org/TR/WD-logfile.html

// BeginPayload forgets what the lines of the payload before said of those that follow.
func (r *Parser) BeginPayload() { r.told = nil }

// toldLine takes a line by the fields that its stream has named, and notes those that it names.
func (r *Parser) toldLine(line string) bool {
	if line == "" {
		return false
	}
	if line[0] == '#' {
		if names, ok := strings.CutPrefix(line, "#Fields: "); ok && strings.Contains(names, "sc-status") && strings.IndexByte(names, '\n') < 0 {
			r.told = &placed{' ', strings.Fields(strings.Clone(names))}
		}
		return false
	}
	if r.told == nil {
		return false
	}
	form := *r.told
	if strings.IndexByte(line, '\t') > 0 {
		form.separator = '\t'
	}
	return strings.Count(line, string(form.separator)) == len(form.names)-1 && r.takePlaced(&form, line)
}
