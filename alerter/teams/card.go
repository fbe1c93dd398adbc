package teams

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/card"
	link "github.com/seamark-hq/seamark/alerter/links"
	"github.com/seamark-hq/seamark/alerter/words"
)

// maxBytes bounds what is posted. Teams refuses about 28 KB.
const maxBytes = 27_000

// element is any object of an Adaptive Card.
type element map[string]any

// Render is what is posted for card: the Workflows envelope with the Adaptive Card in
// it, or with bare the Adaptive Card alone, as some flows built by hand want it. It is
// never longer than 27,000 bytes.
func Render(c card.Card, bare bool) ([]byte, error) {
	for {
		b, err := encode(c, bare)
		if err != nil || len(b) <= maxBytes {
			return b, err
		}
		if !card.Shrink(&c) {
			return encode(minimal(c), bare)
		}
	}
}

func encode(c card.Card, bare bool) ([]byte, error) {
	content := adaptive(c)
	var v any = content
	if !bare {
		v = element{"type": "message", "attachments": []element{{
			"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": nil, "content": content,
		}}}
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // \u003c is six bytes of the 27,000
	if err := e.Encode(v); err != nil {
		return nil, fmt.Errorf("encode card: %w", err)
	}
	return bytes.TrimSpace(b.Bytes()), nil
}

// minimal is what always fits.
func minimal(c card.Card) card.Card {
	return card.Card{
		ID: c.ID, Status: c.Status, Severity: c.Severity, Title: words.Line(c.Title, 200),
		Opened: c.Opened, Updated: c.Updated, Resolved: c.Resolved, Lasted: c.Lasted,
	}
}

func adaptive(c card.Card) element {
	body := []element{head(c)}
	for i, p := range c.Problems {
		body = append(body, problem(p, i == 0))
	}
	if c.Chart != nil {
		body = append(body, chart(c.Chart))
	}
	if len(c.Patterns) > 0 {
		body = append(body, patterns(c))
	}
	if len(c.About) > 0 {
		body = append(body, description(c))
	}
	for i := 0; i < len(c.Links); i += maxActions {
		body = append(body, links(c.Links[i:min(i+maxActions, len(c.Links))]))
	}
	body = append(body, footer(c))
	return element{
		"$schema": "http://adaptivecards.io/schemas/adaptive-card.json", "type": "AdaptiveCard", "version": "1.5",
		"msteams": element{"width": "Full"}, "fallbackText": literal(c.Headline()), "body": body,
	}
}

// run is a piece of text in which nothing is interpreted.
func run(s string, props element) element {
	r := element{"type": "TextRun", "text": literal(s)}
	for k, v := range props {
		r[k] = v
	}
	return r
}

// literal keeps text from being read as {{DATE(…)}} or {{TIME(…)}}, which Teams' renderer
// replaces wherever they stand: a word joiner between the braces is not seen.
func literal(s string) string { return strings.ReplaceAll(s, "{{", "{\u2060{") }

// rich is a paragraph of runs. An empty one is not valid, hence the blank.
func rich(spacing string, runs ...element) element {
	inlines := make([]element, 0, len(runs))
	for _, r := range runs {
		if r["text"] != "" {
			inlines = append(inlines, r)
		}
	}
	if len(inlines) == 0 {
		inlines = append(inlines, run(" ", nil))
	}
	return element{"type": "RichTextBlock", "inlines": inlines, "spacing": spacing}
}

func head(c card.Card) element {
	style, icon := "warning", "🟠 "
	switch {
	case c.Status == seamark.IncidentResolved:
		style, icon = "good", "✅ "
	case c.Muted != "":
		style, icon = "default", "🔕 "
	case c.NoData:
		style, icon = "default", "⚪ "
	case c.Severity == seamark.SeverityCritical:
		style, icon = "attention", "🔴 "
	}
	var about []string
	for _, w := range c.Where {
		about = append(about, words.Line(w, 100))
	}
	about = append(about, c.Since())
	return element{
		"type": "Container", "style": style, "bleed": true,
		"items": []element{
			rich("None", run(icon+words.Line(c.Title, 200), element{"size": "Large", "weight": "Bolder"})),
			rich("Small", run(strings.Join(about, " · "), element{"size": "Small"})),
		},
	}
}

func problem(p card.Problem, first bool) element {
	runs := []element{run(words.Line(p.Rule, 60), element{"weight": "Bolder"})}
	for _, s := range []string{p.Measured, p.Reason} {
		if s = words.Line(s, 300); s != "" {
			runs = append(runs, run("  "+s, nil))
		}
	}
	if c := words.Line(p.Component, 150); c != "" {
		runs = append(runs, run("  "+c, element{"fontType": "Monospace", "isSubtle": true}))
	}
	if m := words.Line(p.Metric, 150); m != "" {
		runs = append(runs, run("  "+m, element{"isSubtle": true}))
	}
	if first {
		return rich("Medium", runs...)
	}
	return rich("Small", runs...)
}

// chart is Teams' own chart; whoever does not know it draws the sparkline. Both hold
// only figures, times and names of levels.
func chart(c *card.Chart) element {
	colours := coloursOf(c.Series)
	var data []element
	for i, s := range c.Series {
		values := make([]element, len(s.Values))
		for j, v := range s.Values {
			values[j] = element{"x": c.Labels[j], "y": v}
		}
		data = append(data, element{"legend": words.Line(s.Name, 20), "color": colours[i], "values": values})
	}
	spark := fmt.Sprintf("%s  %s to %s, max %s", c.Sparkline(), c.Labels[0], c.Labels[len(c.Labels)-1], words.Quantity(c.Max(), "count"))
	return element{
		"type": "Chart.VerticalBar.Grouped", "title": c.Title, "stacked": true, "showBarValues": false, "data": data,
		"fallback": element{
			"type": "Container", "spacing": "Medium", "items": []element{
				rich("None", run(spark, element{"fontType": "Monospace"})),
				rich("None", run(words.Line(c.Title, 60), element{"size": "Small", "isSubtle": true})),
			},
		},
	}
}

// coloursOf gives each series the colour that its level or class of status has on Seamark's page,
// and no two the same.
func coloursOf(list []card.Series) []string {
	out := make([]string, len(list))
	for i, s := range list {
		first := map[string]string{"ERROR": "attention", "5xx": "attention", "FATAL": "categoricalPurple", "4xx": "warning", "WARN": "warning"}[s.Name]
		for _, colour := range []string{first, "attention", "categoricalPurple", "warning", "categoricalBlue", "good", "neutral"} {
			if out[i] = colour; colour != "" && !slices.Contains(out[:i], colour) {
				break
			}
		}
	}
	return out
}

func patterns(c card.Card) element {
	items := []element{rich("None", run("Top patterns", element{"weight": "Bolder", "size": "Small", "isSubtle": true}))}
	for _, p := range c.Patterns {
		items = append(items, rich("Small", run(card.PatternHead(p), element{"weight": "Bolder"})))
		mono := element{"fontType": "Monospace", "size": "Small"}
		if s := words.Line(p.Sample, 300); s != "" {
			items = append(items, rich("None", run(s, mono)))
		}
		for _, f := range p.Stack {
			// Leading blanks would be folded; a no-break space is kept.
			line := strings.ReplaceAll(strings.ReplaceAll(words.Visible(f), "\t", "    "), "  ", "\u00a0 ")
			items = append(items, rich("None", run(line, element{"fontType": "Monospace", "size": "Small", "isSubtle": true})))
		}
	}
	return element{"type": "Container", "style": "emphasis", "spacing": "Medium", "items": items}
}

// maxActions is how many buttons of one set Teams draws; the sixth is not drawn.
const maxActions = 5

func links(list []link.Link) element {
	var actions []element
	for _, l := range list {
		actions = append(actions, element{"type": "Action.OpenUrl", "title": literal(words.Line(l.Label, 40)), "url": l.URL})
	}
	return element{"type": "ActionSet", "actions": actions, "spacing": "Medium"}
}

// description is what people wrote about a foreign alarm, as it stands there.
func description(c card.Card) element {
	var items []element
	for _, l := range c.About {
		items = append(items, rich("None", run(words.Line(l, 300), element{"size": "Small"})))
	}
	return element{"type": "Container", "spacing": "Medium", "items": items}
}

func footer(c card.Card) element {
	small := element{"size": "Small", "isSubtle": true}
	items := []element{}
	for _, n := range append([]string{c.Muted}, c.Notes...) {
		if n = words.Line(n, 300); n != "" {
			items = append(items, rich("None", run(n, small)))
		}
	}
	items = append(items, rich("None", run("incident "+words.Line(c.ID, 200), small)))
	return element{"type": "Container", "spacing": "Small", "items": items}
}
