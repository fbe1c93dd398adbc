package slack_test

import (
	"flag"
	"testing"

	"github.com/seamark-hq/seamark/alerter/internal/cardtest"
	"github.com/seamark-hq/seamark/alerter/slack"
)

var update = flag.Bool("update", false, "write the golden files")

func TestRenderGolden(t *testing.T) {
	for _, c := range cardtest.Cases() {
		t.Run(c.Name, func(t *testing.T) {
			got, err := slack.Render(c.Card())
			if err != nil {
				t.Fatal(err)
			}
			cardtest.Golden(t, "testdata/"+c.Name+".json", append(got, '\n'), *update)
		})
	}
}
