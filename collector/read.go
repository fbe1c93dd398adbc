package collector

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/collector/quota"
)

// reader fills an inventory. Listings run side by side: each has a quota of its own.
type reader struct {
	*sweep
	inv       *inventory.Inventory
	listing   sync.Mutex
	tags      map[string]*inventory.Tags // by the last part of the ARN, from tag:GetResources
	listed    map[string]bool            // types of which it listed any: "log-group", "function"
	tagsKnown bool
}

// readPlace lists what there is. A listing that fails is noted in Unreadable; then what
// depends on it stays as it is.
func (s *sweep) readPlace(ctx context.Context) *inventory.Inventory {
	r := &reader{sweep: s, inv: &inventory.Inventory{Place: s.place}, tags: map[string]*inventory.Tags{}, listed: map[string]bool{}}
	inv := r.inv
	s.Doze()
	var wg sync.WaitGroup
	wg.Go(func() {
		r.list("DescribeLogGroups", quota.Pages(ctx, s.meter, quota.DescribeLogGroups, func(t string) ([]inventory.LogGroup, string, error) { return s.cloud.LogGroups(ctx, t) },
			func(g inventory.LogGroup) { inv.Groups = append(inv.Groups, g) }))
	})
	wg.Go(func() {
		r.list("ListFunctions", quota.Pages(ctx, s.meter, quota.LambdaReads, func(t string) ([]inventory.Function, string, error) { return s.cloud.Functions(ctx, t) },
			func(f inventory.Function) { inv.Functions = append(inv.Functions, f) }))
	})
	wg.Go(func() { r.readAPIs(ctx) })
	wg.Go(func() { r.readAlarms(ctx) })
	if !s.cfg.PerResourceTags {
		wg.Go(func() { r.readTags(ctx) })
	}
	wg.Wait()
	r.joinTags(ctx)
	r.tags = nil
	s.Wake()
	if r.tagsKnown {
		r.refresh(ctx)
	}
	return inv
}

func (r *reader) list(doing string, err error) {
	if err == nil {
		return
	}
	r.listing.Lock()
	if errors.Is(err, quota.ErrHandOn) {
		r.handedOn = true
	}
	r.alarmsBlind = r.alarmsBlind || doing == "DescribeAlarms"
	r.inv.Unreadable = append(r.inv.Unreadable, inventory.Failure{Resource: r.place.String(), Doing: doing, Err: err})
	r.listing.Unlock()
	if !errors.Is(err, quota.ErrHandOn) {
		r.journal.fail(r.place.String(), doing, err)
	}
}

func (r *reader) readAPIs(ctx context.Context) {
	var apis []*inventory.API
	each := func(a inventory.API) { a.Tags = r.sets.Keep(a.Tags, r.cfg.concerns); apis = append(apis, &a) }
	r.list("GetRestApis", quota.Pages(ctx, r.meter, quota.APIGatewayReads, func(t string) ([]inventory.API, string, error) { return r.cloud.RESTAPIs(ctx, t) }, each))
	r.list("GetApis", quota.Pages(ctx, r.meter, quota.APIGatewayReads, func(t string) ([]inventory.API, string, error) { return r.cloud.HTTPAPIs(ctx, t) }, each))
	for _, a := range apis {
		stages, doing, err := r.stagesOf(ctx, a)
		r.list(doing, err)
		r.inv.Stages = append(r.inv.Stages, stages...)
	}
}

// stagesOf lists the stages of an API, and its routes where one has detailed metrics. An
// error comes with the call that failed.
func (s *sweep) stagesOf(ctx context.Context, a *inventory.API) (stages []inventory.Stage, doing string, err error) {
	err = quota.Pages(ctx, s.meter, quota.APIGatewayReads, func(t string) ([]inventory.Stage, string, error) { return s.cloud.Stages(ctx, a, t) },
		func(x inventory.Stage) {
			x.API, x.Tags = a, s.sets.Keep(x.Tags, s.cfg.concerns)
			stages = append(stages, x)
		})
	if err != nil {
		return stages, "GetStages of " + a.ID, err
	}
	detailed := func(x inventory.Stage) bool { return x.DetailedMetrics && a.Protocol != inventory.WebSocket }
	if !slices.ContainsFunc(stages, detailed) {
		return stages, "", nil
	}
	var routes []inventory.Route
	err = quota.Pages(ctx, s.meter, quota.APIGatewayReads, func(t string) ([]inventory.Route, string, error) { return s.cloud.Routes(ctx, a, t) },
		func(x inventory.Route) { routes = append(routes, x) })
	for i := range stages {
		if detailed(stages[i]) {
			stages[i].Routes = routes
		}
	}
	return stages, "routes of " + a.ID, err
}

