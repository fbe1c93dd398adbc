package cloudtest

import (
	"fmt"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seamark-hq/seamark/collector/inventory"
)

var logChecks = []check{
	{"log groups come in pages of 50", func(s *session) error {
		var want []string
		for i := range 120 {
			name := fmt.Sprintf("/app/%03d", i)
			want = append(want, name)
			if err := s.cloud.CreateLogGroup(s.ctx, name, nil); err != nil {
				return err
			}
		}
		groups, pages, err := everything(50, func(t string) ([]inventory.LogGroup, string, error) { return s.cloud.LogGroups(s.ctx, t) })
		if err != nil {
			return err
		}
		if pages < 3 {
			return fmt.Errorf("120 groups on %d pages", pages)
		}
		var got []string
		for _, g := range groups {
			got = append(got, g.Name)
		}
		return same("log groups", got, want)
	}},
	{"a log group is found among those it is a prefix of", func(s *session) error {
		for _, name := range []string{"/app/b", "/app/bc", "/app/b/c"} {
			if err := s.cloud.CreateLogGroup(s.ctx, name, nil); err != nil {
				return err
			}
		}
		g, err := s.cloud.LogGroup(s.ctx, "/app/b")
		if err != nil || g.Name != "/app/b" {
			return fmt.Errorf("got %+v, %w", g, err)
		}
		if age := time.Since(time.UnixMilli(g.Created)); age < -time.Minute || age > time.Hour {
			return fmt.Errorf("created %s ago", age)
		}
		_, err = s.cloud.LogGroup(s.ctx, "/app")
		return fails("a prefix that is no group", err, "ResourceNotFoundException")
	}},
	{"a log group has its class", func(s *session) error {
		if err := s.team.MakeLogGroup(s.ctx, inventory.LogGroup{Name: "/rare", Class: "INFREQUENT_ACCESS"}); err != nil {
			return err
		}
		g, err := s.cloud.LogGroup(s.ctx, "/rare")
		if err != nil || g.Class != "INFREQUENT_ACCESS" {
			return fmt.Errorf("got %+v, %v", g, err)
		}
		return nil
	}},
	{"a log group keeps its tags", func(s *session) error {
		want := tags("seamark:owner", "acme", "team", "Größe 1+1=2 @/x")
		if err := s.cloud.CreateLogGroup(s.ctx, "/app/tagged", want); err != nil {
			return err
		}
		if err := s.cloud.CreateLogGroup(s.ctx, "/app/bare", nil); err != nil {
			return err
		}
		got, err := s.cloud.LogGroupTags(s.ctx, s.place.LogGroupARN("/app/tagged"))
		if d := cmp.Diff(want, got); err != nil || d != "" {
			return fmt.Errorf("tags: %v\n%s", err, d)
		}
		got, err = s.cloud.LogGroupTags(s.ctx, s.place.LogGroupARN("/app/bare"))
		if err != nil || len(got) > 0 {
			return fmt.Errorf("tags of a bare group: %v, %v", got, err)
		}
		return nil
	}},
	{"tags of a log group that is not there", func(s *session) error {
		_, err := s.cloud.LogGroupTags(s.ctx, s.place.LogGroupARN("/none"))
		return fails("tags", err, "ResourceNotFoundException")
	}},
	{"a log group is made and deleted once", func(s *session) error {
		if err := s.cloud.CreateLogGroup(s.ctx, "/once", nil); err != nil {
			return err
		}
		if err := fails("made twice", s.cloud.CreateLogGroup(s.ctx, "/once", nil), "ResourceAlreadyExistsException"); err != nil {
			return err
		}
		if err := first(s.cloud.RetainLogGroup(s.ctx, "/once", 30), s.cloud.DeleteLogGroup(s.ctx, "/once")); err != nil {
			return err
		}
		if err := fails("retention of none", s.cloud.RetainLogGroup(s.ctx, "/once", 30), "ResourceNotFoundException"); err != nil {
			return err
		}
		return fails("deleted twice", s.cloud.DeleteLogGroup(s.ctx, "/once"), "ResourceNotFoundException")
	}},
	{"accounts and regions do not see each other", func(s *session) error {
		other := s.of.at(s.t, inventory.Place{Account: Account(), Region: s.place.Region})
		away := s.of.at(s.t, inventory.Place{Account: s.place.Account, Region: "us-west-2"})
		if err := s.cloud.CreateLogGroup(s.ctx, "/mine", nil); err != nil {
			return err
		}
		for _, o := range []*session{other, away} {
			groups, _, err := o.cloud.LogGroups(o.ctx, "")
			if err != nil || len(groups) != 0 {
				return fmt.Errorf("%s sees %v, %v", o.place, groups, err)
			}
			_, err = o.cloud.SubscriptionFilters(o.ctx, "/mine")
			if err := fails("filters in "+o.place.String(), err, "ResourceNotFoundException"); err != nil {
				return err
			}
		}
		return nil
	}},
}
