package aws

import (
	"context"
	"slices"
	"strings"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/seamark-hq/seamark/collector/inventory"
)

// RESTAPIs is GetRestApis: 500 a page, with tags.
func (p *place) RESTAPIs(ctx context.Context, t string) ([]inventory.API, string, error) {
	out, err := p.rest.GetRestApis(ctx, &apigateway.GetRestApisInput{Position: token(t), Limit: sdk.Int32(500)}, p.inREST)
	if err != nil {
		return nil, "", p.fail(ctx, err)
	}
	page := make([]inventory.API, len(out.Items))
	for i, a := range out.Items {
		page[i] = inventory.API{ID: sdk.ToString(a.Id), Name: sdk.ToString(a.Name), Protocol: inventory.REST, Tags: tagsOf(a.Tags)}
	}
	return page, sdk.ToString(out.Position), nil
}

func (p *place) restAPI(ctx context.Context, id string) (inventory.API, error) {
	out, err := p.rest.GetRestApi(ctx, &apigateway.GetRestApiInput{RestApiId: &id}, p.inREST)
	if err != nil {
		return inventory.API{}, p.fail(ctx, err)
	}
	return inventory.API{ID: id, Name: sdk.ToString(out.Name), Protocol: inventory.REST, Tags: tagsOf(out.Tags)}, nil
}

// restStages is GetStages, which has one page.
func (p *place) restStages(ctx context.Context, a *inventory.API) ([]inventory.Stage, error) {
	out, err := p.rest.GetStages(ctx, &apigateway.GetStagesInput{RestApiId: &a.ID}, p.inREST)
	if err != nil {
		return nil, p.fail(ctx, err)
	}
	stages := make([]inventory.Stage, len(out.Item))
	for i, s := range out.Item {
		stages[i] = inventory.Stage{API: a, Name: sdk.ToString(s.StageName), Tags: tagsOf(s.Tags), DetailedMetrics: s.MethodSettings["*/*"].MetricsEnabled}
		if l := s.AccessLogSettings; l != nil {
			stages[i].AccessLog = inventory.AccessLog{Destination: sdk.ToString(l.DestinationArn), Format: sdk.ToString(l.Format)}
		}
	}
	return stages, nil
}

// restRoutes is GetResources with the methods: 500 resources a page.
func (p *place) restRoutes(ctx context.Context, a *inventory.API, t string) ([]inventory.Route, string, error) {
	out, err := p.rest.GetResources(ctx, &apigateway.GetResourcesInput{
		RestApiId: &a.ID, Position: token(t), Limit: sdk.Int32(500), Embed: []string{"methods"},
	}, p.inREST)
	if err != nil {
		return nil, "", p.fail(ctx, err)
	}
	var routes []inventory.Route
	for _, r := range out.Items {
		for method := range r.ResourceMethods {
			routes = append(routes, inventory.Route{Method: method, Resource: sdk.ToString(r.Path)})
		}
	}
	slices.SortFunc(routes, func(a, b inventory.Route) int {
		return strings.Compare(a.Resource+" "+a.Method, b.Resource+" "+b.Method)
	})
	return routes, sdk.ToString(out.Position), nil
}

// setRESTAccessLog is UpdateStage. Both settings are one: what is switched off is removed whole.
func (p *place) setRESTAccessLog(ctx context.Context, a *inventory.API, stage string, log inventory.AccessLog) error {
	patch := []types.PatchOperation{{Op: types.OpRemove, Path: sdk.String("/accessLogSettings")}}
	if log != (inventory.AccessLog{}) {
		patch = []types.PatchOperation{
			{Op: types.OpReplace, Path: sdk.String("/accessLogSettings/destinationArn"), Value: &log.Destination},
			{Op: types.OpReplace, Path: sdk.String("/accessLogSettings/format"), Value: &log.Format},
		}
	}
	_, err := p.rest.UpdateStage(ctx, &apigateway.UpdateStageInput{RestApiId: &a.ID, StageName: &stage, PatchOperations: patch}, p.inREST)
	return p.fail(ctx, err)
}
