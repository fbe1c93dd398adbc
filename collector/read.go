package collector

import (
	"context"
	"errors"
	"strings"
	"sync"
)

// reader fills an inventory. Listings run side by side: each has a quota of its own.
type reader struct {
	*sweep
	inv       *Inventory
	listing   sync.Mutex
	tags      map[string]Tags // by ARN, from tag:GetResources
	tagsKnown bool
}

// readPlace lists what there is. A listing that fails is noted in Unreadable; then what
// depends on it stays as it is.
func (s *sweep) readPlace(ctx context.Context) *Inventory {
	r := &reader{sweep: s, inv: &Inventory{Place: s.place}, tags: map[string]Tags{}}
	inv := r.inv
	var wg sync.WaitGroup
	wg.Go(func() {
		r.list("DescribeLogGroups", pages(ctx, s.meter, describeLogGroups, func(t string) ([]LogGroup, string, error) { return s.cloud.LogGroups(ctx, t) },
			func(g LogGroup) { inv.Groups = append(inv.Groups, g) }))
	})
	wg.Go(func() {
		r.list("ListFunctions", pages(ctx, s.meter, lambdaCalls, func(t string) ([]Function, string, error) { return s.cloud.Functions(ctx, t) },
			func(f Function) { inv.Functions = append(inv.Functions, f) }))
	})
	wg.Go(func() { r.readAPIs(ctx) })
	wg.Go(func() { r.readAlarms(ctx) })
	if !s.cfg.PerResourceTags {
		wg.Go(func() { r.readTags(ctx) })
	}
	wg.Wait()
	r.joinTags(ctx)
	return inv
}

func (r *reader) list(doing string, err error) {
	if err == nil {
		return
	}
	r.listing.Lock()
	if errors.Is(err, errHandOn) {
		r.handedOn = true
	}
	r.alarmsBlind = r.alarmsBlind || doing == "DescribeAlarms"
	r.inv.Unreadable = append(r.inv.Unreadable, Failure{r.place.String(), doing, err})
	r.listing.Unlock()
	r.journal.fail(r.place.String(), doing, err)
}

func (r *reader) readAPIs(ctx context.Context) {
	var apis []*API
	each := func(a API) { a.Tags = r.cfg.keep(a.Tags); apis = append(apis, &a) }
	r.list("GetRestApis", pages(ctx, r.meter, apiGatewayCalls, func(t string) ([]API, string, error) { return r.cloud.RESTAPIs(ctx, t) }, each))
	r.list("GetApis", pages(ctx, r.meter, apiGatewayCalls, func(t string) ([]API, string, error) { return r.cloud.HTTPAPIs(ctx, t) }, each))
	for _, a := range apis {
		first := len(r.inv.Stages)
		r.list("GetStages of "+a.ID, pages(ctx, r.meter, apiGatewayCalls,
			func(t string) ([]Stage, string, error) { return r.cloud.Stages(ctx, a, t) },
			func(s Stage) {
				s.API, s.Tags = a, r.cfg.keep(s.Tags)
				r.inv.Stages = append(r.inv.Stages, s)
			}))
		r.readRoutes(ctx, a, r.inv.Stages[first:])
	}
}

// readRoutes lists the routes of an API of which a stage has detailed metrics.
func (r *reader) readRoutes(ctx context.Context, a *API, stages []Stage) {
	var routes []Route
	read := false
	for i := range stages {
		if !stages[i].DetailedMetrics || a.Protocol == WebSocket {
			continue
		}
		if !read {
			read = true
			r.list("routes of "+a.ID, pages(ctx, r.meter, apiGatewayCalls,
				func(t string) ([]Route, string, error) { return r.cloud.Routes(ctx, a, t) }, func(x Route) { routes = append(routes, x) }))
		}
		stages[i].Routes = routes
	}
}

func (r *reader) readAlarms(ctx context.Context) {
	token := ""
	for {
		var metric []MetricAlarm
		var composite []CompositeAlarm
		var next string
		err := r.meter.call(ctx, describeAlarms, func() (err error) {
			metric, composite, next, err = r.cloud.Alarms(ctx, alarmPrefix, token)
			return err
		})
		r.list("DescribeAlarms", err)
		r.inv.Metric, r.inv.Composite = append(r.inv.Metric, metric...), append(r.inv.Composite, composite...)
		if err != nil || next == "" || next == token {
			return
		}
		token = next
	}
}

// readTags lists the tags of the place. Denied is no fault: they are read resource by resource then.
func (r *reader) readTags(ctx context.Context) {
	err := pages(ctx, r.meter, getResources, func(t string) ([]TaggedResource, string, error) { return r.cloud.TaggedResources(ctx, t) },
		func(t TaggedResource) {
			if kept := r.cfg.keep(t.Tags); kept != nil {
				r.tags[strings.TrimSuffix(t.ARN, ":*")] = kept
			}
		})
	r.tagsKnown = err == nil
	if err != nil && judge(err) != refused {
		r.list("GetResources", err)
	}
}

// joinTags gives each resource its tags.
func (r *reader) joinTags(ctx context.Context) {
	inv := r.inv
	if r.tagsKnown {
		for i := range inv.Groups {
			inv.Groups[i].Tags = r.tags[r.place.LogGroupARN(inv.Groups[i].Name)]
		}
		for i := range inv.Functions {
			inv.Functions[i].Tags = r.tags[r.place.FunctionARN(inv.Functions[i].Name)]
		}
	} else {
		r.tagsOneByOne(ctx)
	}
	for i := range inv.Metric {
		inv.Metric[i].Tags = r.tags[r.place.AlarmARN(inv.Metric[i].Name)]
	}
	for i := range inv.Composite {
		inv.Composite[i].Tags = r.tags[r.place.AlarmARN(inv.Composite[i].Name)]
	}
}

func (r *reader) tagsOneByOne(ctx context.Context) {
	var wg sync.WaitGroup
	wg.Go(func() {
		each(ctx, r.width, len(r.inv.Groups), func(i int) {
			g := &r.inv.Groups[i]
			arn := r.place.LogGroupARN(g.Name)
			g.Tags, g.Unread = r.tagsOf(ctx, logsListTags, arn, func() (Tags, error) { return r.cloud.LogGroupTags(ctx, arn) })
		})
	})
	wg.Go(func() {
		each(ctx, r.width, len(r.inv.Functions), func(i int) {
			f := &r.inv.Functions[i]
			arn := r.place.FunctionARN(f.Name)
			f.Tags, f.Unread = r.tagsOf(ctx, lambdaCalls, arn, func() (Tags, error) { return r.cloud.FunctionTags(ctx, arn) })
		})
	})
	wg.Wait()
}

// tagsOf reads the tags of one resource. One that has gone meanwhile has none.
func (s *sweep) tagsOf(ctx context.Context, o operation, arn string, read func() (Tags, error)) (tags Tags, unread bool) {
	err := s.meter.call(ctx, o, func() (err error) {
		tags, err = read()
		return err
	})
	if err != nil && judge(err) != gone {
		s.journal.fail(arn, string(o), err)
		return nil, true
	}
	return s.cfg.keep(tags), false
}

// each calls fn for 0 to n-1, width at a time; it begins no more when ctx is done.
func each(ctx context.Context, width, n int, fn func(i int)) {
	var wg sync.WaitGroup
	var mu sync.Mutex
	next := 0
	for range min(width, n) {
		wg.Go(func() {
			for {
				mu.Lock()
				i := next
				next++
				mu.Unlock()
				if i >= n || ctx.Err() != nil {
					return
				}
				fn(i)
			}
		})
	}
	wg.Wait()
}
