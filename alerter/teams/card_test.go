package teams_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"testing"

	"github.com/seamark-hq/seamark/alerter/internal/cardtest"
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