func (r *reader) readAlarms(ctx context.Context) {
	r.list("DescribeAlarms", r.alarms(ctx, alarmPrefix, func(metric []inventory.MetricAlarm, composite []inventory.CompositeAlarm) {
		r.inv.Metric, r.inv.Composite = append(r.inv.Metric, inventory.Known(metric)...), append(r.inv.Composite, composite...)
	}))
}

// alarms calls page with the alarms whose name begins with prefix.
func (s *sweep) alarms(ctx context.Context, prefix string, page func([]inventory.MetricAlarm, []inventory.CompositeAlarm)) error {
	token := ""
	for {
		var metric []inventory.MetricAlarm
		var composite []inventory.CompositeAlarm
		var next string
		err := s.meter.Call(ctx, quota.DescribeAlarms, func() (err error) {
			metric, composite, next, err = s.cloud.Alarms(ctx, prefix, token)
			return err
		})
		if err != nil {
			return err
		}
		page(metric, composite)
		if next == "" || next == token {
			return nil
		}
		token = next
	}
}

// readTags lists the tags of the place. Denied is no fault: they are read resource by resource then.
func (r *reader) readTags(ctx context.Context) {
	err := quota.Pages(ctx, r.meter, quota.GetResources, func(t string) ([]inventory.TaggedResource, string, error) { return r.cloud.TaggedResources(ctx, t) },
		func(t inventory.TaggedResource) {
			kind, _, _ := strings.Cut(inventory.ResourceOf(t.ARN), ":")
			r.listed[kind] = true
			if kept := r.sets.Keep(t.Tags, r.cfg.concerns); kept != nil {
				r.tags[inventory.ResourceOf(t.ARN)] = &kept
			}
		})
	r.tagsKnown = err == nil
	if err != nil && quota.Judge(err) != quota.Refused {
		r.list("GetResources", err)
	}
}

// joinTags gives each resource its tags.
func (r *reader) joinTags(ctx context.Context) {
	inv := r.inv
	if r.tagsKnown {
		for i := range inv.Groups {
			inv.Groups[i].Tags = r.tagged("log-group:" + inv.Groups[i].Name)
		}
		for i := range inv.Functions {
			inv.Functions[i].Tags = r.tagged("function:" + inv.Functions[i].Name)
		}
		r.tagsOneByOne(ctx, r.lacks("log-group"), r.lacks("function"))
	} else {
		r.tagsOneByOne(ctx, true, true)
	}
	for i := range inv.Metric {
		inv.Metric[i].Tags = r.tagged("alarm:" + inv.Metric[i].Name)
	}
	for i := range inv.Composite {
		inv.Composite[i].Tags = r.tagged("alarm:" + inv.Composite[i].Name)
	}
}

func (r *reader) tagged(resource string) inventory.Tags {
	if tags := r.tags[resource]; tags != nil {
		return *tags
	}
	return nil
}

// partialTags is a cloud whose tagging API may lack whole types, as those of emulators do.
type partialTags interface{ PartialTags() bool }

// lacks reports whether the tagging API may lack a type: it listed nothing of it.
func (r *reader) lacks(kind string) bool {
	p, ok := r.cloud.(partialTags)
	return ok && p.PartialTags() && !r.listed[kind]
}

func (r *reader) tagsOneByOne(ctx context.Context, groups, functions bool) {
	var wg sync.WaitGroup
	wg.Go(func() {
		if !groups {
			return
		}
		quota.Each(ctx, r.width, len(r.inv.Groups), func(i int) {
			g := &r.inv.Groups[i]
			arn := r.place.LogGroupARN(g.Name)
			g.Tags, g.Unread = r.tagsOf(ctx, quota.LogsListTags, arn, func() (inventory.Tags, error) { return r.cloud.LogGroupTags(ctx, arn) })
		})
	})
	wg.Go(func() {
		if !functions {
			return
		}
		quota.Each(ctx, r.width, len(r.inv.Functions), func(i int) {
			f := &r.inv.Functions[i]
			arn := r.place.FunctionARN(f.Name)
			f.Tags, f.Unread = r.tagsOf(ctx, quota.LambdaReads, arn, func() (inventory.Tags, error) { return r.cloud.FunctionTags(ctx, arn) })
		})
	})
	wg.Wait()
}

// tagsOf reads the tags of one resource. One that has gone meanwhile has none.
func (s *sweep) tagsOf(ctx context.Context, o quota.Operation, arn string, read func() (inventory.Tags, error)) (tags inventory.Tags, unread bool) {
	err := s.meter.Call(ctx, o, func() (err error) {
		tags, err = read()
		return err
	})
	if err != nil && quota.Judge(err) != quota.Gone {
		s.journal.fail(arn, string(o), err)
		return nil, true
	}
	return s.sets.Keep(tags, s.cfg.concerns), false
}
