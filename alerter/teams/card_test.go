package teams_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"testing"

	"github.com/seamark-hq/seamark/alerter/card"
	"github.com/seamark-hq/seamark/alerter/internal/cardtest"
	"github.com/seamark-hq/seamark/alerter/links"
	"github.com/seamark-hq/seamark/alerter/teams"
)

var update = flag.Bool("update", false, "write the golden files")

func TestRenderGolden(t *testing.T) {
	for _, c := range cardtest.Cases() {
		t.Run(c.Name, func(t *testing.T) {
			got, err := teams.Render(c.Card(), false)
			if err != nil {
				t.Fatal(err)
			}
			if len(got) > 27_000 {
				t.Errorf("the card has %d bytes", len(got))
			}
			var pretty bytes.Buffer
			if err := json.Indent(&pretty, got, "", "  "); err != nil {
				t.Fatal(err)
			}
			cardtest.Golden(t, "testdata/"+c.Name+".json", append(pretty.Bytes(), '\n'), *update)
		})
	}
}

// Teams' renderer replaces {{DATE(…)}} and {{TIME(…)}} wherever they stand: text of others
// must not.
func TestDatesStayLiteral(t *testing.T) {
	c := cardtest.Cases()[0].Card()
	c.Title, c.Where = "{{DATE(2026-11-30T02:58:12Z, SHORT)}}", []string{"{{TIME(2026-11-30T02:58:12Z)}}"}
	c.Patterns = []card.Pattern{{Kind: "{{DATE(x)}}", Sample: "{{{{TIME(x)}}", Stack: []string{"{{DATE(x)}}"}}}
	c.About, c.Notes = []string{"{{DATE(x)}}"}, []string{"{{TIME(x)}}"}
	b, err := teams.Render(c, true)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(b, []byte("{{DATE")) || bytes.Contains(b, []byte("{{TIME")) {
		t.Errorf("a date function remains: %s", b)
	}
}

// The sixth button of one set is not drawn, so that it begins another.
func TestSixButtons(t *testing.T) {
	c := cardtest.Cases()[0].Card()
	c.Links = nil
	for _, l := range []string{"Logs", "Alarm", "Runbook", "Incident", "OpenSearch", "Logs Insights", "Silence"} {
		c.Links = append(c.Links, links.Link{Label: l, URL: "https://example.com/" + l})
	}
	b, err := teams.Render(c, true)
	if err != nil {
		t.Fatal(err)
	}
	var v struct {
		Body []struct {
			Type    string
			Actions []struct{ Title string }
		}
	}
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	var sets []int
	for _, e := range v.Body {
		if e.Type == "ActionSet" {
			sets = append(sets, len(e.Actions))
		}
	}
	if len(sets) != 2 || sets[0] != 5 || sets[1] != 2 {
		t.Errorf("sets of %v buttons, want 5 and 2", sets)
	}
}
