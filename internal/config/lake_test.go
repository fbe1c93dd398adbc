package config_test

import (
	"testing"

	"github.com/seamark-hq/seamark/internal/config"
)

// TestLakeMapping: retention and compact may stand below lake.
func TestLakeMapping(t *testing.T) {
	got, err := config.Load("testdata/good/lake-mapping.yml")
	if err != nil {
		t.Fatal(err)
	}
	if got.Lake != "s3://bucket/prefix" || got.Compact.Enabled || got.Compact.SmallFiles != config.Default().Compact.SmallFiles {
		t.Errorf("got %q, %+v", got.Lake, got.Compact)
	}
	want := config.Retention{Landing: 90 * config.Day, Lake: 399 * config.Day, Infrequent: 30 * config.Day, Instant: 90 * config.Day, Deep: 400 * config.Day}
	if got.Retention != want {
		t.Errorf("got %+v, want %+v", got.Retention, want)
	}
}

func TestAge(t *testing.T) {
	for text, want := range map[string]config.Age{"90d": 90 * config.Day, "2w": 14 * config.Day, "36h": config.Day * 3 / 2, "forever": 0} {
		var a config.Age
		if err := a.UnmarshalText([]byte(text)); err != nil || a != want {
			t.Errorf("%s: got %v, %v, want %v", text, a, err, want)
		}
		var again config.Age
		if err := again.UnmarshalText([]byte(a.String())); err != nil || again != a {
			t.Errorf("%s written as %s is read as %v, %v", text, a, again, err)
		}
	}
	for _, text := range []string{"", "90", "0d", "-1d", "1.5d", "3y", "d", "99999999999d", "4000000w"} {
		var a config.Age
		if err := a.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q was read as %v", text, a)
		}
	}
	if got := (36 * config.Day / 24).Days(); got != 2 {
		t.Errorf("36 hours are %d days for S3, want 2", got)
	}
}
