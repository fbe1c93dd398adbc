package slack

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	api "github.com/slack-go/slack"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/card"
	"github.com/seamark-hq/seamark/alerter/words"
)

// shape is how much of Block Kit a message uses.
type shape int

const (
	full  shape = iota // chart and container
	plain              // only blocks that have been there for years
	bare               // text alone
)

// message is what is posted: a webhook's body, and the arguments of chat.postMessage.
type message struct {
	Text   string     `json:"text"`
	Blocks api.Blocks `json:"blocks,omitzero"`
}

// Render is the message for card as JSON: the body of an incoming webhook, and with
// "channel" added the body of chat.postMessage.
func Render(c card.Card) ([]byte, error) {
	return json.MarshalIndent(build(c, full, false), "", "  ")
}

// build makes a message that keeps Slack's limits: what does not fit is left out, frames
// of stack traces first, then patterns from the last.
func build(c card.Card, s shape, interactive bool) message {
	if s == bare {
		return message{Text: bareText(c)}
	}
	m := message{Text: fallback(c)}
	for {
		m.Blocks.BlockSet = blocks(c, s, interactive)
		err := check(m)
		if err == nil {
			return m
		}
		if !card.Shrink(&c) {
			return message{Text: bareText(c)}
		}
	}
}

func blocks(c card.Card, s shape, interactive bool) []api.Block {
	set := []api.Block{
		api.NewHeaderBlock(text(icon(c) + " " + words.Line(c.Title, maxHeader-4))),
		about(c),
	}
	if len(c.Problems) > 0 {
		set = append(set, problems(c))
	}
	if s == full && c.Chart != nil {
		set = append(set, chart(c.Chart))
	}
	set = append(set, patterns(c, s)...)
	if len(c.About) > 0 {
		set = append(set, description(c))
	}
	if len(c.Links) > 0 {
		set = append(set, buttons(c, interactive))
	}
	return append(set, footer(c))
}

func icon(c card.Card) string {
	switch {
	case c.Status == seamark.IncidentResolved:
		return "✅"
	case c.Muted != "":
		return "🔕"
	case c.NoData:
		return "⚪"
	case c.Severity == seamark.SeverityCritical:
		return "🔴"
	}
	return "🟠"
}

// text is plain_text: Slack interprets nothing in it, and with emoji off not even :names:.
func text(s string) *api.TextBlockObject {
	return api.NewTextBlockObject(api.PlainTextType, s, false, false)
}

// escape makes s safe as mrkdwn: no mention, no link, no channel-wide call
// (https://docs.slack.dev/messaging/formatting-message-text#escaping).
func escape(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s)
}

// about says whose it is and since when, the time in the reader's own zone.
func about(c card.Card) *api.ContextBlock {
	var parts []string
	for _, w := range c.Where {
		parts = append(parts, words.Line(w, 100))
	}
	days := c.Opened.UTC().Format(time.DateOnly) != lastOf(c).UTC().Format(time.DateOnly)
	since := "since " + local(c.Opened, days) + ", " + escape(c.Lasted)
	switch {
	case c.Status == seamark.IncidentResolved && !c.Resolved.After(c.Opened):
		since = "at " + local(c.Resolved, false)
	case c.Status == seamark.IncidentResolved:
		since = local(c.Opened, days) + " to " + local(c.Resolved, days)
	}
	var elements []api.MixedElement
	if len(parts) > 0 {
		elements = append(elements, text(strings.Join(parts, " · ")))
	}
	return api.NewContextBlock("", append(elements, api.NewTextBlockObject(api.MarkdownType, since, false, false))...)
}

func lastOf(c card.Card) time.Time {
	if c.Status == seamark.IncidentResolved {
		return c.Resolved
	}
	return c.Updated
}

// local writes a time in the reader's own zone, with the day where days differ.
func local(t time.Time, day bool) string {
	format, plain := "{time_secs}", "15:04:05 UTC"
	if day {
		format, plain = "{date_short_pretty} {time_secs}", "2006-01-02 15:04:05 UTC"
	}
	return fmt.Sprintf("<!date^%d^%s|%s>", t.Unix(), format, t.UTC().Format(plain))
}

// description is what people wrote about a foreign alarm, as it stands there.
func description(c card.Card) *api.RichTextBlock {
	var lines []string
	for _, l := range c.About {
		lines = append(lines, words.Line(l, 300))
	}
	return api.NewRichTextBlock("", &api.RichTextQuote{Type: api.RTEQuote, Elements: []api.RichTextSectionElement{run(strings.Join(lines, "\n"))}})
}

