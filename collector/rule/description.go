package rule

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"
)

// MaxDescription is CloudWatch's limit for a description, in characters.
const MaxDescription = 1024

// Description is the JSON in AlarmDescription from which the alerter makes a card.
type Description struct {
	Product     string  `json:"product"`
	Environment string  `json:"environment"`
	Team        string  `json:"team,omitempty"`
	Component   string  `json:"component,omitempty"`
	Rule        string  `json:"rule"`
	StatusCode  string  `json:"statusCode,omitempty"`
	Threshold   float64 `json:"threshold"` // ratio 0..1, milliseconds or a count: as the metric is
	Window      int     `json:"evaluationPeriod"`
	Severity    string  `json:"severity"`
	Runbook     string  `json:"runbook,omitempty"`
}

// Text is the JSON, at most 1,024 characters: what a card can best do without goes first.
func (d Description) Text() string {
	s := d.marshal()
	if fits(s) {
		return s
	}
	d.Runbook = ""
	for _, n := range []int{512, 255, 128, 64} {
		if s = d.marshal(); fits(s) {
			return s
		}
		d.Component, d.Team = cut(d.Component, n), cut(d.Team, n)
	}
	return d.marshal()
}

func fits(s string) bool { return utf8.RuneCountInString(s) <= MaxDescription }

func (d Description) marshal() string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // six characters for each & of a link would be wasted
	if err := e.Encode(d); err != nil {
		panic(err) // strings and finite numbers
	}
	return string(bytes.TrimSuffix(b.Bytes(), []byte("\n")))
}

// cut shortens s to at most n bytes, between characters.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
