package slack

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	api "github.com/slack-go/slack"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter"
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
func Render(card alerter.Card) ([]byte, error) {
	return json.MarshalIndent(build(card, full), "", "  ")
}

// build makes a message that keeps Slack's limits: what does not fit is left out, frames
// of stack traces first, then patterns from the last.
func build(card alerter.Card, s shape) message {
	if s == bare {
		return message{Text: bareText(card)}
	}
	m := message{Text: fallback(card)}
	for {
		m.Blocks.BlockSet = blocks(card, s)
		err := check(m)
		if err == nil {
			return m
		}
		if !alerter.Shrink(&card) {
			return message{Text: bareText(card)}
		}
	}
}

func blocks(card alerter.Card, s shape) []api.Block {
	set := []api.Block{
		api.NewHeaderBlock(text(icon(card) + " " + alerter.Line(card.Title, maxHeader-4))),
		about(card),
	}
	if len(card.Problems) > 0 {
		set = append(set, problems(card))
	}
	if s == full && card.Chart != nil {
		set = append(set, chart(card.Chart))
	}
	set = append(set, patterns(card, s)...)
	if len(card.Links) > 0 {
		set = append(set, buttons(card))
	}
	return append(set, footer(card))
}

func icon(card alerter.Card) string {
	switch {
	case card.Status == seamark.IncidentResolved:
		return "✅"
	case card.Severity == seamark.SeverityCritical:
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
func about(card alerter.Card) *api.ContextBlock {
	var parts []string
	for _, w := range card.Where {
		parts = append(parts, alerter.Line(w, 100))
	}
	local := func(t time.Time) string {
		return fmt.Sprintf("<!date^%d^{time_secs}|%s>", t.Unix(), t.UTC().Format("15:04:05 UTC"))
	}
	since := "since " + local(card.Opened) + ", " + escape(card.Lasted)
	if card.Status == seamark.IncidentResolved {
		since = local(card.Opened) + " to " + local(card.Resolved)
	}
	var elements []api.MixedElement
	if len(parts) > 0 {
		elements = append(elements, text(strings.Join(parts, " · ")))
	}
	return api.NewContextBlock("", append(elements, api.NewTextBlockObject(api.MarkdownType, since, false, false))...)
}

func problems(card alerter.Card) *api.RichTextBlock {
	var items []api.RichTextElement
	for _, p := range card.Problems {
		parts := []api.RichTextSectionElement{bold(alerter.Line(p.Rule, 60))}
		for _, s := range []string{p.Measured, p.Reason} {
			if s = alerter.Line(s, 300); s != "" {
				parts = append(parts, words("  "+s))
			}
		}
		if c := alerter.Line(p.Component, 150); c != "" {
			parts = append(parts, words("  "), code(c))
		}
		items = append(items, api.NewRichTextSection(parts...))
	}
	return api.NewRichTextBlock("", api.NewRichTextList(api.RTEListBullet, 0, items...))
}

func words(s string) api.RichTextSectionElement { return api.NewRichTextSectionTextElement(s, nil) }

func bold(s string) api.RichTextSectionElement {
	return api.NewRichTextSectionTextElement(s, &api.RichTextSectionTextStyle{Bold: true})
}

func code(s string) api.RichTextSectionElement {
	return api.NewRichTextSectionTextElement(s, &api.RichTextSectionTextStyle{Code: true})
}

func chart(c *alerter.Chart) *api.DataVisualizationBlock {
	axis := api.NewDataVisualizationAxisConfig(c.Labels...)
	var series []api.DataVisualizationDataSeries
	for _, s := range c.Series {
		points := make([]api.DataVisualizationDataPoint, len(s.Values))
		for i, v := range s.Values {
			points[i] = api.NewDataVisualizationDataPoint(c.Labels[i], v)
		}
		series = append(series, api.NewDataVisualizationDataSeries(alerter.Line(s.Name, 20), points...))
	}
	return &api.DataVisualizationBlock{
		Type: api.MBTDataVisualization, Title: alerter.Line(c.Title, 50), Chart: api.NewDataVisualizationBarChart(axis, series...),
	}
}

// patterns are one rich_text block each, in a container that can be folded where there is one.
func patterns(card alerter.Card, s shape) []api.Block {
	if len(card.Patterns) == 0 {
		return nil
	}
	var list []api.Block
	for _, p := range card.Patterns {
		list = append(list, pattern(p))
	}
	if s == full {
		return []api.Block{api.NewContainerBlock(list...).WithTitle(text("Top errors")).WithCollapsible(true, false).WithWidth(api.ContainerWidthFull)}
	}
	return list
}

func pattern(p alerter.CardPattern) *api.RichTextBlock {
	head := []api.RichTextSectionElement{bold(alerter.PatternHead(p))}
	if p.URL != "" {
		head = append(head, words("  "), api.NewRichTextSectionLinkElement(p.URL, "show", nil))
	}
	lines := []string{alerter.Line(p.Sample, 300)}
	for _, f := range p.Stack {
		lines = append(lines, alerter.Visible(f))
	}
	elements := []api.RichTextElement{api.NewRichTextSection(head...)}
	if body := strings.Trim(strings.Join(lines, "\n"), "\n"); body != "" {
		elements = append(elements, &api.RichTextPreformatted{
			Type: api.RTEPreformatted, Elements: []api.RichTextSectionElement{words(body)},
		})
	}
	return api.NewRichTextBlock("", elements...)
}

func buttons(card alerter.Card) *api.ActionBlock {
	var elements []api.BlockElement
	for i, l := range card.Links {
		b := api.NewButtonBlockElement(fmt.Sprintf("link-%d", i), "", text(alerter.Line(l.Label, maxButton))).WithURL(l.URL)
		elements = append(elements, b)
	}
	return api.NewActionBlock("", elements...)
}

func footer(card alerter.Card) *api.ContextBlock {
	var elements []api.MixedElement
	for _, n := range card.Notes {
		if len(elements) < maxContext-1 {
			elements = append(elements, text(alerter.Line(n, 300)))
		}
	}
	return api.NewContextBlock("", append(elements, text("incident "+alerter.Line(card.ID, 200)))...)
}

// fallback is what notifications and screen readers get.
func fallback(card alerter.Card) string {
	return escape(icon(card) + " " + card.Headline())
}

// bareText is the whole card where no block was accepted.
func bareText(card alerter.Card) string {
	text := alerter.RenderText(card)
	for limit := 3000; ; limit /= 2 { // escaping may make five characters of one
		if s := escape(icon(card) + " " + alerter.Cut(text, limit)); length(s) <= maxFallback {
			return s
		}
	}
}