func problems(c card.Card) *api.RichTextBlock {
	var items []api.RichTextElement
	for _, p := range c.Problems {
		parts := []api.RichTextSectionElement{bold(words.Line(p.Rule, 60))}
		for _, s := range []string{p.Measured, p.Reason} {
			if s = words.Line(s, 300); s != "" {
				parts = append(parts, run("  "+s))
			}
		}
		if c := words.Line(p.Component, 150); c != "" {
			parts = append(parts, run("  "), code(c))
		}
		if m := words.Line(p.Metric, 150); m != "" {
			parts = append(parts, run("  "+m))
		}
		items = append(items, api.NewRichTextSection(parts...))
	}
	return api.NewRichTextBlock("", api.NewRichTextList(api.RTEListBullet, 0, items...))
}

func run(s string) api.RichTextSectionElement { return api.NewRichTextSectionTextElement(s, nil) }

func bold(s string) api.RichTextSectionElement {
	return api.NewRichTextSectionTextElement(s, &api.RichTextSectionTextStyle{Bold: true})
}

func code(s string) api.RichTextSectionElement {
	return api.NewRichTextSectionTextElement(s, &api.RichTextSectionTextStyle{Code: true})
}

func chart(c *card.Chart) *api.DataVisualizationBlock {
	axis := api.NewDataVisualizationAxisConfig(c.Labels...)
	var series []api.DataVisualizationDataSeries
	for _, s := range c.Series {
		points := make([]api.DataVisualizationDataPoint, len(s.Values))
		for i, v := range s.Values {
			points[i] = api.NewDataVisualizationDataPoint(c.Labels[i], v)
		}
		series = append(series, api.NewDataVisualizationDataSeries(words.Line(s.Name, 20), points...))
	}
	return &api.DataVisualizationBlock{
		Type: api.MBTDataVisualization, Title: words.Line(c.Title, 50), Chart: api.NewDataVisualizationBarChart(axis, series...),
	}
}

// patterns are one rich_text block each, in a container that can be folded where there is one.
func patterns(c card.Card, s shape) []api.Block {
	if len(c.Patterns) == 0 {
		return nil
	}
	var list []api.Block
	for _, p := range c.Patterns {
		list = append(list, pattern(p))
	}
	if s == full {
		return []api.Block{api.NewContainerBlock(list...).WithTitle(text("Top patterns")).WithCollapsible(true, false).WithWidth(api.ContainerWidthFull)}
	}
	return list
}

func pattern(p card.Pattern) *api.RichTextBlock {
	head := []api.RichTextSectionElement{bold(cmp.Or(card.PatternHead(p), " "))}
	if p.URL != "" {
		head = append(head, run("  "), api.NewRichTextSectionLinkElement(p.URL, "show", nil))
	}
	lines := []string{words.Line(p.Sample, 300)}
	for _, f := range p.Stack {
		lines = append(lines, words.Visible(f))
	}
	elements := []api.RichTextElement{api.NewRichTextSection(head...)}
	if body := strings.Trim(strings.Join(lines, "\n"), "\n"); body != "" {
		elements = append(elements, &api.RichTextPreformatted{
			Type: api.RTEPreformatted, Elements: []api.RichTextSectionElement{run(body)},
		})
	}
	return api.NewRichTextBlock("", elements...)
}

// buttons lead somewhere; those by which a person acts do it in Slack where that can be,
// after one confirming click, else on a page of ours.
func buttons(c card.Card, interactive bool) *api.ActionBlock {
	var elements []api.BlockElement
	for i, l := range c.Links {
		label := words.Line(l.Label, maxButton)
		_, query, found := strings.Cut(l.URL, "?")
		if !interactive || !l.Acts || !found {
			elements = append(elements, api.NewButtonBlockElement(fmt.Sprintf("link-%d", i), "", text(label)).WithURL(l.URL))
			continue
		}
		sure := api.NewConfirmationBlockObject(text(label+"?"), text("Your name will stand on the card."), text("Yes"), text("No"))
		elements = append(elements, api.NewButtonBlockElement(fmt.Sprintf("%s%d", actionPrefix, i), query, text(label)).WithConfirm(sure))
	}
	return api.NewActionBlock("", elements...)
}

func footer(c card.Card) *api.ContextBlock {
	var elements []api.MixedElement
	for _, n := range append([]string{c.Muted}, c.Notes...) {
		if n = words.Line(n, 300); n != "" && len(elements) < maxContext-1 {
			elements = append(elements, text(n))
		}
	}
	return api.NewContextBlock("", append(elements, text("incident "+words.Line(c.ID, 200)))...)
}

// fallback is what notifications and screen readers get.
func fallback(c card.Card) string {
	return escape(icon(c) + " " + c.Headline())
}

// bareText is the whole card where no block was accepted.
func bareText(c card.Card) string {
	text := card.Text(c)
	for limit := 3000; ; limit /= 2 { // escaping may make five characters of one
		if s := escape(icon(c) + " " + words.Cut(text, limit)); length(s) <= maxFallback {
			return s
		}
	}
}
