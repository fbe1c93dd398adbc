package cloudwatch

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/seamark-hq/seamark/alerter/words"
)

// number is a JSON number, also one in quotes; anything else is not known.
type number struct {
	v     float64
	known bool
}

// UnmarshalJSON never fails: a figure that cannot be read must not cost the card.
func (n *number) UnmarshalJSON(b []byte) error {
	v, err := strconv.ParseFloat(strings.Trim(string(b), `"`), 64)
	*n = number{}
	if err == nil && words.Finite(v) == v {
		*n = number{v, true}
	}
	return nil
}

// text is a JSON string; null is empty and any other value is kept as its JSON.
type text string

// UnmarshalJSON never fails, for the same reason.
func (t *text) UnmarshalJSON(b []byte) error {
	var s *string
	*t = ""
	if err := json.Unmarshal(b, &s); err != nil {
		*t = text(b)
		return nil
	}
	if s != nil {
		*t = text(*s)
	}
	return nil
}

// list is a JSON array; anything else is empty.
type list[T any] []T

// UnmarshalJSON never fails, for the same reason.
func (l *list[T]) UnmarshalJSON(b []byte) error {
	var all []json.RawMessage
	*l = nil
	if json.Unmarshal(b, &all) != nil {
		return nil
	}
	for _, raw := range all {
		var v T
		if json.Unmarshal(raw, &v) == nil {
			*l = append(*l, v)
		}
	}
	return nil
}

// dimensions are the parts of a metric's name: a list of names and values, or an object.
type dimensions map[string]string

// UnmarshalJSON never fails, for the same reason.
func (d *dimensions) UnmarshalJSON(b []byte) error {
	*d = dimensions{}
	var pairs list[struct {
		Name  text `json:"name"`
		Value text `json:"value"`
	}]
	if json.Unmarshal(b, &pairs); len(pairs) > 0 {
		for _, p := range pairs {
			(*d)[string(p.Name)] = string(p.Value)
		}
		return nil
	}
	var object map[string]text
	if json.Unmarshal(b, &object) == nil {
		for k, v := range object {
			(*d)[k] = string(v)
		}
	}
	return nil
}

// embedded is a JSON object, also one in a JSON string, as AWS writes reasonData.
type embedded []byte

// UnmarshalJSON never fails, for the same reason.
func (e *embedded) UnmarshalJSON(b []byte) error {
	*e = append((*e)[:0], inner(b)...)
	return nil
}
