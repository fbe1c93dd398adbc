package aws

import (
	"context"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/seamark-hq/seamark/collector/inventory"
)

// Functions is ListFunctions: 50 a page.
func (p *place) Functions(ctx context.Context, t string) ([]inventory.Function, string, error) {
	out, err := p.lambda.ListFunctions(ctx, &lambda.ListFunctionsInput{Marker: token(t)}, p.inLambda)
	if err != nil {
		return nil, "", p.fail(ctx, err)
	}
	page := make([]inventory.Function, len(out.Functions))
	for i := range out.Functions {
		page[i] = function(&out.Functions[i])
	}
	return page, sdk.ToString(out.NextMarker), nil
}

func function(f *types.FunctionConfiguration) inventory.Function {
	out := inventory.Function{Name: sdk.ToString(f.FunctionName), Timeout: int(sdk.ToInt32(f.Timeout))}
	if f.LoggingConfig != nil {
		out.LogGroup = sdk.ToString(f.LoggingConfig.LogGroup)
	}
	return out
}

// FunctionTags is ListTags.
func (p *place) FunctionTags(ctx context.Context, arn string) (inventory.Tags, error) {
	out, err := p.lambda.ListTags(ctx, &lambda.ListTagsInput{Resource: &arn}, p.inLambda)
	if err != nil {
		return nil, p.fail(ctx, err)
	}
	return tagsOf(out.Tags), nil
}

// Function reads one function and its tags. Not with GetFunction, which has both: its right
// is that to fetch the function's code too.
func (p *place) Function(ctx context.Context, name string) (inventory.Function, error) {
	out, err := p.lambda.GetFunctionConfiguration(ctx, &lambda.GetFunctionConfigurationInput{FunctionName: &name}, p.inLambda)
	if err != nil {
		return inventory.Function{}, p.fail(ctx, err)
	}
	f := function(&types.FunctionConfiguration{FunctionName: out.FunctionName, Timeout: out.Timeout, LoggingConfig: out.LoggingConfig})
	f.Tags, err = p.FunctionTags(ctx, p.FunctionARN(name))
	return f, err
}
