package cloud_test

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/internal/fleet/cloud"
)

var place = inventory.Place{Account: "111122223333", Region: "eu-central-1"}

func code(err error) string {
	var e *cloud.Error
	errors.As(err, &e)
	if e == nil {
		return ""
	}
	return e.Code
}

func TestQuotaPerPlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := cloud.New(cloud.Options{})
		for _, region := range []string{"a", "b"} { // each has its own
			r := c.Region(inventory.Place{Account: "1", Region: region})
			r.AddLogGroup(inventory.LogGroup{Name: "/g"})
			passed := 0
			for range 10 * 10 { // ten seconds, ten calls each
				if _, err := r.SubscriptionFilters(t.Context(), "/g"); err == nil {
					passed++
				} else if code(err) != "ThrottlingException" {
					t.Fatal(err)
				}
				time.Sleep(100 * time.Millisecond)
			}
			if passed < 54 || passed > 55 {
				t.Errorf("%d calls passed in 10 s, want 5 and 5 a second", passed)
			}
		}
	})
}

func TestPages(t *testing.T) {
	c := cloud.New(cloud.Options{})
	r := c.Region(place)
	for i := range 120 {
		r.AddLogGroup(inventory.LogGroup{Name: fmt.Sprintf("/g/%03d", i)}, inventory.Tag{Key: "k", Value: "v"})
	}
	var sizes []int
	for token := ""; ; {
		page, next, err := r.LogGroups(t.Context(), token)
		if err != nil {
			t.Fatal(err)
		}
		sizes = append(sizes, len(page))
		if token = next; token == "" {
			break
		}
	}
	if got := fmt.Sprint(sizes); got != "[50 50 20]" {
		t.Errorf("pages of %s", got)
	}
	seen := map[string]bool{}
	for token := ""; ; {
		page, next, err := r.TaggedResources(t.Context(), token)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range page {
			seen[x.ARN] = true
		}
		if token = next; token == "" {
			break
		}
	}
	if len(seen) != 120 {
		t.Errorf("%d tagged resources", len(seen))
	}
}

func TestTagsAreSeenLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := cloud.New(cloud.Options{TagDelay: 5 * time.Second}).Region(place)
		r.AddLogGroup(inventory.LogGroup{Name: "/g"})
		time.Sleep(time.Minute)
		r.Tag("/g", inventory.Tag{Key: "k", Value: "v"})
		for _, want := range []int{0, 1} {
			if page, _, err := r.TaggedResources(t.Context(), ""); err != nil || len(page) != want {
				t.Errorf("%d resources, %v; want %d", len(page), err, want)
			}
			if tags, err := r.LogGroupTags(t.Context(), place.LogGroupARN("/g")); err != nil || len(tags) != 1 {
				t.Errorf("its own tags %v, %v", tags, err)
			}
			time.Sleep(5 * time.Second)
		}
	})
}

func TestFilterLimit(t *testing.T) {
	r := cloud.New(cloud.Options{FilterLimit: 2}).Region(place)
	r.AddLogGroup(inventory.LogGroup{Name: "/g"})
	put := func(name, pattern string) error {
		return r.PutSubscriptionFilter(t.Context(), "/g", inventory.Filter{Name: name, Pattern: pattern, Destination: "d"})
	}
	for _, tt := range []struct{ name, pattern, want string }{
		{"a", "", ""}, {"b", "", ""}, {"c", "", "LimitExceededException"},
		{"b", "x", ""}, // a replacement passes at the limit
		{"a:b", "", "InvalidParameterException"},
	} {
		if got := code(put(tt.name, tt.pattern)); got != tt.want {
			t.Errorf("put %s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestCompositesHoldTheirChildren(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := cloud.New(cloud.Options{}).Region(place)
		composite := inventory.CompositeAlarm{Name: "top", Rule: `ALARM("child")`}
		steps := []struct {
			do   func() error
			want string
		}{
			{func() error { return r.PutCompositeAlarm(t.Context(), composite) }, "ValidationError"},
			{func() error {
				return r.PutMetricAlarm(t.Context(), metricAlarm("child"))
			}, ""},
			{func() error { return r.PutCompositeAlarm(t.Context(), composite) }, ""},
			{func() error { return r.DeleteAlarms(t.Context(), []string{"child"}) }, "ValidationError"},
			{func() error { return r.DeleteAlarms(t.Context(), []string{"top"}) }, ""},
			{func() error { return r.DeleteAlarms(t.Context(), []string{"child"}) }, ""},
		}
		for i, s := range steps {
			if got := code(s.do()); got != s.want {
				t.Errorf("step %d: %q, want %q", i, got, s.want)
			}
			time.Sleep(time.Second)
		}
	})
}
