package cloud

import (
	"context"
	"slices"
	"strings"

	"github.com/seamark-hq/seamark/collector"
)

// Functions is ListFunctions: 50 a page.
func (r *Region) Functions(ctx context.Context, token string) (page []collector.Function, next string, err error) {
	err = r.call(ctx, "ListFunctions", func() error {
		var functions []*function
		functions, next = r.functions.page(token, 50)
		for _, f := range functions {
			page = append(page, f.Function)
		}
		return nil
	})
	return page, next, err
}

// FunctionTags is Lambda's ListTags.
func (r *Region) FunctionTags(ctx context.Context, arn string) (tags collector.Tags, err error) {
	err = r.call(ctx, "ListTags", func() error {
		_, name, _ := strings.Cut(arn, ":function:")
		f := r.functions.get(name)
		if f == nil {
			return notFound("function " + name)
		}
		tags = f.tags.now
		return nil
	})
	return tags, err
}

// RESTAPIs is GetRestApis: 500 a page.
func (r *Region) RESTAPIs(ctx context.Context, token string) ([]collector.API, string, error) {
	return r.listAPIs(ctx, "GetRestApis", token, 500, func(p collector.Protocol) bool { return p == collector.REST })
}

// HTTPAPIs is GetApis: 100 a page here.
func (r *Region) HTTPAPIs(ctx context.Context, token string) ([]collector.API, string, error) {
	return r.listAPIs(ctx, "GetApis", token, 100, func(p collector.Protocol) bool { return p != collector.REST })
}

func (r *Region) listAPIs(ctx context.Context, call, token string, size int, of func(collector.Protocol) bool) (page []collector.API, next string, err error) {
	err = r.call(ctx, call, func() error {
		all, _ := r.apis.page(token, len(r.apis.keys))
		for _, a := range all {
			if !of(a.Protocol) {
				continue
			}
			if len(page) == size {
				next = page[size-1].ID
				break
			}
			page = append(page, a.API)
		}
		return nil
	})
	return page, next, err
}

// Stages is GetStages.
func (r *Region) Stages(ctx context.Context, of *collector.API, _ string) (stages []collector.Stage, _ string, err error) {
	err = r.call(ctx, "GetStages", func() error {
		a := r.apis.get(of.ID)
		if a == nil {
			return &Error{"NotFoundException", "API " + of.ID}
		}
		stages = slices.Clone(a.stages)
		return nil
	})
	return stages, "", err
}

// Routes is GetResources of REST APIs and GetRoutes of the others.
func (r *Region) Routes(ctx context.Context, of *collector.API, _ string) (routes []collector.Route, _ string, err error) {
	err = r.call(ctx, "GetRoutes", func() error {
		a := r.apis.get(of.ID)
		if a == nil {
			return &Error{"NotFoundException", "API " + of.ID}
		}
		routes = slices.Clone(a.routes)
		return nil
	})
	return routes, "", err
}

// SetAccessLog is UpdateStage. The log group must be there.
func (r *Region) SetAccessLog(ctx context.Context, of *collector.API, stage string, log collector.AccessLog) error {
	return r.call(ctx, "UpdateStage", func() error {
		a := r.apis.get(of.ID)
		if a == nil {
			return &Error{"NotFoundException", "API " + of.ID}
		}
		if _, name, isGroup := strings.Cut(log.Destination, ":log-group:"); isGroup && r.groups.get(name) == nil {
			return &Error{"BadRequestException", "log group " + name}
		}
		i := slices.IndexFunc(a.stages, func(s collector.Stage) bool { return s.Name == stage })
		if i < 0 {
			return &Error{"NotFoundException", "stage " + stage}
		}
		a.stages[i].AccessLog = log
		return nil
	})
}

// TaggedResources is tag:GetResources over log groups, functions and alarms: 100 a page, as the tags were a while ago.
func (r *Region) TaggedResources(ctx context.Context, token string) (page []collector.TaggedResource, next string, err error) {
	err = r.call(ctx, "GetResources", func() error {
		page, next = r.tagPage(token, 100)
		return nil
	})
	return page, next, err
}

// tagPage lists kind by kind; the token is the last ARN.
func (r *Region) tagPage(token string, size int) (page []collector.TaggedResource, next string) {
	delay := r.cloud.opt.TagDelay
	add := func(arn string, t *tagged) bool {
		tags := t.seen(delay)
		if arn <= token || len(tags) == 0 {
			return true
		}
		if len(page) == size {
			next = page[size-1].ARN
			return false
		}
		page = append(page, collector.TaggedResource{ARN: arn, Tags: tags})
		return true
	}
	// in the order of ARNs: cloudwatch, lambda, logs
	_ = eachOf(r.metricAndComposite(), func(name string) bool { return add(r.place.AlarmARN(name), r.alarmTags(name)) }) &&
		eachOf(r.functions.keys, func(name string) bool { return add(r.place.FunctionARN(name), &r.functions.get(name).tags) }) &&
		eachOf(r.groups.keys, func(name string) bool { return add(r.place.LogGroupARN(name), &r.groups.get(name).tags) })
	return page, next
}

func eachOf(keys []string, fn func(string) bool) bool {
	for _, k := range keys {
		if !fn(k) {
			return false
		}
	}
	return true
}
