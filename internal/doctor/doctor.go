// Package doctor walks a hub in AWS, an appliance and the accounts that are looked after, and says
// what is wrong and how to mend it. It changes nothing.
//
// A check is a name, what it asks, and a small function. What it may not ask is said to be not
// checked, and why: a doctor who sees nothing does not say that all is well.
package doctor

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/seamark-hq/seamark/collector/inventory"
)

// Verdict is what a check found, the worse the greater.
type Verdict int

// The verdicts.
const (
	OK Verdict = iota
	NotChecked
	Warning
	Broken
)

var verdicts = []string{"ok", "not checked", "warning", "broken"}

// String is the verdict in words.
func (v Verdict) String() string { return verdicts[v] }

// MarshalText implements encoding.TextMarshaler.
func (v Verdict) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// Finding is what a check found of one thing.
type Finding struct {
	Check   string  `json:"check"`
	Subject string  `json:"subject,omitempty"` // the queue, account, … that was looked at
	Verdict Verdict `json:"verdict"`
	What    string  `json:"what"`
	Remedy  string  `json:"remedy,omitempty"`
}

// Check is one question.
type Check struct {
	Name string
	Asks string // what it calls
	run  func(ctx context.Context, p *Patient) []Finding
}

// Patient is what is looked at; what is nil is not there, and no check asks for it.
type Patient struct {
	Name      string // the hub's
	Account   string // the hub's; "": the caller's is taken for it
	Hub       Hub
	Appliance Appliance
	Cloud     Cloud             // the accounts
	Places    []inventory.Place // that are looked after
	Regions   []string          // that have a destination
	Lake      Lake
	Index     Index
	Receivers []string                                     // by name
	Card      func(ctx context.Context, name string) error // shows a receiver a test; nil: nobody is shown anything
	Now       time.Time
}

// ErrMissing says that a thing is not there, ErrRefused that the caller may not ask for it, and
// ErrClosed that an account cannot be entered.
var (
	ErrMissing = errors.New("is not there")
	ErrClosed  = errors.New("cannot be entered")
	ErrRefused = errors.New("these credentials may not ask")
)

// each is how long a check may take.
const each = 30 * time.Second

// Examine does all checks that concern the patient, side by side, and returns what they found in the
// order of Checks.
func Examine(ctx context.Context, p *Patient) []Finding {
	checks := Checks()
	if who := identity(ctx, p); p.Hub != nil && Worst(who) == Broken { // of the hub nobody could say anything
		outside := *p
		outside.Hub = nil
		who[0].Check = "identity"
		return append(append(who, Finding{Check: "hub", Subject: p.Name, Verdict: NotChecked, What: "nothing of it was looked at, for want of credentials"}), Examine(ctx, &outside)...)
	}
	found := make([][]Finding, len(checks))
	var wg sync.WaitGroup
	for i, c := range checks {
		wg.Go(func() {
			limited, cancel := context.WithTimeout(ctx, each)
			defer cancel()
			found[i] = c.run(limited, p)
			for k := range found[i] {
				found[i][k].Check = c.Name
			}
		})
	}
	wg.Wait()
	return slices.Concat(found...)
}

// Worst is the worst verdict.
func Worst(findings []Finding) Verdict {
	worst := OK
	for _, f := range findings {
		worst = max(worst, f.Verdict)
	}
	return worst
}

// Checks are all of them, in the order in which a person would go.
func Checks() []Check {
	return []Check{
		{"identity", "sts:GetCallerIdentity", identity},
		{"clock", "the time in AWS's answers", clock},
		{"functions", "lambda:GetFunctionConfiguration, ListEventSourceMappings", functions},
		{"configuration", "s3:GetObject of config/seamark.yml", configuration},
		{"queues", "sqs:GetQueueAttributes, cloudwatch:GetMetricData", queues},
		{"dead letters", "sqs:GetQueueAttributes", deadLetters},
		{"stream", "firehose:DescribeDeliveryStream", stream},
		{"destination", "logs:DescribeDestinations in each region", destinations},
		{"alarms", "cloudwatch:DescribeAlarms", alarms},
		{"trail", "cloudtrail:DescribeTrails, GetTrailStatus, GetEventSelectors in each region", trails},
		{"tables", "glue:GetTable; the lake's folders", tables},
		{"concurrency", "lambda:GetAccountSettings", concurrency},
		{"rights of the functions", "iam:SimulatePrincipalPolicy", functionRights},
		{"accounts", "sts:AssumeRole, and one page of each thing that the collector reads", accounts},
		{"rights in the accounts", "iam:SimulatePrincipalPolicy by the role in the account", accountRights},
		{"freshness", "the lake's senders/", freshness},
		{"index", "OpenSearch's version and index templates", index},
		{"receivers", "a test card, if asked for", receivers},
		{"appliance", "/healthz", appliance},
		{"disk", "the data folder's file system", disk},
	}
}

func ok(subject, what string, args ...any) Finding {
	return Finding{Subject: subject, Verdict: OK, What: fmt.Sprintf(what, args...)}
}

func warn(subject, remedy, what string, args ...any) Finding {
	return Finding{Subject: subject, Verdict: Warning, What: fmt.Sprintf(what, args...), Remedy: remedy}
}

func broken(subject, remedy, what string, args ...any) Finding {
	return Finding{Subject: subject, Verdict: Broken, What: fmt.Sprintf(what, args...), Remedy: remedy}
}

func notChecked(subject, remedy, what string, args ...any) Finding {
	return Finding{Subject: subject, Verdict: NotChecked, What: fmt.Sprintf(what, args...), Remedy: remedy}
}

// failed is what an error means: a thing that is not there is broken, and remedy mends it; what
// could not be asked is not checked.
func failed(subject string, err error, remedy string) Finding {
	switch {
	case errors.Is(err, ErrMissing):
		return broken(subject, remedy, "is not there")
	case errors.Is(err, ErrRefused):
		return notChecked(subject, "use credentials that may, or allow it: `seamark doctor --checks` says what is asked", "%v", err)
	case errors.Is(err, context.DeadlineExceeded):
		return notChecked(subject, "try again; see whether this machine reaches it", "no answer in %s", each)
	}
	return notChecked(subject, "", "%v", err)
}
