package lifecycle_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seamark-hq/seamark/lake/lifecycle"
	"github.com/seamark-hq/seamark/lake/stats"
)

// Nothing moves to another class that goes before, S3 deletes a week behind Seamark, and a rule
// that would do nothing is not there.
func TestOf(t *testing.T) {
	for name, c := range map[string]struct {
		keep stats.Keep
		want map[string]string // by folder, the ages of each move and of the end
	}{
		"for ever": {stats.Keep{}, map[string]string{}},
		"all":      {stats.Keep{Landing: 365, Lake: 400, Quarantine: 30, Infrequent: 30, Instant: 90, Deep: 180}, map[string]string{"landing": "30 90 180 | 372", "lake": "30 90 | 407", "quarantine": "| 37"}},
		"short":    {stats.Keep{Landing: 30, Infrequent: 30, Deep: 180}, map[string]string{"landing": "| 37", "lake": "30 |"}},
	} {
		got := map[string]string{}
		for _, r := range lifecycle.Of(c.keep, "x/y/").Rules {
			folder, ok := strings.CutPrefix(strings.TrimSuffix(r.Filter.Prefix, "/"), "x/y/")
			if !ok {
				if r.Incomplete == nil || r.Filter.Prefix != "x/y/" {
					t.Errorf("%s: %+v", name, r)
				}
				continue
			}
			var ages []string
			for _, m := range r.Transitions {
				ages = append(ages, jsonOf(m.Days))
			}
			ages = append(ages, "|")
			if r.Expiration != nil {
				ages = append(ages, jsonOf(r.Expiration.Days))
			}
			got[folder] = strings.Join(ages, " ")
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func jsonOf(v any) string {
	b, _ := json.Marshal(v)
	return string(b)
}
