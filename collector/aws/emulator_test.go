package aws_test

import (
	"os"
	"testing"

	"github.com/seamark-hq/seamark/collector"
	"github.com/seamark-hq/seamark/collector/aws"
	"github.com/seamark-hq/seamark/collector/cloudtest"
	"github.com/seamark-hq/seamark/collector/inventory"
)

// hub is the account from which roles are assumed; an emulator takes it as an access key.
const hub = "999999999999"

// emulator points the SDK at an emulator of AWS.
func emulator(t *testing.T, url string) string {
	t.Helper()
	environment(t, url, hub)
	return url
}

// environment is what the SDK looks at.
func environment(t *testing.T, url, account string) {
	t.Helper()
	for k, v := range map[string]string{
		"AWS_ENDPOINT_URL": url, "AWS_ACCESS_KEY_ID": account, "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": "eu-central-1",
		"AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull, "AWS_EC2_METADATA_DISABLED": "true",
		"AWS_PROFILE": "", "AWS_SESSION_TOKEN": "",
	} {
		t.Setenv(k, v)
	}
}

// opener assumes a role in each account.
func opener(t *testing.T, o aws.Options) *aws.Opener {
	t.Helper()
	o.Role, o.ExternalID = "seamark/seamark-collector", "acme-7f3a"
	op, err := aws.New(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return op
}

func subject(t *testing.T, url string, gaps []cloudtest.Gap, o aws.Options) *cloudtest.Subject {
	op := opener(t, o)
	return &cloudtest.Subject{
		Gaps: gaps,
		Open: func(t *testing.T, p inventory.Place) collector.Cloud {
			c, err := op.Open(t.Context(), p)
			if err != nil {
				t.Fatal(err)
			}
			return c
		},
		Team: func(t *testing.T, p inventory.Place) cloudtest.Team { return newTeam(t, url, p) },
	}
}
