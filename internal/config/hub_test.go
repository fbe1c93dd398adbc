package config_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/seamark-hq/seamark/internal/config"
)

// TestHubConfiguration: the seamark.yml that terraform/modules/hub writes is one that is
// understood. It reads a plan of all modules; scripts/terraform.sh makes it.
func TestHubConfiguration(t *testing.T) {
	file := os.Getenv("SEAMARK_HUB_PLAN")
	if file == "" {
		t.Skip("SEAMARK_HUB_PLAN names no plan: run scripts/terraform.sh configuration")
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var plan struct {
		Planned struct {
			Outputs struct {
				Configurations struct{ Value map[string]string }
			}
		} `json:"planned_values"`
	}
	if err := json.Unmarshal(b, &plan); err != nil {
		t.Fatal(err)
	}
	parse := func(name string) *config.Config {
		text := plan.Planned.Outputs.Configurations.Value[name]
		c, err := config.Parse("seamark.yml", []byte(text))
		if err != nil {
			t.Fatalf("%s: %v\n%s", name, err, text)
		}
		if err := c.Collector().Validate(); err != nil {
			t.Errorf("%s: the collector: %v", name, err)
		}
		if c.Onboard.Role != "seamark/seamark-collector" || c.Onboard.ExternalID == "" || !strings.HasPrefix(c.Lake, "s3://") || len(c.Regions) != 1 {
			t.Errorf("%s: role %q, lake %q, regions %v", name, c.Onboard.Role, c.Lake, c.Regions)
		}
		return c
	}
	if c := parse("hub"); len(c.Accounts) != 2 || c.OpenSearch.URL == "" || c.Onboard.Organization != nil {
		t.Errorf("%d accounts, OpenSearch at %q", len(c.Accounts), c.OpenSearch.URL)
	}
	if c := parse("organization"); c.Onboard.Organization == nil || c.Onboard.DestinationRole == "" {
		t.Errorf("organization %v, sender's role %q", c.Onboard.Organization, c.Onboard.DestinationRole)
	}
}
