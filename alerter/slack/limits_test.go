package slack_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/seamark-hq/seamark/alerter/card"
	"github.com/seamark-hq/seamark/alerter/links"
	"github.com/seamark-hq/seamark/alerter/slack"
)

// However large and odd a card is, its message is valid JSON within Slack's limits and
// begins with the title.
func TestAlwaysFitsProperty(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		text := func(what string) string {
			s := rapid.String().Draw(rt, what)
			return strings.Repeat(s, rapid.SampledFrom([]int{1, 10, 1000}).Draw(rt, what+" times"))
		}
		c := card.Card{ID: text("id"), Title: text("title"), Where: []string{text("where")}, Lasted: "4 m"}
		for range rapid.IntRange(0, 12).Draw(rt, "n") {
			c.Problems = append(c.Problems, card.Problem{Rule: text("rule"), Component: text("component"), Measured: text("measured"), Reason: text("reason")})
			c.Patterns = append(c.Patterns, card.Pattern{Kind: text("kind"), Sample: text("sample"), Stack: []string{text("frame")}, URL: "https://example.com/x"})
			c.Links = append(c.Links, links.Link{Label: "Logs", URL: "https://example.com/" + strings.Repeat("x", 2900)})
			c.Notes = append(c.Notes, text("note"))
		}
		b, err := slack.Render(c)
		if err != nil {
			rt.Fatal(err)
		}
		var m struct {
			Text   string
			Blocks []json.RawMessage
		}
		if err := json.Unmarshal(b, &m); err != nil || len(m.Blocks) > 50 || m.Text == "" || utf8.RuneCountInString(m.Text) > 4000 {
			rt.Fatalf("%d blocks, %d characters of text, %v", len(m.Blocks), len(m.Text), err)
		}
		size := 0
		for _, block := range m.Blocks {
			var compact any
			json.Unmarshal(block, &compact)
			c, _ := json.Marshal(compact)
			size += utf8.RuneCount(c)
		}
		if size > 12_500 {
			rt.Fatalf("blocks have %d characters", size)
		}
	})
}
