package cloudtest

import (
	"fmt"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/seamark-hq/seamark/collector/inventory"
)

// ours is a filter as the collector puts it.
func (s *session) ours(component string) inventory.Filter {
	return inventory.Filter{
		Name: "seamark/1/booking/prod/web%2Bmobile/eu-central-1/" + component, Pattern: `{ $.level = "ERROR" }`,
		Destination: "arn:aws:logs:" + s.place.Region + ":999999999999:destination:seamark",
	}
}

func (s *session) filters(group string) ([]inventory.Filter, error) {
	return s.cloud.SubscriptionFilters(s.ctx, group)
}

// has checks the filters of a group, but for when they were made.
func (s *session) has(group string, want ...inventory.Filter) error {
	got, err := s.filters(group)
	byName := cmpopts.SortSlices(func(a, b inventory.Filter) bool { return a.Name < b.Name })
	if d := cmp.Diff(want, got, byName, cmpopts.EquateEmpty(), cmpopts.IgnoreFields(inventory.Filter{}, "Created")); err != nil || d != "" {
		return fmt.Errorf("filters of %s: %v\n%s", group, err, d)
	}
	return nil
}

var filterChecks = []check{
	{"a filter to another account's destination", func(s *session) error {
		f := s.ours("booking-create")
		if err := s.cloud.CreateLogGroup(s.ctx, "/app", nil); err != nil {
			return err
		}
		return first(s.has("/app"), s.cloud.PutSubscriptionFilter(s.ctx, "/app", f), s.has("/app", f))
	}},
	{"a filter is replaced by its name", func(s *session) error {
		f := s.ours("booking-create")
		if err := first(s.cloud.CreateLogGroup(s.ctx, "/app", nil), s.cloud.PutSubscriptionFilter(s.ctx, "/app", f)); err != nil {
			return err
		}
		before, err := s.filters("/app")
		if err != nil {
			return err
		}
		time.Sleep(time.Second) // what is made anew now shows another time, whole seconds or not
		f.Pattern = ""
		if err := first(s.cloud.PutSubscriptionFilter(s.ctx, "/app", f), s.has("/app", f)); err != nil {
			return err
		}
		after, err := s.filters("/app")
		if err != nil || len(before) != 1 || before[0].Created == 0 || after[0].Created != before[0].Created {
			return fmt.Errorf("created: %+v, then %+v, %v", before, after, err)
		}
		return nil
	}},
	{"a filter keeps its role", func(s *session) error {
		f := s.ours("booking-create")
		f.Role = "arn:aws:iam::" + s.place.Account + ":role/seamark-sender"
		return first(s.cloud.CreateLogGroup(s.ctx, "/app", nil), s.cloud.PutSubscriptionFilter(s.ctx, "/app", f), s.has("/app", f))
	}},
	{"a filter keeps its system fields", func(s *session) error {
		f := s.ours("booking-create")
		f.System = true
		return first(s.cloud.CreateLogGroup(s.ctx, "/app", nil), s.cloud.PutSubscriptionFilter(s.ctx, "/app", f), s.has("/app", f))
	}},
	{"filters are deleted by name", func(s *session) error {
		a, b := s.ours("a"), s.ours("b")
		return first(s.cloud.CreateLogGroup(s.ctx, "/app", nil),
			s.cloud.PutSubscriptionFilter(s.ctx, "/app", a), s.cloud.PutSubscriptionFilter(s.ctx, "/app", b), s.has("/app", a, b),
			s.cloud.DeleteSubscriptionFilter(s.ctx, "/app", a.Name), s.has("/app", b),
			fails("deleted twice", s.cloud.DeleteSubscriptionFilter(s.ctx, "/app", a.Name), "ResourceNotFoundException"))
	}},
	{"filters of a log group that is not there", func(s *session) error {
		_, err := s.filters("/none")
		return first(fails("described", err, "ResourceNotFoundException"),
			fails("put", s.cloud.PutSubscriptionFilter(s.ctx, "/none", s.ours("x")), "ResourceNotFoundException"),
			fails("deleted", s.cloud.DeleteSubscriptionFilter(s.ctx, "/none", "x"), "ResourceNotFoundException"))
	}},
	{"a filter's name has no colon", func(s *session) error {
		f := s.ours("a:b")
		if err := first(s.cloud.CreateLogGroup(s.ctx, "/app", nil), s.cloud.PutSubscriptionFilter(s.ctx, "/app", s.ours("a"))); err != nil {
			return err
		}
		return fails("a:b", s.cloud.PutSubscriptionFilter(s.ctx, "/app", f), "InvalidParameterException", "ValidationException")
	}},
	{"the limit of filters, at which one is still replaced", func(s *session) error {
		if err := s.cloud.CreateLogGroup(s.ctx, "/app", nil); err != nil {
			return err
		}
		var err error
		for i := 0; i < 12 && err == nil; i++ {
			err = s.cloud.PutSubscriptionFilter(s.ctx, "/app", s.ours(fmt.Sprint(i)))
		}
		if err := fails("a dozen filters", err, "LimitExceededException"); err != nil {
			return err
		}
		f := s.ours("0")
		f.Pattern = "again"
		return s.cloud.PutSubscriptionFilter(s.ctx, "/app", f)
	}},
	{"no filter on infrequent access", func(s *session) error {
		if err := first(s.team.MakeLogGroup(s.ctx, inventory.LogGroup{Name: "/rare", Class: "INFREQUENT_ACCESS"}), s.cloud.CreateLogGroup(s.ctx, "/app", nil),
			s.cloud.PutSubscriptionFilter(s.ctx, "/app", s.ours("app"))); err != nil {
			return err
		}
		return fails("put", s.cloud.PutSubscriptionFilter(s.ctx, "/rare", s.ours("rare")), "InvalidParameterException", "OperationNotSupportedException")
	}},
}
