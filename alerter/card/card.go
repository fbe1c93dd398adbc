package card

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/links"
	"github.com/seamark-hq/seamark/alerter/words"
)

// Bounds of a card. What is left out is counted in a note.
const (
	maxProblems = 6
	maxPatterns = 5
	maxSample   = 300 // characters of a sample line
	maxStack    = 4   // lines of a stack trace
	MaxNote     = 300
)

// Card is what every receiver renders: an incident in the order in which a person asks.
// All text is raw; a renderer passes it through Visible and escapes it for its medium.
type Card struct {
	ID        string                 `json:"id"` // of the incident
	Status    seamark.IncidentStatus `json:"status"`
	Severity  string                 `json:"severity"`
	Title     string                 `json:"title"`              // product, environment, fault, number: enough for a phone
	Where     []string               `json:"where"`              // owner, accounts, regions; each short
	NoData    bool                   `json:"no_data"`            // open, and nothing is known any more
	Opened    time.Time              `json:"opened"`             // since when
	Updated   time.Time              `json:"updated"`            // what the figures are of
	Resolved  time.Time              `json:"resolved"`           // zero while open
	Lasted    string                 `json:"lasted"`             // "4 m 10 s"
	Problems  []Problem              `json:"problems"`           // worst first
	Patterns  []Pattern              `json:"patterns"`           // most frequent first
	Chart     *Chart                 `json:"chart"`              // nil when there is nothing to draw
	Links     []links.Link           `json:"links"`              // nearest first
	About     []string               `json:"about"`              // the alarm's own description, where it is not ours
	Muted     string                 `json:"muted"`              // by what nobody is told of it, and until when; empty: they are
	Notes     []string               `json:"notes"`              // what is missing, what could not be read
	Incident  *seamark.Incident      `json:"incident"`           // what the card was made of
	Flapping  bool                   `json:"flapping,omitempty"` // it turns too often to tell each time
	Version   int64                  `json:"-"`                  // grows with each change of the incident
	After     time.Time              `json:"-"`                  // when the receiver was last told by a card of its own; zero: never
	Composite bool                   `json:"composite"`

	style words.Style // how its readers read times
}

// Problem is one alarm that fires, or that fired.
type Problem struct {
	Rule      string `json:"rule"`      // "4xx"
	Component string `json:"component"` // "booking-api/prod"; may be empty
	Measured  string `json:"measured"`  // "23.4% of 1,204 requests in 1 m, limit 5%"
	Metric    string `json:"metric"`    // "AWS/EC2 CPUUtilization, Average"; of foreign alarms
	Reason    string `json:"reason"`    // AWS's words, where Measured says too little
	Firing    bool   `json:"firing"`
	NoData    bool   `json:"no_data"`
}

// Pattern is one group of alike error records.
type Pattern struct {
	Count     int64    `json:"count"`
	Kind      string   `json:"kind"`      // the error's type, or the level
	Component string   `json:"component"` // where the sample came from
	Sample    string   `json:"sample"`    // one line
	Stack     []string `json:"stack"`     // its first frames; may be empty
	URL       string   `json:"url"`       // to these records; may be empty
}

// Build makes the card of an incident. It cannot fail: what cannot be built is left
// out. notes are added to the card's own.
func Build(in *seamark.Incident, to links.Config, notes ...string) Card {
	lead := leading(in)
	var style words.Style
	if to.Style != nil {
		style = to.Style(in.Team)
	}
	c := Card{
		style: style,
		ID:    in.ID, Status: in.Status, Severity: cmp.Or(in.Severity, seamark.SeverityWarning),
		Opened: in.OpenedAt, Updated: in.UpdatedAt, Resolved: in.ResolvedAt,
		NoData: in.Status != seamark.IncidentResolved && len(in.Firing()) == 0 && len(in.Unsettled()) > 0,
		Lasted: words.Lasted(in.Duration(in.UpdatedAt)), Incident: in, Composite: lead.Composite,
	}
	c.Title = title(in, lead, style)
	c.Where = append(where(in, to.Accounts), figures(in)...)
	c.Problems, c.Notes = problems(in, style)
	for i, p := range in.Patterns {
		if i == maxPatterns {
			c.Notes = append(c.Notes, words.Many(int64(len(in.Patterns)-i), "more error pattern"))
			break
		}
		c.Patterns = append(c.Patterns, pattern(in, p, to))
	}
	c.Patterns = append(c.Patterns, carried(in)...)
	c.Chart = chartOf(in, style)
	c.Links = to.For(in, inside(lead))
	c.About = about(in)
	c.Muted = muted(in, style)
	for _, n := range notes {
		c.Notes = append(c.Notes, words.Cut(n, MaxNote))
	}
	return c
}

