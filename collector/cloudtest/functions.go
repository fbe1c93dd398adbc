package cloudtest

import (
	"fmt"

	"github.com/google/go-cmp/cmp"

	"github.com/seamark-hq/seamark/collector/inventory"
)

var functionChecks = []check{
	{"functions come in pages of 50", func(s *session) error {
		var want []string
		for i := range 60 {
			f := inventory.Function{Name: fmt.Sprintf("f%02d", i), Timeout: 3}
			want = append(want, f.Name)
			if err := s.team.MakeFunction(s.ctx, f); err != nil {
				return err
			}
		}
		functions, pages, err := everything(50, func(t string) ([]inventory.Function, string, error) { return s.cloud.Functions(s.ctx, t) })
		if err != nil || pages < 2 {
			return fmt.Errorf("%d pages, %v", pages, err)
		}
		var got []string
		for _, f := range functions {
			got = append(got, f.Name)
		}
		return same("functions", got, want)
	}},
	{"a function has its time-out and tags", func(s *session) error {
		want := inventory.Function{Name: "booking-create", Timeout: 30, Tags: tags("seamark:product", "booking", "team", "web")}
		if err := s.team.MakeFunction(s.ctx, want); err != nil {
			return err
		}
		got, err := s.cloud.Function(s.ctx, want.Name)
		if err != nil {
			return err
		}
		got.LogGroup = "" // AWS names the default one, others leave it out
		if d := cmp.Diff(want, got); d != "" {
			return fmt.Errorf("the function:\n%s", d)
		}
		t, err := s.cloud.FunctionTags(s.ctx, s.place.FunctionARN(want.Name))
		if d := cmp.Diff(want.Tags, t); err != nil || d != "" {
			return fmt.Errorf("its tags: %v\n%s", err, d)
		}
		listed, _, err := s.cloud.Functions(s.ctx, "")
		if err != nil || len(listed) != 1 || listed[0].Timeout != 30 {
			return fmt.Errorf("listed: %+v, %v", listed, err)
		}
		return nil
	}},
	{"a function names its log group", func(s *session) error {
		if err := s.team.MakeFunction(s.ctx, inventory.Function{Name: "f", LogGroup: "/shared/booking", Timeout: 3}); err != nil {
			return err
		}
		f, err := s.cloud.Function(s.ctx, "f")
		listed, _, e := s.cloud.Functions(s.ctx, "")
		if err = first(err, e); err != nil || f.LogGroup != "/shared/booking" || len(listed) != 1 || listed[0].LogGroup != "/shared/booking" {
			return fmt.Errorf("read %+v, listed %+v, %v", f, listed, err)
		}
		return nil
	}},
	{"a function that is not there", func(s *session) error {
		_, err := s.cloud.Function(s.ctx, "none")
		_, tagsErr := s.cloud.FunctionTags(s.ctx, s.place.FunctionARN("none"))
		return first(fails("read", err, "ResourceNotFoundException"), fails("its tags", tagsErr, "ResourceNotFoundException"))
	}},
}
