package cloudwatch

import "testing"

func TestRegionByName(t *testing.T) {
	for name, want := range map[string]string{
		"EU (Frankfurt)": "eu-central-1", "Europe (Frankfurt)": "eu-central-1", "EU - Ireland": "eu-west-1", "US West - Oregon": "us-west-2",
		"US - N. Virginia": "us-east-1", "US East (N. Virginia)": "us-east-1", "China (Beijing)": "cn-north-1", "eu-west-1": "eu-west-1",
		"Atlantis (North)": "Atlantis (North)", "": "",
	} {
		if got := regionByName(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}
