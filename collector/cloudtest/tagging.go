package cloudtest

import (
	"fmt"
	"strings"

	"github.com/google/go-cmp/cmp"

	"github.com/seamark-hq/seamark/collector/inventory"
)

// tagged reads what the tagging API lists, by ARN. Resources that once had tags may be listed without.
func (s *session) tagged() (map[string]inventory.Tags, error) {
	all, _, err := everything(100, func(t string) ([]inventory.TaggedResource, string, error) { return s.cloud.TaggedResources(s.ctx, t) })
	of := map[string]inventory.Tags{}
	for _, r := range all {
		if len(r.Tags) > 0 {
			of[strings.TrimSuffix(r.ARN, ":*")] = r.Tags
		}
	}
	return of, err
}

// lists checks that the tagging API soon lists just these.
func (s *session) lists(want map[string]inventory.Tags) error {
	return s.soon(func() error {
		got, err := s.tagged()
		if d := cmp.Diff(want, got); err != nil || d != "" {
			return fmt.Errorf("tagged: %v\n%s", err, d)
		}
		return nil
	})
}

var tagChecks = []check{
	{"the tagging API lists log groups", func(s *session) error {
		t := tags("seamark:product", "booking")
		if err := first(s.cloud.CreateLogGroup(s.ctx, "/app", t), s.cloud.CreateLogGroup(s.ctx, "/bare", nil)); err != nil {
			return err
		}
		return s.lists(map[string]inventory.Tags{s.place.LogGroupARN("/app"): t})
	}},
	{"the tagging API lists functions", func(s *session) error {
		t := tags("seamark:product", "booking")
		if err := first(s.team.MakeFunction(s.ctx, inventory.Function{Name: "f", Timeout: 3, Tags: t}), s.team.MakeFunction(s.ctx, inventory.Function{Name: "bare", Timeout: 3})); err != nil {
			return err
		}
		return s.lists(map[string]inventory.Tags{s.place.FunctionARN("f"): t})
	}},
	{"the tagging API lists alarms", func(s *session) error {
		a := plainAlarm("seamark/booking/prod/f/throttles")
		a.Tags = tags("seamark:owner", "acme")
		if err := s.cloud.PutMetricAlarm(s.ctx, a); err != nil {
			return err
		}
		return s.lists(map[string]inventory.Tags{s.place.AlarmARN(a.Name): a.Tags})
	}},
}
