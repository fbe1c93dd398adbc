package aws

import (
	"context"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/collector/inventory"
)

// Denied asks IAM, with the role of a place and so only where that may, which of these actions its
// policies do not allow it on a resource of a service there, such as log-group:x. Policies of the organisation are not seen by a simulation.
// Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
func Denied(ctx context.Context, s *Session, p inventory.Place, service, resource string, actions []string) (denied []string, err error) {
	if s.o.Role == "" {
		return nil, &seamark.Fault{Class: seamark.Rejected, Where: p.String(), What: "no role is assumed whose rights could be simulated", Remedy: "set onboard.role"}
	}
	credentials, err := s.signIn(ctx, p)
	if err != nil {
		return nil, err
	}
	role, err := s.role(p)
	if err != nil {
		return nil, err
	}
	arn := "arn:" + partition(p.Region) + ":" + service + ":" + p.Region + ":" + p.Account + ":" + resource
	out, err := iam.NewFromConfig(unretried(s.cfg), func(o *iam.Options) { o.Region, o.Credentials = p.Region, credentials }).
		SimulatePrincipalPolicy(ctx, &iam.SimulatePrincipalPolicyInput{PolicySourceArn: &role, ActionNames: actions, ResourceArns: []string{arn}})
	if err != nil {
		return nil, failAt(ctx, p.String(), err)
	}
	for _, r := range out.EvaluationResults {
		if r.EvalDecision != types.PolicyEvaluationDecisionTypeAllowed {
			denied = append(denied, sdk.ToString(r.EvalActionName))
		}
	}
	return denied, nil
}