// figures say how bad it is by its records: while it lasts whether it grows, at the end
// what it cost and where.
func figures(in *seamark.Incident) []string {
	f := in.Figures
	if f == nil {
		return nil
	}
	one := f.Of + " response"
	if f.Of == "errors" {
		one = "error"
	}
	total := words.Many(f.Failed, one)
	if in.Status != seamark.IncidentResolved {
		if f.First == 0 && f.Now == 0 {
			return []string{total}
		}
		return []string{fmt.Sprintf("%s, %s: %s a minute now, %s at first", total, f.Trend(), words.Decimal(math.Round(f.Now)), words.Decimal(math.Round(f.First)))}
	}
	accounts, components := map[string]bool{}, map[string]bool{}
	for _, a := range in.Alarms {
		accounts[a.Scope.AccountID], components[a.Scope.Component] = true, true
	}
	delete(accounts, "")
	delete(components, "")
	if n := len(components); n > 1 {
		total += fmt.Sprintf(" in %d components", n)
	}
	if n := len(accounts); n > 1 {
		total += fmt.Sprintf(" of %d accounts", n)
	}
	return []string{total}
}

// where says whose it is: owner, accounts with alias, regions.
func where(in *seamark.Incident, aliases map[string]string) []string {
	var out []string
	add := func(s string) {
		if s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	if w := in.Acknowledged; w != nil {
		add("acknowledged by " + words.Line(w.By, 60))
	}
	for _, x := range in.Escalated {
		add("escalated to " + strings.Join(x.To, ", "))
	}
	add(in.Team)
	for _, a := range in.Alarms {
		id := a.Scope.AccountID
		if alias := aliases[id]; alias != "" {
			add(alias + " (" + id + ")")
		} else {
			add(id)
		}
	}
	for _, a := range in.Alarms {
		add(a.Scope.Region)
	}
	if len(out) > 6 {
		out = append(out[:5], fmt.Sprintf("%d more", len(out)-5))
	}
	return out
}

// Patterns are all patterns of the incident as cards show them, without links.
func Patterns(in *seamark.Incident) []Pattern {
	list := make([]Pattern, 0, len(in.Patterns))
	for _, p := range in.Patterns {
		list = append(list, samplePattern(p))
	}
	return list
}

func pattern(in *seamark.Incident, p seamark.Pattern, to links.Config) Pattern {
	c := samplePattern(p)
	c.URL = to.Pattern(in, p.Fingerprint)
	return c
}

func samplePattern(p seamark.Pattern) Pattern {
	c := Pattern{Count: p.Count}
	switch {
	case p.Sample.Log != nil:
		l := p.Sample.Log
		c.Kind, c.Component = cmp.Or(l.ErrorType, l.Level), l.Component
		message := cmp.Or(l.ErrorMessage, l.Message)
		if l.ErrorMessage != "" && l.Message != "" && !strings.Contains(words.Clip(l.Message, 4096), words.Clip(l.ErrorMessage, 200)) {
			message = l.Message + ": " + l.ErrorMessage
		}
		c.Sample = cutLine(message)
		c.Stack = frames(l.ErrorStack, c.Sample)
	case p.Sample.Access != nil:
		a := p.Sample.Access
		c.Component = a.Component
		if a.Status != nil {
			c.Kind = fmt.Sprint(*a.Status)
		}
		c.Sample = cutLine(strings.TrimSpace(a.Method + " " + cmp.Or(a.Path, a.Route) + " " + a.ErrorMessage))
	}
	return c
}

// cutLine is the first line of raw text with something in it, at most maxSample characters.
func cutLine(s string) string {
	for line := range strings.Lines(words.Clip(s, 16<<10)) {
		if line = strings.TrimSpace(line); line != "" {
			return words.Cut(line, maxSample)
		}
	}
	return ""
}

// frames are the first lines of a stack trace, without the line that repeats the message.
func frames(stack, sample string) []string {
	var out []string
	for line := range strings.Lines(words.Clip(stack, 16<<10)) {
		line = strings.TrimRight(line, "\r\n\t ")
		if strings.TrimSpace(line) == "" || (len(out) == 0 && sample != "" && strings.Contains(line, words.Clip(sample, 60))) {
			continue
		}
		if len(out) == maxStack {
			break
		}
		out = append(out, words.Cut(line, 160))
	}
	return out
}
