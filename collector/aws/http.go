package aws

import (
	"context"
	"strings"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"

	"github.com/seamark-hq/seamark/collector/inventory"
)

// pageSize is as many as API Gateway's second version gives at a time.
var pageSize = sdk.String("500")

// HTTPAPIs is GetApis: HTTP and WebSocket APIs, with tags.
func (p *place) HTTPAPIs(ctx context.Context, t string) ([]inventory.API, string, error) {
	out, err := p.http.GetApis(ctx, &apigatewayv2.GetApisInput{NextToken: token(t), MaxResults: pageSize}, p.inHTTP)
	if err != nil {
		return nil, "", p.fail(ctx, err)
	}
	page := make([]inventory.API, len(out.Items))
	for i, a := range out.Items {
		page[i] = inventory.API{ID: sdk.ToString(a.ApiId), Name: sdk.ToString(a.Name), Protocol: inventory.Protocol(a.ProtocolType), Tags: tagsOf(a.Tags)}
	}
	return page, sdk.ToString(out.NextToken), nil
}

// API reads one API: GetRestApi, or GetApi.
func (p *place) API(ctx context.Context, id string, protocol inventory.Protocol) (inventory.API, error) {
	if protocol == inventory.REST {
		return p.restAPI(ctx, id)
	}
	out, err := p.http.GetApi(ctx, &apigatewayv2.GetApiInput{ApiId: &id}, p.inHTTP)
	if err != nil {
		return inventory.API{}, p.fail(ctx, err)
	}
	return inventory.API{ID: id, Name: sdk.ToString(out.Name), Protocol: inventory.Protocol(out.ProtocolType), Tags: tagsOf(out.Tags)}, nil
}

// Stages is GetStages of both versions.
func (p *place) Stages(ctx context.Context, a *inventory.API, t string) ([]inventory.Stage, string, error) {
	if a.Protocol == inventory.REST {
		stages, err := p.restStages(ctx, a)
		return stages, "", err
	}
	out, err := p.http.GetStages(ctx, &apigatewayv2.GetStagesInput{ApiId: &a.ID, NextToken: token(t), MaxResults: pageSize}, p.inHTTP)
	if err != nil {
		return nil, "", p.fail(ctx, err)
	}
	stages := make([]inventory.Stage, len(out.Items))
	for i, s := range out.Items {
		stages[i] = inventory.Stage{API: a, Name: sdk.ToString(s.StageName), Tags: tagsOf(s.Tags)}
		if d := s.DefaultRouteSettings; d != nil {
			stages[i].DetailedMetrics = sdk.ToBool(d.DetailedMetricsEnabled)
		}
		if l := s.AccessLogSettings; l != nil {
			stages[i].AccessLog = inventory.AccessLog{Destination: sdk.ToString(l.DestinationArn), Format: sdk.ToString(l.Format)}
		}
	}
	return stages, sdk.ToString(out.NextToken), nil
}

// Routes is GetResources of REST APIs, and GetRoutes of the others. A route without a
// method and a path ($default) has no metrics that could be named by them.
func (p *place) Routes(ctx context.Context, a *inventory.API, t string) ([]inventory.Route, string, error) {
	if a.Protocol == inventory.REST {
		return p.restRoutes(ctx, a, t)
	}
	out, err := p.http.GetRoutes(ctx, &apigatewayv2.GetRoutesInput{ApiId: &a.ID, NextToken: token(t), MaxResults: pageSize}, p.inHTTP)
	if err != nil {
		return nil, "", p.fail(ctx, err)
	}
	var routes []inventory.Route
	for _, r := range out.Items {
		if method, path, ok := strings.Cut(sdk.ToString(r.RouteKey), " "); ok {
			routes = append(routes, inventory.Route{Method: method, Resource: path})
		}
	}
	return routes, sdk.ToString(out.NextToken), nil
}

// SetAccessLog switches the access log of a stage on, or off where log is zero.
func (p *place) SetAccessLog(ctx context.Context, a *inventory.API, stage string, log inventory.AccessLog) error {
	if a.Protocol == inventory.REST {
		return p.setRESTAccessLog(ctx, a, stage, log)
	}
	var err error
	if log == (inventory.AccessLog{}) {
		_, err = p.http.DeleteAccessLogSettings(ctx, &apigatewayv2.DeleteAccessLogSettingsInput{ApiId: &a.ID, StageName: &stage}, p.inHTTP)
	} else {
		_, err = p.http.UpdateStage(ctx, &apigatewayv2.UpdateStageInput{
			ApiId: &a.ID, StageName: &stage, AccessLogSettings: &types.AccessLogSettings{DestinationArn: &log.Destination, Format: &log.Format},
		}, p.inHTTP)
	}
	return p.fail(ctx, err)
}
