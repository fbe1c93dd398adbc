package doctor

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/seamark-hq/seamark/collector"
	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/internal/hub"
)

// Cloud opens the accounts with the role that the collector assumes.
type Cloud interface {
	collector.Opener
	// Denied simulates, with the role in the account, which actions of a service it may not do on a
	// resource there, such as alarm:seamark/doctor. A simulation of no certain resource would deny all that is bounded.
	Denied(ctx context.Context, p inventory.Place, service, resource string, actions []string) (denied []string, err error)
}

// atOnce is how many places are looked at side by side.
const atOnce = 8

// everywhere asks something of each place, and keeps their order.
func everywhere(p *Patient, ask func(inventory.Place) Finding) []Finding {
	out := make([]Finding, len(p.Places))
	slots := make(chan struct{}, atOnce)
	var wg sync.WaitGroup
	for i, place := range p.Places {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			out[i] = ask(place)
		})
	}
	wg.Wait()
	return out
}

func accounts(ctx context.Context, p *Patient) []Finding {
	if p.Cloud == nil {
		return nil
	}
	return everywhere(p, func(place inventory.Place) Finding {
		c, err := p.Cloud.Open(ctx, place)
		if err != nil {
			return p.closed(place, err)
		}
		var refused []string
		for _, r := range reads {
			if err := r.read(ctx, c); err != nil {
				if isThrottled(err) {
					return notChecked(place.String(), "try again later", "AWS throttles: %v", err)
				}
				refused = append(refused, fmt.Sprintf("%s (%v)", r.what, err))
			}
		}
		if len(refused) > 0 {
			return broken(place.String(), "give the role the rights of docs/reference/iam.md (terraform apply of modules/spoke, or update the StackSet); a policy of the organisation may forbid it too", "cannot read %s", strings.Join(refused, "; "))
		}
		return ok(place.String(), "can be entered and read")
	})
}

// closed says what it means that an account cannot be entered. The roles of a hub let its functions
// in and nobody else, so that there a person's credentials prove nothing.
func (p *Patient) closed(place inventory.Place, err error) Finding {
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return failed(place.String(), err, "")
	case p.Hub != nil:
		return notChecked(place.String(), "add a role of yours to entering_role_arns of modules/spoke, or see whether the collector's log says `place cannot be opened`", "these credentials cannot enter it: %v", err)
	}
	return broken(place.String(), "see docs/reference/iam.md", "%v", err)
}

// reads are what the collector reads in a place, a page of each.
var reads = []struct {
	what string
	read func(ctx context.Context, c collector.Cloud) error
}{
	{"log groups", func(ctx context.Context, c collector.Cloud) error { _, _, err := c.LogGroups(ctx, ""); return err }},
	{"functions", func(ctx context.Context, c collector.Cloud) error { _, _, err := c.Functions(ctx, ""); return err }},
	{"REST APIs", func(ctx context.Context, c collector.Cloud) error { _, _, err := c.RESTAPIs(ctx, ""); return err }},
	{"HTTP APIs", func(ctx context.Context, c collector.Cloud) error { _, _, err := c.HTTPAPIs(ctx, ""); return err }},
	{"tags", func(ctx context.Context, c collector.Cloud) error {
		_, _, err := c.TaggedResources(ctx, "")
		return err
	}},
	{"alarms", func(ctx context.Context, c collector.Cloud) error {
		_, _, _, err := c.Alarms(ctx, "seamark/", "")
		return err
	}},
}

func isThrottled(err error) bool {
	var e interface{ ErrorCode() string }
	return errors.As(err, &e) && strings.Contains(e.ErrorCode(), "Throttl") || errors.As(err, &e) && e.ErrorCode() == "TooManyRequestsException"
}

// writes are what the collector writes in an account. Nothing of these names need be there.
var writes = []struct {
	service, resource string
	actions           []string
}{
	{"logs", "log-group:/aws/lambda/doctor:*", []string{"logs:PutSubscriptionFilter", "logs:DeleteSubscriptionFilter"}},
	{"cloudwatch", "alarm:seamark/doctor", []string{"cloudwatch:PutMetricAlarm", "cloudwatch:DeleteAlarms", "cloudwatch:TagResource"}},
}

// unseen is what no simulation shows.
const unseen = "service control policies are not seen by it"

func accountRights(ctx context.Context, p *Patient) []Finding {
	if p.Cloud == nil {
		return nil
	}
	return everywhere(p, func(place inventory.Place) Finding {
		var denied []string
		for _, w := range writes {
			some, err := p.Cloud.Denied(ctx, place, w.service, w.resource, w.actions)
			if errors.Is(err, ErrClosed) {
				return p.closed(place, err)
			}
			if err != nil {
				return simulated(place.String(), nil, err, "")
			}
			denied = append(denied, some...)
		}
		return simulated(place.String(), denied, nil, "give the role the rights of docs/reference/iam.md")
	})
}

func simulated(subject string, denied []string, err error, remedy string) Finding {
	switch {
	case errors.Is(err, ErrRefused):
		return notChecked(subject, "allow iam:SimulatePrincipalPolicy on the role to who asks, or see docs/reference/iam.md", "what it may write cannot be simulated; "+unseen)
	case err != nil:
		return failed(subject, err, remedy)
	case len(denied) > 0:
		return broken(subject, remedy, "may not %s", strings.Join(denied, ", "))
	}
	return ok(subject, "may write what it must (simulated; %s)", unseen)
}

// functionRights simulates what each function does first of all.
func functionRights(ctx context.Context, p *Patient) (out []Finding) {
	if p.Hub == nil {
		return nil
	}
	for _, s := range hub.Stages() {
		f, err := p.Hub.Function(ctx, s.FunctionName(p.Name))
		if err != nil {
			continue // functions says so
		}
		object, found := strings.CutPrefix(f.Env["SEAMARK_CONFIG_FILE"], "s3://")
		if !found {
			continue // configuration says so
		}
		denied, err := p.Hub.Simulate(ctx, f.Role, []string{"s3:GetObject"}, "arn:aws:s3:::"+object)
		folder := map[string]string{"collector": "collector", "transformer": "lake", "indexer": "indexed", "alerter": "incidents"}[s.Function]
		if lake, ok := strings.CutPrefix(f.Env["SEAMARK_LAKE"], "s3://"); ok && err == nil && f.Env["SEAMARK_FIREHOSE_MODE"] != "inline" {
			var more []string
			more, err = p.Hub.Simulate(ctx, f.Role, []string{"s3:PutObject"}, "arn:aws:s3:::"+lake+"/"+folder+"/x")
			denied = append(denied, more...)
		}
		slices.Sort(denied)
		out = append(out, simulated(s.FunctionName(p.Name), denied, err, apply+"; a boundary (permissions_boundary) may forbid it too"))
	}
	return out
}
