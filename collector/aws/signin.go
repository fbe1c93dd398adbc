package aws

import (
	"context"
	"regexp"
	"strings"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/collector/inventory"
)

// renewBefore is how long before their end credentials are renewed: longer than any call.
const renewBefore = 5 * time.Minute

var regionName = regexp.MustCompile(`^[a-z]{2}(-[a-z]+){1,3}-[0-9]{1,2}$`)

// signIn returns the credentials for a place, once they are known to work.
func (s *Session) signIn(ctx context.Context, p inventory.Place) (sdk.CredentialsProvider, error) {
	where := "place " + p.String()
	switch {
	case p.Region == "":
		return nil, &seamark.Fault{Class: seamark.Rejected, Where: "account " + p.Account, What: "no region is named", Remedy: "name regions in the configuration, such as regions: [eu-central-1]"}
	case !regionName.MatchString(p.Region):
		return nil, &seamark.Fault{Class: seamark.Rejected, Where: where, What: "'" + p.Region + "' is no region", Remedy: "write it like eu-central-1"}
	case !seamark.IsAccountID(p.Account):
		return nil, &seamark.Fault{Class: seamark.Rejected, Where: where, What: "'" + p.Account + "' is no account", Remedy: "write its 12 digits, in quotes"}
	case s.o.Role == "":
		return s.ownCredentials(ctx, p)
	}
	role, err := s.role(p)
	if err != nil {
		return nil, err
	}
	credentials := s.assumed(p, role)
	if _, err := credentials.Retrieve(ctx); err != nil {
		return nil, s.roleFault(ctx, where, role, err)
	}
	return credentials, nil
}

// ownCredentials are the caller's, where the place is of the caller's account.
func (s *Session) ownCredentials(ctx context.Context, p inventory.Place) (sdk.CredentialsProvider, error) {
	account, err := s.callerAccount(ctx, p.Region)
	if err != nil {
		return nil, err
	}
	if account != p.Account {
		return nil, &seamark.Fault{Class: seamark.Permanent, Where: "place " + p.String(), What: "the AWS credentials in use are of account " + account,
			Remedy: "set onboard.role to a role in each account, or use credentials of " + p.Account}
	}
	return s.cfg.Credentials, nil
}

// role is the ARN of the role in an account.
func (s *Session) role(p inventory.Place) (string, error) {
	if !strings.HasPrefix(s.o.Role, "arn:") {
		return "arn:" + partition(p.Region) + ":iam::" + p.Account + ":role/" + strings.TrimPrefix(s.o.Role, "/"), nil
	}
	role := strings.ReplaceAll(s.o.Role, "{account}", p.Account)
	if !strings.Contains(role, "::"+p.Account+":") {
		return "", &seamark.Fault{Class: seamark.Rejected, Where: "place " + p.String(), What: role + " is a role of another account", Remedy: "write {account} in onboard.role"}
	}
	return role, nil
}

func partition(region string) string {
	switch {
	case strings.HasPrefix(region, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(region, "us-gov-"):
		return "aws-us-gov"
	}
	return "aws"
}

// assumed are the credentials of the role in an account, renewed as they run out. The
// regions of an account share them.
func (s *Session) assumed(p inventory.Place, role string) sdk.CredentialsProvider {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.roles[p.Account]; c != nil {
		return c
	}
	if s.sts == nil {
		s.sts = s.stsIn(p.Region)
	}
	c := sdk.NewCredentialsCache(
		stscreds.NewAssumeRoleProvider(s.sts, role, func(a *stscreds.AssumeRoleOptions) {
			a.RoleSessionName = s.o.SessionName
			if s.o.ExternalID != "" {
				a.ExternalID = &s.o.ExternalID
			}
		}),
		func(c *sdk.CredentialsCacheOptions) { c.ExpiryWindow = renewBefore })
	s.roles[p.Account] = c
	return c
}

// stsIn is STS in the caller's region, or where none is set in that of a place.
func (s *Session) stsIn(region string) *sts.Client {
	return sts.NewFromConfig(s.cfg, func(at *sts.Options) {
		if at.Region == "" {
			at.Region = region
		}
	})
}

// CallerAccount is the account of the caller's own credentials. It is asked for once.
func (s *Session) CallerAccount(ctx context.Context) (string, error) { return s.callerAccount(ctx, "") }

func (s *Session) callerAccount(ctx context.Context, region string) (string, error) {
	s.mu.Lock()
	account := s.caller
	s.mu.Unlock()
	if account != "" {
		return account, nil
	}
	if s.cfg.Region == "" && region == "" {
		return "", noRegion()
	}
	if _, err := s.cfg.Credentials.Retrieve(ctx); err != nil {
		return "", noCredentials(ctx, err)
	}
	out, err := s.stsIn(region).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return "", s.callerFault(ctx, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.caller = sdk.ToString(out.Account)
	return s.caller, nil
}

func noRegion() error {
	return &seamark.Fault{Class: seamark.Rejected, What: "no AWS region is set", Remedy: "set AWS_REGION, or name a region in the AWS profile"}
}

func noCredentials(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return &seamark.Fault{Class: seamark.Permanent, What: "no AWS credentials were found", Err: failure(err),
		Remedy: "set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, sign in with aws sso login, or give this machine a role"}
}

func (s *Session) callerFault(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	e := failure(err)
	f := &seamark.Fault{Class: classOf(e), Where: "AWS STS", What: "AWS refuses the credentials in use", Err: e, Remedy: "sign in anew, or mend AWS_PROFILE or AWS_ACCESS_KEY_ID"}
	if f.Class == seamark.Temporary {
		f.What, f.Remedy = "AWS could not be asked whose the credentials are", "try again; see AWS_REGION, AWS_ENDPOINT_URL and the proxy"
	}
	return f
}

// roleFault says why a role cannot be assumed. AWS answers the same to a role that is not
// there, one that does not trust the caller, a wrong external id and a suspended account.
func (s *Session) roleFault(ctx context.Context, where, role string, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if _, own := s.cfg.Credentials.Retrieve(ctx); own != nil {
		return noCredentials(ctx, own)
	}
	e := failure(err)
	f := &seamark.Fault{Class: classOf(e), Where: where, What: "the role " + role + " cannot be assumed", Err: e}
	switch {
	case f.Class == seamark.Temporary:
		f.Remedy = "the next sweep tries again"
	case e.Code == "RegionDisabledException":
		f.Remedy = "activate STS for the region in that account, or set AWS_REGION to another"
	case e.Code == "AccountSuspended" || e.Code == "OptInRequired":
		f.Remedy = "the account is suspended or not yet active: take it out of the configuration"
	case e.Code == "ExpiredToken" || e.Code == "InvalidClientTokenId" || e.Code == "SignatureDoesNotMatch":
		f.Remedy = "sign in anew, or mend the caller's own credentials"
	default:
		f.Remedy = "make the role there, let it trust the caller and " + s.externalIDRemedy() + "; if the account is suspended or closed, take it out of the configuration"
	}
	return f
}

func (s *Session) externalIDRemedy() string {
	if s.o.ExternalID == "" {
		return "ask for no external id, or set onboard.externalID"
	}
	return "ask for the external id of onboard.externalID"
}
