package cloud

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/seamark-hq/seamark/collector/inventory"
)

// RESTAPIs is GetRestApis: 500 a page.
func (r *Region) RESTAPIs(ctx context.Context, token string) ([]inventory.API, string, error) {
	return r.listAPIs(ctx, "GetRestApis", token, pageREST, func(a *api) bool { return a.Protocol == inventory.REST })
}

// HTTPAPIs is GetApis: 100 a page.
func (r *Region) HTTPAPIs(ctx context.Context, token string) ([]inventory.API, string, error) {
	return r.listAPIs(ctx, "GetApis", token, pageHTTP, func(a *api) bool { return a.Protocol != inventory.REST })
}

func (r *Region) listAPIs(ctx context.Context, call, token string, size int, of func(*api) bool) (page []inventory.API, next string, err error) {
	err = r.call(ctx, call, func() error {
		var apis []*api
		apis, next = r.apis.page(token, r.pageSize(size), of)
		page = nil
		for _, a := range apis {
			page = append(page, wireAPI(a.API))
		}
		return nil
	})
	return page, next, err
}

// API is GetRestApi, or GetApi.
func (r *Region) API(ctx context.Context, id string, p inventory.Protocol) (found inventory.API, err error) {
	err = r.call(ctx, "GetApi", func() error {
		a, err := r.api(id, p)
		if err != nil {
			return err
		}
		found = wireAPI(a.API)
		return nil
	})
	return found, err
}

// api finds an API of the version of API Gateway that has p.
func (r *Region) api(id string, p inventory.Protocol) (*api, error) {
	a := r.apis.get(id)
	if a == nil || (a.Protocol == inventory.REST) != (p == inventory.REST) {
		return nil, &Error{"NotFoundException", "Invalid API identifier specified " + r.place.Account + ":" + id}
	}
	return a, nil
}

// Stages is GetStages: of a REST API all at once, of the others 100 a page.
func (r *Region) Stages(ctx context.Context, of *inventory.API, token string) (stages []inventory.Stage, next string, err error) {
	err = r.call(ctx, "GetStages", func() error {
		a, err := r.api(of.ID, of.Protocol)
		if err != nil {
			return err
		}
		size := r.pageSize(pageHTTP)
		if of.Protocol == inventory.REST {
			size = len(a.stages)
		}
		stages, next, err = slicePage(a.stages, token, size, wireStage)
		return err
	})
	return stages, next, err
}

// Routes is GetResources of REST APIs, 500 a page, and GetRoutes of the others, 100 a page.
func (r *Region) Routes(ctx context.Context, of *inventory.API, token string) (routes []inventory.Route, next string, err error) {
	err = r.call(ctx, "GetRoutes", func() error {
		a, err := r.api(of.ID, of.Protocol)
		if err != nil {
			return err
		}
		size := pageHTTP
		if of.Protocol == inventory.REST {
			size = pageREST
		}
		routes, next, err = slicePage(a.routes, token, r.pageSize(size), wireRoute)
		return err
	})
	return routes, next, err
}

// slicePage is a page of something that is listed in its own order; the token is a position.
func slicePage[T any](all []T, token string, size int, each func(T) T) (page []T, next string, err error) {
	from := 0
	if token != "" {
		if from, err = strconv.Atoi(token); err != nil || from < 0 || from > len(all) {
			return nil, "", &Error{"BadRequestException", "Invalid next token"}
		}
	}
	to := min(from+size, len(all))
	if to < len(all) {
		next = strconv.Itoa(to)
	}
	return wire(all[from:to], each), next, nil
}

// SetAccessLog is UpdateStage. The log group must be there; REST and WebSocket APIs need
// the account's role for CloudWatch Logs, and the format one line with a request id.
func (r *Region) SetAccessLog(ctx context.Context, of *inventory.API, stage string, log inventory.AccessLog) error {
	return r.call(ctx, "UpdateStage", func() error {
		a, err := r.api(of.ID, of.Protocol)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(a.stages, func(s inventory.Stage) bool { return s.Name == stage })
		if i < 0 {
			return &Error{"NotFoundException", "Invalid stage identifier specified"}
		}
		if log != (inventory.AccessLog{}) {
			if err := r.checkAccessLog(a, log); err != nil {
				return err
			}
		}
		a.stages[i].AccessLog = inventory.AccessLog{Destination: strings.Clone(log.Destination), Format: strings.Clone(log.Format)}
		return nil
	})
}

func (r *Region) checkAccessLog(a *api, log inventory.AccessLog) error {
	_, name, isGroup := strings.Cut(strings.TrimSuffix(log.Destination, ":*"), ":log-group:")
	switch {
	case isGroup && r.groups.get(name) == nil:
		return &Error{"BadRequestException", "Insufficient permissions to enable logging: no log group " + name}
	case isGroup && a.Protocol != inventory.HTTP && r.noGatewayRole:
		return &Error{"BadRequestException", "CloudWatch Logs role ARN must be set in account settings to enable logging"}
	case strings.ContainsAny(strings.TrimSuffix(log.Format, "\n"), "\n\r") || len(log.Format) > 3072:
		return &Error{"BadRequestException", "Access Log format must be single line"}
	case !strings.Contains(log.Format, "$context.requestId") && !strings.Contains(log.Format, "$context.extendedRequestId"):
		return &Error{"BadRequestException", fmt.Sprintf("the format of %s lacks a request id", a.ID)}
	}
	return nil
}
