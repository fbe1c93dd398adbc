package aws_test

import (
	"archive/zip"
	"bytes"
	"context"
	"strings"
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	resttypes "github.com/aws/aws-sdk-go-v2/service/apigateway/types"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	httptypes "github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	logtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	lambdatypes "github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/seamark-hq/seamark/collector"
	"github.com/seamark-hq/seamark/collector/aws"
	"github.com/seamark-hq/seamark/collector/inventory"
)

// team owns an account of an emulator, and does there what teams do.
type team struct {
	place  inventory.Place
	logs   *cloudwatchlogs.Client
	lambda *lambda.Client
	rest   *apigateway.Client
	http   *apigatewayv2.Client
}

func newTeam(t *testing.T, url string, p inventory.Place) *team {
	t.Helper()
	cfg, err := config.LoadDefaultConfig(t.Context(), config.WithRegion(p.Region), config.WithBaseEndpoint(url),
		config.WithCredentialsProvider(credentials.NewStaticCredentialsProvider(p.Account, "test", "")))
	if err != nil {
		t.Fatal(err)
	}
	cfg.HTTPClient = aws.Whole(cfg.HTTPClient)
	return &team{place: p, logs: cloudwatchlogs.NewFromConfig(cfg), lambda: lambda.NewFromConfig(cfg), rest: apigateway.NewFromConfig(cfg), http: apigatewayv2.NewFromConfig(cfg)}
}

func asMap(tags inventory.Tags) map[string]string {
	m := map[string]string{}
	for _, t := range tags {
		m[t.Key] = t.Value
	}
	return m
}

func (m *team) MakeLogGroup(ctx context.Context, g inventory.LogGroup) error {
	in := &cloudwatchlogs.CreateLogGroupInput{LogGroupName: &g.Name, LogGroupClass: logtypes.LogGroupClass(g.Class)}
	if len(g.Tags) > 0 {
		in.Tags = asMap(g.Tags)
	}
	_, err := m.logs.CreateLogGroup(ctx, in)
	return err
}

func (m *team) MakeFunction(ctx context.Context, f inventory.Function) error {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create("index.py")
	if err == nil {
		_, err = w.Write([]byte("def handler(event, context): return 1\n"))
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		return err
	}
	in := &lambda.CreateFunctionInput{
		FunctionName: &f.Name, Timeout: sdk.Int32(int32(f.Timeout)), Handler: sdk.String("index.handler"), Runtime: lambdatypes.RuntimePython312,
		Role: sdk.String("arn:aws:iam::" + m.place.Account + ":role/lambda"), Code: &lambdatypes.FunctionCode{ZipFile: b.Bytes()}, Tags: asMap(f.Tags),
	}
	if f.LogGroup != "" {
		in.LoggingConfig = &lambdatypes.LoggingConfig{LogGroup: &f.LogGroup}
	}
	_, err = m.lambda.CreateFunction(ctx, in)
	return err
}

func (m *team) MakeAPI(ctx context.Context, a inventory.API, routes []inventory.Route, stages []inventory.Stage) (*inventory.API, error) {
	if a.Protocol == inventory.REST {
		return m.makeREST(ctx, a, routes, stages)
	}
	out, err := m.http.CreateApi(ctx, &apigatewayv2.CreateApiInput{Name: &a.Name, ProtocolType: httptypes.ProtocolType(a.Protocol), Tags: asMap(a.Tags)})
	if err != nil {
		return nil, err
	}
	a.ID = *out.ApiId
	for _, r := range routes {
		if _, err := m.http.CreateRoute(ctx, &apigatewayv2.CreateRouteInput{ApiId: &a.ID, RouteKey: sdk.String(r.Method + " " + r.Resource)}); err != nil {
			return nil, err
		}
	}
	for _, s := range stages {
		in := &apigatewayv2.CreateStageInput{ApiId: &a.ID, StageName: &s.Name, Tags: asMap(s.Tags)}
		if s.DetailedMetrics {
			in.DefaultRouteSettings = &httptypes.RouteSettings{DetailedMetricsEnabled: sdk.Bool(true)}
		}
		if _, err := m.http.CreateStage(ctx, in); err != nil {
			return nil, err
		}
	}
	return &a, nil
}

func (m *team) makeREST(ctx context.Context, a inventory.API, routes []inventory.Route, stages []inventory.Stage) (*inventory.API, error) {
	out, err := m.rest.CreateRestApi(ctx, &apigateway.CreateRestApiInput{Name: &a.Name, Tags: asMap(a.Tags)})
	if err != nil {
		return nil, err
	}
	a.ID = *out.Id
	ids := map[string]string{"": sdk.ToString(out.RootResourceId)}
	for _, r := range routes {
		if err := m.makeMethod(ctx, a.ID, ids, r); err != nil {
			return nil, err
		}
	}
	for _, s := range stages {
		if err := m.makeRESTStage(ctx, a.ID, s); err != nil {
			return nil, err
		}
	}
	return &a, nil
}

// makeMethod makes the resources of a path, of which ids knows those there are, and the method on the last.
func (m *team) makeMethod(ctx context.Context, api string, ids map[string]string, r inventory.Route) error {
	path := ""
	for _, part := range strings.Split(strings.Trim(r.Resource, "/"), "/") {
		parent := ids[path]
		path += "/" + part
		if ids[path] != "" {
			continue
		}
		out, err := m.rest.CreateResource(ctx, &apigateway.CreateResourceInput{RestApiId: &api, ParentId: &parent, PathPart: &part})
		if err != nil {
			return err
		}
		ids[path] = *out.Id
	}
	id := ids[path]
	_, err := m.rest.PutMethod(ctx, &apigateway.PutMethodInput{RestApiId: &api, ResourceId: &id, HttpMethod: &r.Method, AuthorizationType: sdk.String("NONE")})
	if err == nil {
		_, err = m.rest.PutIntegration(ctx, &apigateway.PutIntegrationInput{RestApiId: &api, ResourceId: &id, HttpMethod: &r.Method, Type: resttypes.IntegrationTypeMock})
	}
	return err
}

