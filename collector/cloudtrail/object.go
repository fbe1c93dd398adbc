package cloudtrail

import (
	"bytes"
	"encoding/json"
	"strings"
)

// object is a JSON object whose keys are matched exactly, unlike a struct's, for which
// encoding/json takes "EVENTNAME" as well. A missing key reads as nothing.
type object map[string]json.RawMessage

func toObject(v json.RawMessage) (object, bool) {
	if v = bytes.TrimLeft(v, " \t\r\n"); len(v) == 0 || v[0] != '{' {
		return nil, false
	}
	var o object
	err := json.Unmarshal(v, &o)
	return o, err == nil
}

func toText(v json.RawMessage) (string, bool) {
	if len(v) == 0 || v[0] != '"' {
		return "", false
	}
	var s string
	err := json.Unmarshal(v, &s)
	return s, err == nil
}

func (o object) has(key string) bool { return len(o[key]) > 0 }

// text is a string, or empty where there is something else.
func (o object) text(key string) string {
	s, _ := toText(o[key])
	return s
}

// object is an object, or an empty one.
func (o object) object(key string) object {
	sub, _ := toObject(o[key])
	return sub
}

// texts are the strings of a list, or of a list of one.
func (o object) texts(key string) []string {
	if s, ok := toText(o[key]); ok {
		return []string{s}
	}
	var raw []json.RawMessage
	if json.Unmarshal(o[key], &raw) != nil {
		return nil
	}
	var out []string
	for _, v := range raw {
		if s, ok := toText(v); ok {
			out = append(out, s)
		}
	}
	return out
}

// keys are the keys of an object, or the strings of a list: tags come as either, under a key that
// services write in small or capital letters.
func (o object) keys(key string) []string {
	if !o.has(key) {
		for k := range o {
			if strings.EqualFold(k, key) {
				key = k
			}
		}
	}
	sub, ok := toObject(o[key])
	if !ok {
		return o.texts(key)
	}
	var out []string
	for k := range sub {
		out = append(out, k)
	}
	return out
}
