package dashboards

import (
	"maps"
	"unicode/utf8"

	"github.com/seamark-hq/seamark"
)

// maxTextBytes is how much of one text a listing carries. One event may hold 1 MB;
// five hundred of those would freeze the page.
const maxTextBytes = 2 << 10

// cutText returns at most maxTextBytes of s, cut between two characters, and whether it was cut.
func cutText(s string) (string, bool) {
	if len(s) <= maxTextBytes {
		return s, false
	}
	end := maxTextBytes
	for end > maxTextBytes-utf8.UTFMax && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end], true
}

// cutRow returns a copy of the hit with its long texts cut, and says which. What the searcher
// has cut already stays as it says.
func cutRow(hit seamark.Hit) seamark.Hit {
	out := hit
	out.Cut = maps.Clone(hit.Cut)
	cut := func(name string, text *string) {
		whole := len(*text)
		short, was := cutText(*text)
		if !was {
			return
		}
		*text = short
		if out.Cut == nil {
			out.Cut = map[string]int{}
		}
		out.Cut[name] = max(whole, out.Cut[name])
	}
	if hit.Log != nil {
		l := *hit.Log
		cut("message", &l.Message)
		cut("event_data", &l.EventData)
		cut("event_name", &l.EventName)
		cut("error_type", &l.ErrorType)
		cut("error_message", &l.ErrorMessage)
		cut("error_stack", &l.ErrorStack)
		out.Log = &l
	}
	if hit.Access != nil {
		a := *hit.Access
		cut("path", &a.Path)
		cut("route", &a.Route)
		cut("user_agent", &a.UserAgent)
		cut("error_message", &a.ErrorMessage)
		cut("extra", &a.Extra)
		out.Access = &a
	}
	return out
}
