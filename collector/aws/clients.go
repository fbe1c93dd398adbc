package aws

import (
	"context"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/seamark-hq/seamark/collector/inventory"
)

// clients are one per service for all places: region and credentials go with each call.
type clients struct {
	logs    *cloudwatchlogs.Client
	lambda  *lambda.Client
	rest    *apigateway.Client
	http    *apigatewayv2.Client
	tagging *resourcegroupstaggingapi.Client
	watch   *cloudwatch.Client
}

// unretried switches the SDK's own retries off: the collector's meter counts and paces every
// request.
func unretried(cfg sdk.Config) sdk.Config {
	cfg.Retryer = func() sdk.Retryer { return sdk.NopRetryer{} }
	return cfg
}

func newClients(s *Session) *clients {
	cfg := unretried(s.cfg)
	return &clients{
		logs: cloudwatchlogs.NewFromConfig(cfg), lambda: lambda.NewFromConfig(cfg), rest: apigateway.NewFromConfig(cfg),
		http: apigatewayv2.NewFromConfig(cfg), tagging: resourcegroupstaggingapi.NewFromConfig(cfg), watch: s.watch,
	}
}

// place is a collector.Cloud: one region of one account.
type place struct {
	inventory.Place
	*clients
	credentials sdk.CredentialsProvider
	emulated    bool // another endpoint than AWS's own answers
}

// PartialTags reports whether tag:GetResources may lack whole types of resources.
func (p *place) PartialTags() bool { return p.emulated }

// What follows points a call at the place.

func (p *place) inLogs(o *cloudwatchlogs.Options) { o.Region, o.Credentials = p.Region, p.credentials }

func (p *place) inLambda(o *lambda.Options) { o.Region, o.Credentials = p.Region, p.credentials }

func (p *place) inREST(o *apigateway.Options) { o.Region, o.Credentials = p.Region, p.credentials }

func (p *place) inHTTP(o *apigatewayv2.Options) { o.Region, o.Credentials = p.Region, p.credentials }

func (p *place) inTagging(o *resourcegroupstaggingapi.Options) {
	o.Region, o.Credentials = p.Region, p.credentials
}

func (p *place) inWatch(o *cloudwatch.Options) { o.Region, o.Credentials = p.Region, p.credentials }

// token is what a listing goes on from; nil at its beginning.
func token(t string) *string {
	if t == "" {
		return nil
	}
	return &t
}

// tell calls called with each request's action, as IAM policies name it. API Gateway's are the HTTP
// methods (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-iam-policy-examples.html).
func tell(called func(action string)) func(*middleware.Stack) error {
	return func(s *middleware.Stack) error {
		return s.Finalize.Add(middleware.FinalizeMiddlewareFunc("SeamarkTell",
			func(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (middleware.FinalizeOutput, middleware.Metadata, error) {
				service, operation := awsmiddleware.GetServiceID(ctx), awsmiddleware.GetOperationName(ctx)
				if r, ok := in.Request.(*smithyhttp.Request); ok && services[service] == "apigateway" {
					operation = r.Method
				}
				called(services[service] + ":" + operation)
				return next.HandleFinalize(ctx, in)
			}), middleware.After)
	}
}

// services are the prefixes of IAM actions, by the SDK's ids of services.
var services = map[string]string{
	cloudwatchlogs.ServiceID: "logs", lambda.ServiceID: "lambda", apigateway.ServiceID: "apigateway", apigatewayv2.ServiceID: "apigateway",
	resourcegroupstaggingapi.ServiceID: "tag", cloudwatch.ServiceID: "cloudwatch", "STS": "sts", "Organizations": "organizations",
}
