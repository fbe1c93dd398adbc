package seamark

import (
	"maps"
	"unicode/utf8"
)

// CutText is at most limit bytes of s, cut between two characters, and whether it was cut.
func CutText(s string, limit int) (string, bool) {
	if len(s) <= limit {
		return s, false
	}
	end := limit
	for end > max(0, limit-utf8.UTFMax) && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end], true
}

// Shorten is the row with its long texts cut to limit bytes, which it says. What was cut before stays
// as it says.
func (h Hit) Shorten(limit int) Hit {
	out := h
	out.Cut = maps.Clone(h.Cut)
	cut := func(name string, text *string) {
		whole := len(*text)
		short, was := CutText(*text, limit)
		if !was {
			return
		}
		*text = short
		if out.Cut == nil {
			out.Cut = map[string]int{}
		}
		out.Cut[name] = max(whole, out.Cut[name])
	}
	if h.Log != nil {
		l := *h.Log
		cut("message", &l.Message)
		cut("event_data", &l.EventData)
		cut("event_name", &l.EventName)
		cut("error_type", &l.ErrorType)
		cut("error_message", &l.ErrorMessage)
		cut("error_stack", &l.ErrorStack)
		out.Log = &l
	}
	if h.Access != nil {
		a := *h.Access
		cut("path", &a.Path)
		cut("route", &a.Route)
		cut("user_agent", &a.UserAgent)
		cut("error_message", &a.ErrorMessage)
		cut("extra", &a.Extra)
		out.Access = &a
	}
	return out
}