func (m *team) makeRESTStage(ctx context.Context, api string, s inventory.Stage) error {
	d, err := m.rest.CreateDeployment(ctx, &apigateway.CreateDeploymentInput{RestApiId: &api})
	if err != nil {
		return err
	}
	if _, err = m.rest.CreateStage(ctx, &apigateway.CreateStageInput{RestApiId: &api, StageName: &s.Name, DeploymentId: d.Id, Tags: asMap(s.Tags)}); err != nil {
		return err
	}
	if s.DetailedMetrics {
		_, err = m.rest.UpdateStage(ctx, &apigateway.UpdateStageInput{RestApiId: &api, StageName: &s.Name, PatchOperations: []resttypes.PatchOperation{
			{Op: resttypes.OpReplace, Path: sdk.String("/*/*/metrics/enabled"), Value: sdk.String("true")},
		}})
	}
	return err
}

func apiARN(region string, a *inventory.API) string {
	kind := "/apis/"
	if a.Protocol == inventory.REST {
		kind = "/restapis/"
	}
	return "arn:aws:apigateway:" + region + "::" + kind + a.ID
}

func (m *team) TagAPI(ctx context.Context, a *inventory.API, region string, tags inventory.Tags) error {
	return m.tag(ctx, apiARN(region, a), tags, false)
}

// Write sorts nothing: events of a stream come in the order of their times.
func (m *team) Write(ctx context.Context, group string, events []inventory.LogEvent) error {
	streams := map[string][]logtypes.InputLogEvent{}
	for i := range events {
		e := &events[i]
		streams[e.Stream] = append(streams[e.Stream], logtypes.InputLogEvent{Message: &e.Message, Timestamp: &e.Timestamp})
	}
	for name, list := range streams {
		if _, err := m.logs.CreateLogStream(ctx, &cloudwatchlogs.CreateLogStreamInput{LogGroupName: &group, LogStreamName: &name}); err != nil {
			return err
		}
		if _, err := m.logs.PutLogEvents(ctx, &cloudwatchlogs.PutLogEventsInput{LogGroupName: &group, LogStreamName: &name, LogEvents: list}); err != nil {
			return err
		}
	}
	return nil
}

// tag sets tags of a log group or function by its ARN, or removes the keys of tags where unset.
func (m *team) tag(ctx context.Context, arn string, tags inventory.Tags, unset bool) error {
	var keys []string
	for _, t := range tags {
		keys = append(keys, t.Key)
	}
	var err error
	isLambda := strings.Contains(arn, ":lambda:")
	switch {
	case isLambda && unset:
		_, err = m.lambda.UntagResource(ctx, &lambda.UntagResourceInput{Resource: &arn, TagKeys: keys})
	case isLambda:
		_, err = m.lambda.TagResource(ctx, &lambda.TagResourceInput{Resource: &arn, Tags: asMap(tags)})
	case strings.Contains(arn, "::/apis/") && unset:
		_, err = m.http.UntagResource(ctx, &apigatewayv2.UntagResourceInput{ResourceArn: &arn, TagKeys: keys})
	case strings.Contains(arn, "::/apis/"):
		_, err = m.http.TagResource(ctx, &apigatewayv2.TagResourceInput{ResourceArn: &arn, Tags: asMap(tags)})
	case strings.Contains(arn, ":apigateway:") && unset:
		_, err = m.rest.UntagResource(ctx, &apigateway.UntagResourceInput{ResourceArn: &arn, TagKeys: keys})
	case strings.Contains(arn, ":apigateway:"):
		_, err = m.rest.TagResource(ctx, &apigateway.TagResourceInput{ResourceArn: &arn, Tags: asMap(tags)})
	case unset:
		_, err = m.logs.UntagResource(ctx, &cloudwatchlogs.UntagResourceInput{ResourceArn: &arn, TagKeys: keys})
	default:
		_, err = m.logs.TagResource(ctx, &cloudwatchlogs.TagResourceInput{ResourceArn: &arn, Tags: asMap(tags)})
	}
	return err
}

// tagged is MiniStack with an API's tags as they are now: its listings show those with
// which the API was made.
type tagged struct {
	collector.Cloud
	team *team
}

func (c tagged) RESTAPIs(ctx context.Context, token string) ([]inventory.API, string, error) {
	page, next, err := c.Cloud.RESTAPIs(ctx, token)
	for i := range page {
		out, e := c.team.rest.GetTags(ctx, &apigateway.GetTagsInput{ResourceArn: sdk.String(apiARN(c.team.place.Region, &page[i]))})
		if e != nil {
			return nil, "", e
		}
		page[i].Tags = tagList(out.Tags)
	}
	return page, next, err
}

func (c tagged) HTTPAPIs(ctx context.Context, token string) ([]inventory.API, string, error) {
	page, next, err := c.Cloud.HTTPAPIs(ctx, token)
	for i := range page {
		out, e := c.team.http.GetTags(ctx, &apigatewayv2.GetTagsInput{ResourceArn: sdk.String(apiARN(c.team.place.Region, &page[i]))})
		if e != nil {
			return nil, "", e
		}
		page[i].Tags = tagList(out.Tags)
	}
	return page, next, err
}

func tagList(m map[string]string) inventory.Tags {
	var list []inventory.Tag
	for k, v := range m {
		list = append(list, inventory.Tag{Key: k, Value: v})
	}
	return inventory.NewTags(list...)
}
