package card

import (
	"fmt"
	"strings"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/words"
)

// Headline is the card's first line: "FIRING critical booking prod: 4xx 23.4% on booking-api/prod".
func (c Card) Headline() string {
	title := words.Line(c.Title, 200)
	switch {
	case c.Status == seamark.IncidentResolved:
		return "RESOLVED " + title
	case c.NoData:
		return "NO DATA " + c.Severity + " " + title
	}
	return "FIRING " + c.Severity + " " + title
}

// Since says when the incident began and how long it has lasted: "since 14:03:00 UTC, 4 m".
// Of an end without a beginning it says when that was.
func (c Card) Since() string {
	if c.Status != seamark.IncidentResolved {
		return "since " + c.style.Clock(c.Opened, c.Updated) + ", " + c.Lasted
	}
	if !c.Resolved.After(c.Opened) {
		return "at " + c.style.Clock(c.Resolved, c.Resolved)
	}
	return c.style.Clock(c.Opened, c.Resolved) + " to " + c.style.Clock(c.Resolved, c.Opened)
}

// Text draws the card for a terminal, a log or a mail. Control characters, bidi
// controls and the like are written out (\x1b), so that log text cannot drive the terminal.
func Text(c Card) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("%s", c.Headline())
	about := make([]string, 0, len(c.Where)+1)
	for _, w := range c.Where {
		about = append(about, words.Line(w, 100))
	}
	line("%s", strings.Join(append(about, c.Since()), " · "))
	if len(c.Problems) > 0 {
		line("")
	}
	width := 0
	for _, p := range c.Problems {
		width = max(width, len([]rune(words.Line(p.Rule, 40))))
	}
	for _, p := range c.Problems {
		line("  %s", strings.TrimRight(fmt.Sprintf("%-*s  %s", width, words.Line(p.Rule, 40), ProblemText(p)), " "))
	}
	if c.Chart != nil {
		line("\n  %s  %s to %s, max %s  (%s)", c.Chart.Sparkline(), c.Chart.Labels[0], c.Chart.Labels[len(c.Chart.Labels)-1],
			words.Decimal(c.Chart.Max()), words.Line(c.Chart.Title, 50))
	}
	if len(c.Patterns) > 0 {
		line("\nTop patterns")
	}
	for _, p := range c.Patterns {
		line("  %s", PatternHead(p))
		if s := words.Line(p.Sample, maxSample); s != "" {
			line("      %s", s)
		}
		for _, f := range p.Stack {
			line("      %s", strings.ReplaceAll(words.Visible(f), "\t", "  "))
		}
	}
	if len(c.Notes)+len(c.About) > 0 || c.Muted != "" {
		line("")
	}
	if c.Muted != "" {
		line("  %s", words.Line(c.Muted, MaxNote))
	}
	for _, l := range c.About {
		line("  %s", words.Line(l, MaxNote))
	}
	for _, n := range c.Notes {
		line("  %s", words.Line(n, MaxNote))
	}
	if len(c.Links) > 0 {
		line("")
	}
	for _, l := range c.Links {
		line("%-14s %s", l.Label, words.Visible(l.URL))
	}
	line("\nincident %s", words.Line(c.ID, 200))
	return b.String()
}

// ProblemText says of a problem what was measured, where: one line without its rule.
func ProblemText(p Problem) string {
	var parts []string
	for _, s := range []string{p.Measured, p.Component, p.Metric, p.Reason} {
		if s = words.Line(s, maxSample); s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, "  ")
}

// PatternHead is the first line of a pattern: "118× AccessDeniedException in booking-confirmation".
func PatternHead(p Pattern) string {
	s := ""
	if p.Count > 0 {
		s = words.Thousands(p.Count) + "×"
	}
	if p.Kind != "" {
		s = strings.TrimSpace(s + " " + words.Line(p.Kind, 100))
	}
	if p.Component != "" {
		s += " in " + words.Line(p.Component, 100)
	}
	return s
}
