package doctor

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/seamark-hq/seamark/internal/hub"
)

// Hub is the hub's account, in its region. What is not there is an error that wraps ErrMissing.
type Hub interface {
	// Caller is whose credentials are used, and how far this machine's clock is ahead of AWS's.
	Caller(ctx context.Context) (account string, ahead time.Duration, err error)
	Function(ctx context.Context, name string) (Function, error)
	// Hash is the SHA-256 of an object, in hex.
	Hash(ctx context.Context, url string) (string, error)
	Queue(ctx context.Context, name string) (Queue, error)
	// Stream is the status of a delivery stream, as Firehose calls it: ACTIVE.
	Stream(ctx context.Context, arn string) (status string, err error)
	Destination(ctx context.Context, region, name string) (Destination, error)
	Alarms(ctx context.Context, prefix string) ([]Alarm, error)
	Trails(ctx context.Context, region string) ([]Trail, error)
	// Table has the parameters of a table in Glue's catalog.
	Table(ctx context.Context, database, table string) (map[string]string, error)
	// Concurrency is how many invocations the account may have at once, and how many of these nobody has reserved.
	Concurrency(ctx context.Context) (limit, free int, err error)
	// Simulate returns those of the actions that a role may not do on a resource.
	Simulate(ctx context.Context, role string, actions []string, resource string) (denied []string, err error)
}

// Function is a Lambda function.
type Function struct {
	State, Update string // Active, Successful
	Reason        string // of another state
	Role          string
	Env           map[string]string
	Concurrency   int    // that its queue may start at once; 0: not bounded
	Trigger       string // of its queue: Enabled; "": there is none
}

// Queue is an SQS queue.
type Queue struct {
	Waiting int64
	Oldest  time.Duration // of what waits; negative: unknown
	Dead    string        // ARN of its dead-letter queue
}

// Destination is what filters send to.
type Destination struct{ Target, Policy string }

// Alarm is an alarm about Seamark itself.
type Alarm struct {
	Name, State, Reason, Description string
	Since                            time.Time
}

// Trail is a trail of CloudTrail.
type Trail struct {
	Name       string
	Logs       bool // it is switched on
	Management bool // it logs management events that write
	Trouble    string
}

const apply = "terraform apply in the hub"

func identity(ctx context.Context, p *Patient) []Finding {
	if p.Hub == nil {
		return nil
	}
	account, _, err := p.Hub.Caller(ctx)
	switch {
	case err != nil:
		return []Finding{broken("", "sign in to the hub's account: AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY", "%v", err)}
	case p.Account != "" && account != p.Account:
		return []Finding{broken(account, "use credentials of "+p.Account, "the credentials are of another account than the hub, %s", p.Account)}
	}
	return []Finding{ok(account, "the credentials work")}
}

// Signatures are refused at five minutes.
const (
	clockOff  = 5 * time.Minute
	clockFast = 30 * time.Second
)

func clock(ctx context.Context, p *Patient) []Finding {
	if p.Hub == nil {
		return nil
	}
	_, ahead, err := p.Hub.Caller(ctx)
	if err != nil {
		return []Finding{failed("this machine", err, "")}
	}
	off, way := ahead, "ahead"
	if off < 0 {
		off, way = -off, "behind"
	}
	const remedy = "set it by NTP: timedatectl set-ntp true"
	switch off = off.Round(time.Second); {
	case off >= clockOff:
		return []Finding{broken("this machine", remedy, "its clock is %s %s: AWS refuses signatures", off, way)}
	case off >= clockFast:
		return []Finding{warn("this machine", remedy, "its clock is %s %s", off, way)}
	}
	return []Finding{ok("this machine", "its clock agrees with AWS's")}
}

// inline reports whether Firehose calls the transformer, so that it has no queue and there is no indexer.
func (p *Patient) inline(ctx context.Context) bool {
	f, err := p.Hub.Function(ctx, hub.Stage{Function: "transformer"}.FunctionName(p.Name))
	return err == nil && f.Env["SEAMARK_FIREHOSE_MODE"] == "inline"
}

// optional reports whether a stage may be missing: nothing is indexed where there is no index.
func optional(s hub.Stage) bool { return s.Function == "indexer" }

func functions(ctx context.Context, p *Patient) (out []Finding) {
	if p.Hub == nil {
		return nil
	}
	inline := p.inline(ctx)
	for _, s := range hub.Stages() {
		name := s.FunctionName(p.Name)
		f, err := p.Hub.Function(ctx, name)
		switch {
		case isMissing(err) && optional(s) && p.Index == nil:
			continue
		case err != nil:
			out = append(out, failed(name, err, apply))
		case f.State != "Active":
			out = append(out, broken(name, "docs/runbooks/function.md; "+apply, "is %s: %s", f.State, f.Reason))
		case f.Update != "Successful":
			out = append(out, broken(name, "docs/runbooks/function.md; "+apply, "its last update is %s: %s", f.Update, f.Reason))
		case f.Trigger == "" && !(inline && s.Function == "transformer"):
			out = append(out, broken(name, apply, "nothing hands it the messages of its queue"))
		case f.Trigger != "" && f.Trigger != "Enabled":
			out = append(out, broken(name, apply+": somebody switched it off", "its queue's trigger is %s", f.Trigger))
		default:
			out = append(out, ok(name, "is active"))
		}
	}
	return out
}

