package collector

import (
	"context"
	"slices"
	"strings"
	"sync"

	"github.com/seamark-hq/seamark/collector/hint"
	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/collector/quota"
	"github.com/seamark-hq/seamark/collector/state"
)

// node is a resource that hangs together with what a hint names.
type node struct{ kind, name string }

const (
	groupNode    = "log-group"
	functionNode = "function"
	apiNode      = "api" // by its id
)

// hintReader reads what a hint names, each resource by itself: listings of tags are late.
type hintReader struct {
	*sweep
	seen  map[node]bool
	queue []node

	mu        sync.Mutex // of what follows
	groups    map[string]inventory.LogGroup
	functions map[string]inventory.Function
	stages    map[string][]inventory.Stage // by API
	apis      []*inventory.API             // all of the place, once one is looked at
	listing   bool
	listed    chan struct{} // closed when they are listed
	stopped   bool
}

// readHinted reads the hinted resources and what hangs together with them. nil: it cannot be
// done, or not now; the report says so.
func (s *sweep) readHinted(ctx context.Context, h hint.Hint) *inventory.Inventory {
	if s.State.Surveyed == 0 {
		s.journal.report.Whole = true
		return nil
	}
	r := &hintReader{sweep: s, seen: map[node]bool{}, groups: map[string]inventory.LogGroup{}, functions: map[string]inventory.Function{}, stages: map[string][]inventory.Stage{}, listed: make(chan struct{})}
	r.add(groupNode, h.Groups...)
	r.add(functionNode, h.Functions...)
	for _, a := range h.APIs {
		r.add(apiNode, a.ID)
	}
	for len(r.queue) > 0 {
		batch := r.queue
		r.queue = nil
		if len(r.seen) > hint.Most {
			s.journal.report.Whole = true
			return nil
		}
		quota.Each(ctx, 2*s.width, len(batch), func(i int) { r.read(ctx, batch[i]) })
		if r.stopped || ctx.Err() != nil {
			return nil
		}
		for _, n := range batch {
			r.follow(n)
		}
	}
	inv := r.inventory()
	s.freshen(inv)
	if !r.readFamilies(ctx, inv) {
		return nil
	}
	return inv
}

// add is to read resources, and those of which their names alone say that they hang together.
func (r *hintReader) add(kind string, names ...string) {
	for _, name := range names {
		n := node{kind, name}
		if name == "" || r.seen[n] {
			continue
		}
		r.seen[n] = true
		r.queue = append(r.queue, n)
		r.addKin(n)
	}
}

// failed ends the reading. What is denied may be allowed to a whole sweep.
func (r *hintReader) failed(ctx context.Context, resource, doing string, err error) {
	r.mu.Lock()
	r.stopped = true
	r.mu.Unlock()
	switch {
	case r.ended(ctx, err):
	case quota.Judge(err) == quota.Refused, quota.Judge(err) == quota.Full:
		r.mu.Lock()
		r.journal.report.Whole = true
		r.mu.Unlock()
	default:
		r.journal.fail(resource, doing, err)
	}
}

func (r *hintReader) read(ctx context.Context, n node) {
	switch n.kind {
	case groupNode:
		r.readGroup(ctx, n.name)
	case functionNode:
		r.readFunction(ctx, n.name)
	default:
		r.readAPI(ctx, n.name)
	}
}

func (r *hintReader) readGroup(ctx context.Context, name string) {
	var g inventory.LogGroup
	var tags inventory.Tags
	var err, tagsErr error
	var wg sync.WaitGroup
	wg.Go(func() {
		err = r.meter.Call(ctx, quota.DescribeLogGroups, func() (err error) {
			g, err = r.cloud.LogGroup(ctx, name)
			return err
		})
	})
	wg.Go(func() {
		tagsErr = r.meter.Call(ctx, quota.LogsListTags, func() (err error) {
			tags, err = r.cloud.LogGroupTags(ctx, r.place.LogGroupARN(name))
			return err
		})
	})
	wg.Wait()
	for _, e := range []error{err, tagsErr} {
		if e != nil {
			if quota.Judge(e) != quota.Gone {
				r.failed(ctx, name, "DescribeLogGroups, ListTagsForResource", e)
			}
			return
		}
	}
	g.Tags = r.sets.Keep(tags, r.cfg.concerns)
	r.mu.Lock()
	r.groups[name] = g
	r.mu.Unlock()
}

func (r *hintReader) readFunction(ctx context.Context, name string) {
	var f inventory.Function
	err := r.meter.Call(ctx, quota.LambdaReads, func() (err error) {
		f, err = r.cloud.Function(ctx, name)
		return err
	})
	if err != nil {
		if quota.Judge(err) != quota.Gone {
			r.failed(ctx, name, "GetFunction", err)
		}
		return
	}
	f.Tags = r.sets.Keep(f.Tags, r.cfg.concerns)
	r.mu.Lock()
	r.functions[name] = f
	r.mu.Unlock()
}

