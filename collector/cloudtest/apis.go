package cloudtest

import (
	"errors"
	"fmt"
	"slices"

	"github.com/google/go-cmp/cmp"

	"github.com/seamark-hq/seamark/collector/inventory"
)

// shop makes an API with two stages, of which one has detailed metrics and tags.
func (s *session) shop(p inventory.Protocol) (*inventory.API, error) {
	return s.team.MakeAPI(s.ctx, inventory.API{Name: "shop", Protocol: p, Tags: tags("seamark:product", "shop")},
		[]inventory.Route{{Method: "GET", Resource: "/pets/{id}"}, {Method: "POST", Resource: "/pets/{id}"}},
		[]inventory.Stage{{Name: "prod", DetailedMetrics: true, Tags: tags("seamark:environment", "prod")}, {Name: "test"}})
}

func (s *session) list(p inventory.Protocol) ([]inventory.API, error) {
	list := s.cloud.HTTPAPIs
	if p == inventory.REST {
		list = s.cloud.RESTAPIs
	}
	all, _, err := everything(500, func(t string) ([]inventory.API, string, error) { return list(s.ctx, t) })
	return all, err
}

func (s *session) stages(a *inventory.API) (map[string]inventory.Stage, error) {
	all, _, err := everything(500, func(t string) ([]inventory.Stage, string, error) { return s.cloud.Stages(s.ctx, a, t) })
	of := map[string]inventory.Stage{}
	for _, st := range all {
		st.API = nil
		of[st.Name] = st
	}
	return of, err
}

// both makes a check for REST and for HTTP APIs.
func both(name string, run func(s *session, p inventory.Protocol) error) []check {
	return []check{
		{"REST: " + name, func(s *session) error { return run(s, inventory.REST) }},
		{"HTTP: " + name, func(s *session) error { return run(s, inventory.HTTP) }},
	}
}