func configuration(ctx context.Context, p *Patient) (out []Finding) {
	if p.Hub == nil {
		return nil
	}
	for _, s := range hub.Stages() {
		name := s.FunctionName(p.Name)
		f, err := p.Hub.Function(ctx, name)
		if err != nil {
			continue // functions says so
		}
		url := f.Env["SEAMARK_CONFIG_FILE"]
		if url == "" {
			out = append(out, broken(name, apply, "is not told where its configuration is (SEAMARK_CONFIG_FILE)"))
			continue
		}
		hash, err := p.Hub.Hash(ctx, url)
		switch {
		case err != nil:
			out = append(out, failed(url, err, apply))
			return out // the others read the same
		case hash != f.Env["SEAMARK_CONFIG_HASH"]:
			out = append(out, warn(name, apply+": a deployment that was cut short, or a file that somebody changed by hand", "runs with another configuration than lies in the bucket"))
		default:
			out = append(out, ok(name, "runs with the configuration in the bucket"))
		}
	}
	return out
}

// maxAge is how long a message may wait, as the hub's own alarm has it.
const maxAge = 30 * time.Minute

func queues(ctx context.Context, p *Patient) []Finding {
	return p.eachQueue(ctx, hub.Stage.QueueName, func(s hub.Stage, name string, q Queue) Finding {
		switch {
		case !strings.HasSuffix(q.Dead, ":"+s.DeadName(p.Name)):
			return broken(name, apply, "has no dead-letter queue of its own: what cannot be worked off comes again for four days")
		case q.Oldest >= maxAge:
			return broken(name, "docs/runbooks/queue.md", "%d messages wait, the oldest for %s", q.Waiting, q.Oldest.Round(time.Minute))
		}
		return ok(name, "%d messages wait", q.Waiting)
	})
}

func deadLetters(ctx context.Context, p *Patient) []Finding {
	return p.eachQueue(ctx, hub.Stage.DeadName, func(s hub.Stage, name string, q Queue) Finding {
		if q.Waiting > 0 {
			return broken(name, fmt.Sprintf("seamark dlq list %s, mend the reason, then: seamark dlq redrive %s", s.Queue, s.Queue), "holds %d messages that nobody could work off", q.Waiting)
		}
		return ok(name, "is empty")
	})
}

// eachQueue judges one queue of each stage. One that this deployment need not have may be missing.
func (p *Patient) eachQueue(ctx context.Context, called func(s hub.Stage, hub string) string, judge func(s hub.Stage, name string, q Queue) Finding) (out []Finding) {
	if p.Hub == nil {
		return nil
	}
	inline := p.inline(ctx)
	for _, s := range hub.Stages() {
		name := called(s, p.Name)
		q, err := p.Hub.Queue(ctx, name)
		switch {
		case isMissing(err) && (optional(s) && p.Index == nil || inline && s.Function == "transformer"):
		case err != nil:
			out = append(out, failed(name, err, apply))
		default:
			out = append(out, judge(s, name, q))
		}
	}
	return out
}

// target is what the destinations must send to, and whether anybody says so.
func (p *Patient) target(ctx context.Context) string {
	f, err := p.Hub.Function(ctx, hub.Stage{Function: "transformer"}.FunctionName(p.Name))
	if err != nil {
		return ""
	}
	return f.Env["SEAMARK_FIREHOSE_ARN"]
}

func stream(ctx context.Context, p *Patient) []Finding {
	if p.Hub == nil {
		return nil
	}
	arn := p.target(ctx)
	if arn == "" {
		arn = p.Name
	}
	name := arn[strings.LastIndex(arn, "/")+1:]
	status, err := p.Hub.Stream(ctx, arn)
	switch {
	case err != nil:
		return []Finding{failed(name, err, apply)}
	case status != "ACTIVE":
		return []Finding{broken(name, "docs/runbooks/firehose.md", "is %s, not ACTIVE", status)}
	}
	return []Finding{ok(name, "is active")}
}

func destinations(ctx context.Context, p *Patient) (out []Finding) {
	if p.Hub == nil {
		return nil
	}
	target := p.target(ctx)
	for _, region := range p.Regions {
		d, err := p.Hub.Destination(ctx, region, p.Name)
		if err != nil {
			out = append(out, failed(region, err, "give the region a modules/hub-region, and apply"))
			continue
		}
		admitted, whole, err := admits(d.Policy)
		var out1 []string
		for _, place := range p.Places {
			if place.Region == region && !whole && !slices.Contains(admitted, place.Account) {
				out1 = append(out1, place.Account)
			}
		}
		switch {
		case err != nil:
			out = append(out, broken(region, apply, "the destination's policy cannot be read: %v", err))
		case target != "" && d.Target != target:
			out = append(out, warn(region, "check target_arn of modules/hub-region", "the destination sends to %s, the canary to %s", d.Target, target))
		case len(out1) > 0:
			out = append(out, broken(region, "add them to account_ids of hub and hub-region, or say organization_id, and apply", "the destination lets in no filters of %s", strings.Join(out1, ", ")))
		default:
			out = append(out, ok(region, "the destination lets in all accounts that are looked after"))
		}
	}
	return out
}

