package aws

import (
	"cmp"
	"context"
	"net"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go/logging"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/collector"
	"github.com/seamark-hq/seamark/collector/inventory"
)

// Options say how places are opened. The zero value uses the caller's own credentials,
// and so reaches the caller's account alone.
type Options struct {
	// Role is assumed in each account: a name, a path and name, or an ARN in which
	// {account} is filled in. Empty: the caller's own credentials.
	Role        string
	ExternalID  string // what the role's trust policy asks for; may be empty
	SessionName string // of the assumed role, as CloudTrail shows it; empty is DefaultSession

	Timeout     time.Duration       // of one attempt of a call, its answer included; 0 is 30 s
	Connections int                 // to one service of one region at most; 0 is 128
	Called      func(action string) // told of each request, as IAM names its action ("logs:PutSubscriptionFilter"); may be nil
}

// DefaultSession is the name under which the collector appears in CloudTrail.
const DefaultSession = "seamark-collector"

// Session signs in to accounts, and asks what takes none of the collector's services: a program that
// sweeps nothing does not link them. It is safe for concurrent use.
type Session struct {
	o     Options
	cfg   sdk.Config
	watch *cloudwatch.Client

	mu     sync.Mutex
	roles  map[string]sdk.CredentialsProvider // by account
	sts    *sts.Client                        // that assumes them
	caller string                             // account of the caller's own credentials; empty: not asked yet
}

// Opener opens places. It is safe for concurrent use.
type Opener struct {
	*Session
	clients *clients
}

var (
	rolePattern    = regexp.MustCompile(`^[\w+=,.@/-]+$`)
	roleARNPattern = regexp.MustCompile(`^arn:aws[a-z-]*:iam::(\{account\}|[0-9]{12}):role/[\w+=,.@/-]+$`)
	sessionPattern = regexp.MustCompile(`^[\w+=,.@-]+$`)
)

// maxRole bounds a role's path and name. A count in a pattern would cost each process that is
// started hundreds of kilobytes.
const maxRole = 512

func (o Options) withDefaults() (Options, error) {
	o.SessionName = cmp.Or(o.SessionName, DefaultSession)
	o.Timeout = cmp.Or(o.Timeout, 30*time.Second)
	o.Connections = cmp.Or(o.Connections, 128)
	fault := func(where, value, remedy string) error {
		return &seamark.Fault{Class: seamark.Rejected, Where: where, What: "'" + value + "' cannot be used", Remedy: remedy}
	}
	switch {
	case strings.HasPrefix(o.Role, "arn:") && (!roleARNPattern.MatchString(o.Role) || len(o.Role[strings.Index(o.Role, ":role/")+len(":role/"):]) > maxRole):
		return o, fault("onboard.role", o.Role, "write arn:aws:iam::{account}:role/NAME")
	case o.Role != "" && !strings.HasPrefix(o.Role, "arn:") && (!rolePattern.MatchString(o.Role) || len(o.Role) > maxRole):
		return o, fault("onboard.role", o.Role, "write the name of a role, its path and name, or its ARN")
	case !sessionPattern.MatchString(o.SessionName) || len(o.SessionName) < 2 || len(o.SessionName) > 64:
		return o, fault("session name", o.SessionName, "use 2 to 64 letters, digits and =,.@-")
	}
	return o, nil
}

// New reads the AWS environment; it makes no call.
func New(ctx context.Context, o Options) (*Opener, error) {
	s, err := NewSession(ctx, o)
	if err != nil {
		return nil, err
	}
	return &Opener{s, newClients(s)}, nil
}

// NewSession is New for who opens no place.
func NewSession(ctx context.Context, o Options) (*Session, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	cfg, err := config.LoadDefaultConfig(ctx, config.WithHTTPClient(o.httpClient()), config.WithAppID("seamark"), config.WithLogger(logging.Nop{}))
	if err != nil {
		return nil, &seamark.Fault{Class: seamark.Rejected, What: "the AWS environment is faulty", Err: err, Remedy: "mend AWS_PROFILE, AWS_REGION or the shared configuration file"}
	}
	cfg.HTTPClient = whole{cfg.HTTPClient} // only now: the SDK puts AWS_CA_BUNDLE into clients of its own kind alone
	cfg.Logger = logging.Nop{}             // what matters comes back as an error
	if o.Called != nil {
		cfg.APIOptions = append(cfg.APIOptions, tell(o.Called))
	}
	return &Session{o: o, cfg: cfg, watch: cloudwatch.NewFromConfig(unretried(cfg)), roles: map[string]sdk.CredentialsProvider{}}, nil
}

// httpClient is one pool of connections for all places. Its limit is per host, and a
// host is one service in one region: a Lambda function may hold 1,024 files.
func (o Options) httpClient() *awshttp.BuildableClient {
	return awshttp.NewBuildableClient().WithTimeout(o.Timeout).WithDialerOptions(func(d *net.Dialer) {
		d.Timeout = min(10*time.Second, o.Timeout)
	}).WithTransportOptions(func(t *http.Transport) {
		t.TLSHandshakeTimeout = min(10*time.Second, o.Timeout)
		t.MaxConnsPerHost, t.MaxIdleConnsPerHost, t.MaxIdleConns = o.Connections, o.Connections, 0
	})
}

// Open opens a place: it assumes the role of its account, unless that was done lately. The
// error is a *seamark.Fault that names the place and the remedy.
func (o *Opener) Open(ctx context.Context, p inventory.Place) (collector.Cloud, error) {
	credentials, err := o.signIn(ctx, p)
	if err != nil {
		return nil, err
	}
	return &place{Place: p, clients: o.clients, credentials: credentials, emulated: o.cfg.BaseEndpoint != nil}, nil
}