var apiChecks = slices.Concat(
	both("an API is listed with its tags", func(s *session, p inventory.Protocol) error {
		want, err := s.shop(p)
		if err != nil {
			return err
		}
		got, err := s.list(p)
		if d := cmp.Diff([]inventory.API{*want}, got); err != nil || d != "" {
			return fmt.Errorf("listed: %v\n%s", err, d)
		}
		one, err := s.cloud.API(s.ctx, want.ID, p)
		if d := cmp.Diff(*want, one); err != nil || d != "" {
			return fmt.Errorf("read: %v\n%s", err, d)
		}
		return nil
	}),
	both("an API that is tagged later is listed so", func(s *session, p inventory.Protocol) error {
		a, err := s.shop(p)
		if err != nil {
			return err
		}
		if err := s.team.TagAPI(s.ctx, a, s.place.Region, tags("seamark:team", "web")); err != nil {
			return err
		}
		list, err := s.list(p)
		if err != nil || len(list) != 1 || !cmp.Equal(list[0].Tags, tags("seamark:product", "shop", "seamark:team", "web")) {
			return fmt.Errorf("listed: %+v, %v", list, err)
		}
		return nil
	}),
	both("an API is not of the other kind", func(s *session, p inventory.Protocol) error {
		other := inventory.HTTP
		if p == other {
			other = inventory.REST
		}
		a, err := s.shop(p)
		if err != nil {
			return err
		}
		if list, err := s.list(other); err != nil || len(list) > 0 {
			return fmt.Errorf("the other listing has %+v, %v", list, err)
		}
		_, err = s.cloud.API(s.ctx, a.ID, other)
		_, none := s.cloud.API(s.ctx, "zzzzzzzzzz", p)
		return first(fails("read as the other kind", err, "NotFoundException"), fails("one that is not there", none, "NotFoundException"))
	}),
	both("stages have metrics setting and tags", func(s *session, p inventory.Protocol) error {
		a, err := s.shop(p)
		if err != nil {
			return err
		}
		got, err := s.stages(a)
		want := map[string]inventory.Stage{
			"prod": {Name: "prod", DetailedMetrics: true, Tags: tags("seamark:environment", "prod")}, "test": {Name: "test"},
		}
		if d := cmp.Diff(want, got); err != nil || d != "" {
			return fmt.Errorf("stages: %v\n%s", err, d)
		}
		_, _, err = s.cloud.Stages(s.ctx, &inventory.API{ID: "zzzzzzzzzz", Protocol: p}, "")
		return fails("stages of none", err, "NotFoundException")
	}),
	both("routes", func(s *session, p inventory.Protocol) error {
		a, err := s.shop(p)
		if err != nil {
			return err
		}
		routes, _, err := everything(10_000, func(t string) ([]inventory.Route, string, error) { return s.cloud.Routes(s.ctx, a, t) })
		if err != nil {
			return err
		}
		var got []string
		for _, r := range routes {
			got = append(got, r.Method+" "+r.Resource)
		}
		return same("routes", got, []string{"GET /pets/{id}", "POST /pets/{id}"})
	}),
	both("access logging is switched on, changed and off", func(s *session, p inventory.Protocol) error {
		a, err := s.shop(p)
		if err != nil {
			return err
		}
		for _, name := range []string{"/aws/apigateway/shop", "/aws/apigateway/other"} {
			if err := s.cloud.CreateLogGroup(s.ctx, name, nil); err != nil {
				return err
			}
		}
		for _, want := range []inventory.AccessLog{
			{Destination: s.place.LogGroupARN("/aws/apigateway/shop"), Format: `{"requestId":"$context.requestId"}`},
			{Destination: s.place.LogGroupARN("/aws/apigateway/other"), Format: `$context.requestId $context.status`},
			{},
		} {
			if err := s.cloud.SetAccessLog(s.ctx, a, "prod", want); err != nil {
				return err
			}
			stages, err := s.stages(a)
			if got := stages["prod"].AccessLog; err != nil || got != want {
				return fmt.Errorf("access log %+v, %v, want %+v", got, err, want)
			}
			if len(stages) != 2 {
				return fmt.Errorf("the API has %d stages left", len(stages))
			}
			if got := stages["test"].AccessLog; got != (inventory.AccessLog{}) {
				return fmt.Errorf("the other stage has %+v", got)
			}
		}
		return nil
	}),
	both("access log of a stage that is not there", func(s *session, p inventory.Protocol) error {
		a, err := s.shop(p)
		if err != nil {
			return err
		}
		log := inventory.AccessLog{Destination: s.place.LogGroupARN("/x"), Format: "$context.requestId"}
		if err := s.cloud.CreateLogGroup(s.ctx, "/x", nil); err != nil {
			return err
		}
		gone := s.cloud.SetAccessLog(s.ctx, &inventory.API{ID: "zzzzzzzzzz", Protocol: p}, "prod", log)
		return first(fails("no stage", s.cloud.SetAccessLog(s.ctx, a, "none", log), "NotFoundException"), fails("no API", gone, "NotFoundException"))
	}),
	[]check{{"tags of many APIs come with the listing", func(s *session) error {
		for i := range 30 {
			for _, p := range []inventory.Protocol{inventory.REST, inventory.HTTP} {
				if _, err := s.team.MakeAPI(s.ctx, inventory.API{Name: fmt.Sprint("api", i), Protocol: p, Tags: tags("seamark:product", fmt.Sprint("p", i))}, nil, nil); err != nil {
					return err
				}
			}
		}
		for _, p := range []inventory.Protocol{inventory.REST, inventory.HTTP} {
			all, err := s.list(p)
			if err != nil || len(all) != 30 {
				return fmt.Errorf("%d APIs, %v", len(all), err)
			}
			for _, a := range all {
				if v, _ := a.Tags.Get("seamark:product"); "api"+v[min(1, len(v)):] != a.Name {
					return errors.New("tags of another: " + a.Name + " " + v)
				}
			}
		}
		return nil
	}}},
)