// admits reads a destination's policy: the accounts that it names, and whether it admits an organisation.
func admits(policy string) (accounts []string, organization bool, err error) {
	var doc struct {
		Statement []struct {
			Effect    string
			Principal struct{ AWS any }
			Condition map[string]map[string]any
		}
	}
	if err := json.Unmarshal([]byte(policy), &doc); err != nil {
		return nil, false, err
	}
	for _, s := range doc.Statement {
		if s.Effect != "Allow" {
			continue
		}
		for _, c := range s.Condition {
			if _, ok := c["aws:PrincipalOrgID"]; ok {
				organization = true
			}
		}
		list, _ := s.Principal.AWS.([]any)
		if one, ok := s.Principal.AWS.(string); ok {
			list = []any{one}
		}
		for _, a := range list {
			if text, ok := a.(string); ok {
				if part := strings.Split(text, ":"); len(part) > 4 { // arn:aws:iam::111111111111:root
					text = part[4]
				}
				accounts = append(accounts, text)
			}
		}
	}
	return accounts, organization, nil
}

// watched are alarms without which something may break unseen.
var watched = []string{"dead-letters-alert", "errors-transformer", "firehose-delivery"}

func alarms(ctx context.Context, p *Patient) (out []Finding) {
	if p.Hub == nil {
		return nil
	}
	all, err := p.Hub.Alarms(ctx, p.Name+"-")
	if err != nil {
		return []Finding{failed(p.Name, err, apply)}
	}
	there := map[string]bool{}
	firing := 0
	for _, a := range all {
		there[a.Name] = true
		if a.State != "ALARM" {
			continue
		}
		firing++
		what, page, _ := strings.Cut(a.Description, " Runbook: ")
		if what == "" {
			what = a.Reason
		}
		out = append(out, broken(a.Name, page, "fires since %s: %s", a.Since.UTC().Format("2006-01-02 15:04Z"), what))
	}
	for _, name := range watched {
		if !there[p.Name+"-"+name] {
			out = append(out, warn(p.Name+"-"+name, apply, "there is no such alarm: nobody would hear of it"))
		}
	}
	if len(out) == 0 {
		out = append(out, ok(p.Name, "none of %d alarms about Seamark itself fires", len(all)))
	}
	return out
}

func trails(ctx context.Context, p *Patient) (out []Finding) {
	if p.Hub == nil {
		return nil
	}
	const remedy = "let a trail of the account or organisation log management events that write in this region: until then a new resource waits for the next sweep, an hour"
	for _, region := range p.Regions {
		all, err := p.Hub.Trails(ctx, region)
		good := slices.IndexFunc(all, func(t Trail) bool { return t.Logs && t.Management })
		switch {
		case err != nil:
			out = append(out, failed(region, err, remedy))
		case good >= 0 && all[good].Trouble != "":
			out = append(out, warn(region, "see the trail's status in CloudTrail", "the trail %s cannot deliver: %s", all[good].Name, all[good].Trouble))
		case good >= 0:
			out = append(out, ok(region, "the trail %s logs management events", all[good].Name))
		case len(all) == 0:
			out = append(out, warn(region, remedy, "no trail covers the hub's account here"))
		case !slices.ContainsFunc(all, func(t Trail) bool { return t.Logs }):
			out = append(out, warn(region, remedy, "the trail %s is switched off", all[0].Name))
		default:
			out = append(out, warn(region, remedy, "the trail %s does not log management events that write", all[0].Name))
		}
	}
	return out
}

func concurrency(ctx context.Context, p *Patient) []Finding {
	if p.Hub == nil {
		return nil
	}
	limit, free, err := p.Hub.Concurrency(ctx)
	if err != nil {
		return []Finding{failed("Lambda", err, "")}
	}
	need := 0
	for _, s := range hub.Stages() {
		if f, err := p.Hub.Function(ctx, s.FunctionName(p.Name)); err == nil {
			need += max(f.Concurrency, 1)
		}
	}
	switch {
	case free < need:
		return []Finding{broken("Lambda", fmt.Sprintf("ask AWS for a higher quota of concurrent executions, or lower functions.*.concurrency: %d are needed", need), "%d of %d concurrent executions are free: messages are throttled", free, limit)}
	case free < 2*need:
		return []Finding{warn("Lambda", "ask AWS for a higher quota of concurrent executions", "%d of %d concurrent executions are free, and the functions may take %d", free, limit, need)}
	}
	return []Finding{ok("Lambda", "%d of %d concurrent executions are free, the functions take %d at most", free, limit, need)}
}
