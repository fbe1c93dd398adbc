package cloudtest

import (
	"fmt"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/seamark-hq/seamark/collector/inventory"
)

const (
	childA, childB = "seamark/booking/prod/a/throttles", "seamark/booking/prod/b/throttles"
	branch, top    = "seamark/booking/prod/all/part-2-1", "seamark/booking/prod/all/all"
)

func compositeAlarm(name, rule string) inventory.CompositeAlarm {
	topic := []string{"arn:aws:sns:eu-central-1:999999999999:seamark"}
	return inventory.CompositeAlarm{Name: name, Description: `{"product":"booking","rule":"all"}`, Rule: rule, Actions: inventory.Actions{Alarm: topic, OK: topic}}
}

// tree makes two alarms, a composite over them and one over that.
func (s *session) tree() error {
	return first(s.cloud.PutMetricAlarm(s.ctx, plainAlarm(childA)), s.cloud.PutMetricAlarm(s.ctx, plainAlarm(childB)),
		s.cloud.PutCompositeAlarm(s.ctx, compositeAlarm(branch, `ALARM("`+childA+`") OR ALARM("`+childB+`")`)),
		s.cloud.PutCompositeAlarm(s.ctx, compositeAlarm(top, `ALARM("`+branch+`")`)))
}

var compositeChecks = []check{
	{"a composite is read as it was put", func(s *session) error {
		want := compositeAlarm(top, `ALARM("`+childA+`") OR ALARM("`+childB+`")`)
		if err := first(s.cloud.PutMetricAlarm(s.ctx, plainAlarm(childA)), s.cloud.PutMetricAlarm(s.ctx, plainAlarm(childB)), s.cloud.PutCompositeAlarm(s.ctx, want)); err != nil {
			return err
		}
		metric, composite, err := s.alarms("seamark/")
		if d := cmp.Diff(want, composite[top], cmpopts.EquateEmpty()); err != nil || d != "" || len(metric) != 2 || len(composite) != 1 {
			return fmt.Errorf("%d metric alarms, composites %v\n%s", len(metric), err, d)
		}
		return nil
	}},
	{"a composite's children must be there", func(s *session) error {
		return fails("put", s.cloud.PutCompositeAlarm(s.ctx, compositeAlarm(top, `ALARM("`+childA+`")`)), "ValidationError", "ValidationException")
	}},
	{"tags of a composite", func(s *session) error {
		c := compositeAlarm(top, `ALARM("`+childA+`")`)
		c.Tags = tags("seamark:owner", "acme")
		return first(s.cloud.PutMetricAlarm(s.ctx, plainAlarm(childA)), s.cloud.PutCompositeAlarm(s.ctx, c), s.hasAlarmTags(top, c.Tags),
			s.cloud.TagAlarm(s.ctx, s.place.AlarmARN(top), tags("team", "web")), s.hasAlarmTags(top, tags("seamark:owner", "acme", "team", "web")))
	}},
	{"a child goes after its composite", func(s *session) error {
		if err := s.tree(); err != nil {
			return err
		}
		return first(fails("a child", s.cloud.DeleteAlarms(s.ctx, []string{childA}), "ValidationError", "ValidationException"),
			fails("a branch", s.cloud.DeleteAlarms(s.ctx, []string{branch}), "ValidationError", "ValidationException"),
			s.cloud.DeleteAlarms(s.ctx, []string{top}), s.cloud.DeleteAlarms(s.ctx, []string{branch}), s.cloud.DeleteAlarms(s.ctx, []string{childA, childB}))
	}},
	{"composites go one at a time", func(s *session) error {
		if err := s.tree(); err != nil {
			return err
		}
		return fails("two at once", s.cloud.DeleteAlarms(s.ctx, []string{top, branch}), "ValidationError", "ValidationException")
	}},
}