// readAPI reads the stages of an API. All APIs are listed, in two calls mostly: APIs of one
// name share the names of their alarms.
func (r *hintReader) readAPI(ctx context.Context, id string) {
	r.mu.Lock()
	first := !r.listing
	r.listing = true
	r.mu.Unlock()
	if first {
		r.listAPIs(ctx)
		close(r.listed)
	}
	<-r.listed
	i := slices.IndexFunc(r.apis, func(a *inventory.API) bool { return a.ID == id })
	if i < 0 {
		return // gone, or not listed: then the reading has ended
	}
	stages, doing, err := r.stagesOf(ctx, r.apis[i])
	if err != nil && quota.Judge(err) != quota.Gone {
		r.failed(ctx, id, doing, err)
		return
	}
	r.mu.Lock()
	r.stages[id] = stages
	r.mu.Unlock()
}

func (r *hintReader) listAPIs(ctx context.Context) {
	var rest, http []*inventory.API
	var wg sync.WaitGroup
	list := func(doing string, page func(string) ([]inventory.API, string, error), into *[]*inventory.API) {
		err := quota.Pages(ctx, r.meter, quota.APIGatewayReads, page, func(a inventory.API) {
			a.Tags = r.sets.Keep(a.Tags, r.cfg.concerns)
			*into = append(*into, &a)
		})
		if err != nil {
			r.failed(ctx, r.place.String(), doing, err)
		}
	}
	wg.Go(func() {
		list("GetRestApis", func(t string) ([]inventory.API, string, error) { return r.cloud.RESTAPIs(ctx, t) }, &rest)
	})
	wg.Go(func() {
		list("GetApis", func(t string) ([]inventory.API, string, error) { return r.cloud.HTTPAPIs(ctx, t) }, &http)
	})
	wg.Wait()
	r.apis = append(rest, http...)
}

// inventory is what was read, in the order of the listings.
func (r *hintReader) inventory() *inventory.Inventory {
	inv := &inventory.Inventory{Place: r.place}
	r.scope = &scope{groups: map[string]bool{}, resources: map[string]bool{}, families: map[string]bool{}, described: map[string]string{}}
	for n := range r.seen {
		switch n.kind {
		case groupNode:
			r.scope.groups[n.name] = true
		case functionNode:
			r.scope.resources[state.FunctionKey(n.name)] = true
		default:
			r.scope.resources[state.APIKey(n.name)] = true
		}
	}
	for _, g := range r.groups {
		inv.Groups = append(inv.Groups, g)
	}
	for _, f := range r.functions {
		inv.Functions = append(inv.Functions, f)
	}
	for _, a := range r.apis {
		inv.Stages = append(inv.Stages, r.stages[a.ID]...)
	}
	slices.SortFunc(inv.Groups, func(a, b inventory.LogGroup) int { return strings.Compare(a.Name, b.Name) })
	slices.SortFunc(inv.Functions, func(a, b inventory.Function) int { return strings.Compare(a.Name, b.Name) })
	return inv
}

// readFamilies lists the alarms of the products and environments that the resources belong
// to, and of those that they belonged to.
func (r *hintReader) readFamilies(ctx context.Context, inv *inventory.Inventory) bool {
	families := r.scope.families
	for _, dec := range r.decide(inv) {
		if dec.Kind != inventory.KindLogGroup && dec.Wish != nil && dec.Wish.Alarms {
			families[familyOf(alarmName(dec.Wish.Product, dec.Wish.Environment, compositeResource, topRule, ""))] = true
		}
	}
	for name, a := range r.State.Alarms {
		if r.scope.resources[a.Of] {
			families[familyOf(name)] = true
		}
	}
	for family := range families {
		err := r.alarms(ctx, family, func(metric []inventory.MetricAlarm, composite []inventory.CompositeAlarm) {
			inv.Metric, inv.Composite = append(inv.Metric, inventory.Known(metric)...), append(inv.Composite, composite...)
			for i := range metric {
				r.scope.described[metric[i].Name] = metric[i].Description
			}
		})
		if err != nil {
			r.failed(ctx, family, "DescribeAlarms", err)
			return false
		}
	}
	return r.fewStrangers(inv)
}

// fewStrangers reports whether the alarms whose tags must be asked for are few. A listing of
// tags is the cheaper way for many.
func (r *hintReader) fewStrangers(inv *inventory.Inventory) bool {
	n := 0
	stranger := func(name string) {
		if _, known := r.State.Alarms[name]; !known {
			n++
		}
	}
	for i := range inv.Metric {
		stranger(inv.Metric[i].Name)
	}
	for i := range inv.Composite {
		stranger(inv.Composite[i].Name)
	}
	if n > hint.Most {
		r.journal.report.Whole = true
	}
	return n <= hint.Most
}
