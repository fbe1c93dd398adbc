package doctor_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seamark-hq/seamark/collector"
	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/internal/doctor"
	"github.com/seamark-hq/seamark/internal/fleet/cloud"
	"github.com/seamark-hq/seamark/internal/hub"
	"github.com/seamark-hq/seamark/lake/athena"
)

const (
	own    = "999999999999"
	region = "eu-central-1"
	target = "arn:aws:firehose:eu-central-1:999999999999:deliverystream/acme"
)

var today = time.Date(2026, 11, 22, 14, 0, 0, 0, time.UTC)

// town is a whole deployment, simulated: a hub, two accounts of the simulated cloud, a lake, an index, an appliance.
// A test breaks it in one place.
type town struct {
	caller    string
	signedIn  error
	ahead     time.Duration
	functions map[string]*doctor.Function
	hash      string
	hashErr   error
	queues    map[string]*doctor.Queue
	stream    string
	streamErr error
	dest      map[string]doctor.Destination
	alarms    []doctor.Alarm
	trails    []doctor.Trail
	trailErr  error
	tables    map[string]map[string]string
	free      int
	denied    []string // by simulation, in the hub
	simulates error

	cloud     *cloud.Cloud
	closed    error                     // why no account can be entered
	refuses   func(action string) error // reads in the accounts
	deniedOut []string                  // by simulation, in the accounts
	outErr    error                     // of that simulation
	last      map[string]string
	names     athena.Names
	index     error
	stale     []string
	staleDays []time.Time
	cards     error
	storing   bool
	faults    map[string]string
	health    error
	diskFree  uint64
	hangs     bool
	alone     bool // an appliance without a hub
}

func newTown() *town {
	w := &town{
		caller: own, hash: "h", stream: "ACTIVE", free: 970, last: map[string]string{"111111111111": "2026-11-22", "222222222222": "2026-11-21"},
		functions: map[string]*doctor.Function{}, queues: map[string]*doctor.Queue{}, tables: map[string]map[string]string{}, names: athena.Names{Products: []string{"booking"}, Environments: []string{"prod"}},
		dest:   map[string]doctor.Destination{region: {Target: target, Policy: `{"Statement":[{"Effect":"Allow","Principal":{"AWS":["111111111111","arn:aws:iam::222222222222:root"]},"Action":"logs:PutSubscriptionFilter"}]}`}},
		trails: []doctor.Trail{{Name: "org", Logs: true, Management: true}},
		cloud:  cloud.New(cloud.Options{}), storing: true, diskFree: 50,
	}
	for _, s := range hub.Stages() {
		w.functions[s.FunctionName("acme")] = &doctor.Function{State: "Active", Update: "Successful", Trigger: "Enabled", Concurrency: 8, Role: "arn:aws:iam::999999999999:role/" + s.Function,
			Env: map[string]string{"SEAMARK_CONFIG_FILE": "s3://hub/config/seamark.yml", "SEAMARK_CONFIG_HASH": "h", "SEAMARK_LAKE": "s3://hub"}}
		w.queues[s.QueueName("acme")] = &doctor.Queue{Oldest: -1, Dead: "arn:aws:sqs:eu-central-1:999999999999:" + s.DeadName("acme")}
		w.queues[s.DeadName("acme")] = &doctor.Queue{Oldest: -1}
	}
	w.functions["acme-transformer"].Env["SEAMARK_FIREHOSE_ARN"] = target
	for _, name := range []string{"dead-letters-alert", "errors-transformer", "firehose-delivery"} {
		w.alarms = append(w.alarms, doctor.Alarm{Name: "acme-" + name, State: "OK"})
	}
	for _, t := range []string{"logs", "access_logs", "logs_all", "access_logs_all"} {
		w.tables[t] = map[string]string{"projection.enabled": "true", "projection.environment.values": "prod,unassigned", "projection.product.type": "injected"}
		if strings.HasSuffix(t, "_all") {
			w.tables[t]["projection.product.type"], w.tables[t]["projection.product.values"] = "enum", "booking"
		}
	}
	return w
}

func (w *town) patient() *doctor.Patient {
	p := &doctor.Patient{Name: "acme", Account: own, Hub: w, Appliance: w, Cloud: w, Lake: w, Index: indexOf{w}, Regions: []string{region}, Receivers: []string{"web"}, Now: today,
		Places: []inventory.Place{{Account: "111111111111", Region: region}, {Account: "222222222222", Region: region}},
		Card:   func(context.Context, string) error { return w.cards }}
	if w.alone {
		p.Hub = nil
	}
	return p
}

func (w *town) Caller(context.Context) (string, time.Duration, error) {
	return w.caller, w.ahead, w.signedIn
}

func missing(what string) error { return fmt.Errorf("%s: %w", what, doctor.ErrMissing) }

func (w *town) Function(_ context.Context, name string) (doctor.Function, error) {
	if f := w.functions[name]; f != nil {
		return *f, nil
	}
	return doctor.Function{}, missing(name)
}

func (w *town) Hash(context.Context, string) (string, error) { return w.hash, w.hashErr }

func (w *town) Queue(ctx context.Context, name string) (doctor.Queue, error) {
	if w.hangs {
		<-ctx.Done()
		return doctor.Queue{}, ctx.Err()
	}
	if q := w.queues[name]; q != nil {
		return *q, nil
	}
	return doctor.Queue{}, missing(name)
}

func (w *town) Stream(context.Context, string) (string, error) { return w.stream, w.streamErr }

func (w *town) Destination(_ context.Context, region, _ string) (doctor.Destination, error) {
	if d, ok := w.dest[region]; ok {
		return d, nil
	}
	return doctor.Destination{}, missing(region)
}

func (w *town) Alarms(context.Context, string) ([]doctor.Alarm, error) { return w.alarms, nil }

func (w *town) Trails(context.Context, string) ([]doctor.Trail, error) { return w.trails, w.trailErr }

func (w *town) Table(_ context.Context, database, table string) (map[string]string, error) {
	if t := w.tables[table]; t != nil && database == "acme" {
		return t, nil
	}
	return nil, missing(table)
}

func (w *town) Concurrency(context.Context) (int, int, error) { return 1000, w.free, nil }

func (w *town) Simulate(_ context.Context, role string, actions []string, resource string) ([]string, error) {
	if !strings.HasPrefix(role, "arn:") || !strings.HasPrefix(resource, "arn:aws:s3:::hub/") || len(actions) != 1 {
		return nil, errors.New("simulated of what nobody has")
	}
	return w.denied, w.simulates
}

// Open opens a place of the simulated cloud, whose reads may be refused.
func (w *town) Open(ctx context.Context, p inventory.Place) (collector.Cloud, error) {
	if w.closed != nil {
		return nil, w.closed
	}
	c, err := w.cloud.Open(ctx, p)
	return refusing{c, w}, err
}

func (w *town) Denied(_ context.Context, _ inventory.Place, service, _ string, actions []string) (denied []string, err error) {
	for _, a := range actions {
		if !strings.HasPrefix(a, service+":") {
			return nil, fmt.Errorf("%s is not of %s", a, service)
		}
		if slices.Contains(w.deniedOut, a) {
			denied = append(denied, a)
		}
	}
	return denied, w.outErr
}

type refusing struct {
	collector.Cloud
	w *town
}

func (r refusing) refuse(what string) error {
	if r.w.refuses == nil {
		return nil
	}
	return r.w.refuses(what)
}

func (r refusing) TaggedResources(ctx context.Context, t string) ([]inventory.TaggedResource, string, error) {
	if err := r.refuse("tags"); err != nil {
		return nil, "", err
	}
	return r.Cloud.TaggedResources(ctx, t)
}

func (r refusing) Alarms(ctx context.Context, prefix, t string) ([]inventory.MetricAlarm, []inventory.CompositeAlarm, string, error) {
	if err := r.refuse("alarms"); err != nil {
		return nil, nil, "", err
	}
	return r.Cloud.Alarms(ctx, prefix, t)
}

func (w *town) Last(context.Context) (map[string]string, error) { return w.last, nil }
func (w *town) Names(context.Context) (athena.Names, error)     { return w.names, nil }
func (w *town) Health(context.Context) (bool, map[string]string, error) {
	return w.storing, w.faults, w.health
}
func (w *town) Free() (uint64, uint64, error) { return w.diskFree, 100, nil }

type indexOf struct{ w *town }

func (i indexOf) Check(context.Context) error             { return i.w.index }
func (i indexOf) Stale(context.Context) ([]string, error) { return i.w.stale, nil }
func (i indexOf) StaleDays(context.Context) ([]time.Time, error) {
	return i.w.staleDays, nil
}

// code is a refusal of AWS.
type code string

func (c code) Error() string     { return string(c) }
func (c code) ErrorCode() string { return string(c) }

// A deployment that is well has nothing that is not ok.
func TestWell(t *testing.T) {
	found := doctor.Examine(t.Context(), newTown().patient())
	asked := map[string]bool{}
	for _, f := range found {
		asked[f.Check] = true
		if f.Verdict != doctor.OK {
			t.Errorf("%+v", f)
		}
	}
	for _, c := range doctor.Checks() {
		if !asked[c.Name] || c.Asks == "" {
			t.Errorf("%s found nothing, or asks for nothing", c.Name)
		}
	}
}

// Each way in which a deployment breaks is named, with its verdict, its place and what mends it, and
// nothing else is blamed for it.
func TestBroken(t *testing.T) {
	type wound struct {
		hurt func(w *town)
		want []string // "verdict check subject | what | remedy", the last two in part
	}
	transformer := func(w *town) *doctor.Function { return w.functions["acme-transformer"] }
	for name, c := range map[string]wound{
		"no credentials":                    {func(w *town) { w.signedIn = errors.New("there are no AWS credentials") }, []string{"broken identity  | no AWS credentials | AWS_PROFILE", "not checked hub acme | nothing of it was looked at | "}},
		"an expired token":                  {func(w *town) { w.signedIn = errors.New("ExpiredToken: the credentials have run out") }, []string{"broken identity  | have run out | sign in", "not checked hub acme | nothing of it was looked at | "}},
		"the wrong account":                 {func(w *town) { w.caller = "888888888888" }, []string{"broken identity 888888888888 | another account than the hub, 999999999999 | use credentials of 999999999999", "not checked hub acme | nothing of it was looked at | "}},
		"a clock ten minutes ahead":         {func(w *town) { w.ahead = 10 * time.Minute }, []string{"broken clock this machine | 10m0s ahead | timedatectl"}},
		"a clock a minute behind":           {func(w *town) { w.ahead = -time.Minute }, []string{"warning clock this machine | 1m0s behind | timedatectl"}},
		"a function was never made":         {func(w *town) { delete(w.functions, "acme-alerter") }, []string{"broken functions acme-alerter | is not there | terraform apply"}},
		"a function cannot start":           {func(w *town) { transformer(w).State, transformer(w).Reason = "Failed", "no such image" }, []string{"broken functions acme-transformer | is Failed: no such image | function.md"}},
		"an update that failed":             {func(w *town) { transformer(w).Update = "Failed" }, []string{"broken functions acme-transformer | last update is Failed | terraform apply"}},
		"a trigger that is switched off":    {func(w *town) { transformer(w).Trigger = "Disabled" }, []string{"broken functions acme-transformer | trigger is Disabled | switched it off"}},
		"no trigger":                        {func(w *town) { transformer(w).Trigger = "" }, []string{"broken functions acme-transformer | nothing hands it | terraform apply"}},
		"half an apply":                     {func(w *town) { transformer(w).Env["SEAMARK_CONFIG_HASH"] = "old" }, []string{"warning configuration acme-transformer | another configuration than lies in the bucket | cut short"}},
		"no configuration":                  {func(w *town) { w.hashErr = missing("s3://hub/config/seamark.yml") }, []string{"broken configuration s3://hub/config/seamark.yml | is not there | terraform apply"}},
		"a function without an environment": {func(w *town) { w.functions["acme-collector"].Env = nil }, []string{"broken configuration acme-collector | SEAMARK_CONFIG_FILE | terraform apply"}},
		"a queue that stands still": {func(w *town) {
			*w.queues["acme-index"] = doctor.Queue{Waiting: 120, Oldest: 2 * time.Hour, Dead: w.queues["acme-index"].Dead}
		}, []string{"broken queues acme-index | 120 messages wait, the oldest for 2h0m0s | runbooks/queue.md"}},
		"a queue without dead letters":              {func(w *town) { w.queues["acme-alert"].Dead = "" }, []string{"broken queues acme-alert | no dead-letter queue | terraform apply"}},
		"a queue that is its own dead-letter queue": {func(w *town) { w.queues["acme-alert"].Dead = "arn:aws:sqs:eu-central-1:999999999999:acme-alert" }, []string{"broken queues acme-alert | no dead-letter queue of its own | terraform apply"}},
		"a queue was deleted":                       {func(w *town) { delete(w.queues, "acme-collect") }, []string{"broken queues acme-collect | is not there | terraform apply"}},
		"dead letters":                              {func(w *town) { w.queues["acme-transform-dlq"].Waiting = 3 }, []string{"broken dead letters acme-transform-dlq | 3 messages | seamark dlq redrive transform"}},
		"queues do not answer": {func(w *town) { w.hangs = true }, []string{
			"not checked queues acme-collect | no answer in 30s | try again", "not checked queues acme-transform | no answer | try", "not checked queues acme-index | no answer | try", "not checked queues acme-alert | no answer | try",
			"not checked dead letters acme-collect-dlq | no answer | try", "not checked dead letters acme-transform-dlq | no answer | try", "not checked dead letters acme-index-dlq | no answer | try", "not checked dead letters acme-alert-dlq | no answer | try"}},
		"a stream that is being made": {func(w *town) { w.stream = "CREATING_FAILED" }, []string{"broken stream acme | CREATING_FAILED | firehose.md"}},
		"no stream":                   {func(w *town) { w.streamErr = missing("acme") }, []string{"broken stream acme | is not there | terraform apply"}},
		"no destination":              {func(w *town) { w.dest = nil }, []string{"broken destination eu-central-1 | is not there | modules/hub-region"}},
		"an account is not let in": {func(w *town) {
			w.dest[region] = doctor.Destination{Target: target, Policy: `{"Statement":[{"Effect":"Allow","Principal":{"AWS":"111111111111"}}]}`}
		}, []string{"broken destination eu-central-1 | no filters of 222222222222 | account_ids"}},
		"a policy that denies": {func(w *town) {
			w.dest[region] = doctor.Destination{Target: target, Policy: `{"Statement":[{"Effect":"Deny","Principal":{"AWS":["111111111111","222222222222"]}}]}`}
		}, []string{"broken destination eu-central-1 | no filters of 111111111111, 222222222222 | organization_id"}},
		"a policy that is none": {func(w *town) { w.dest[region] = doctor.Destination{Target: target} }, []string{"broken destination eu-central-1 | cannot be read | terraform apply"}},
		"the destination sends elsewhere": {func(w *town) {
			w.dest[region] = doctor.Destination{Target: target + "2", Policy: `{"Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-1"}}}]}`}
		}, []string{"warning destination eu-central-1 | sends to " + target + "2 | target_arn"}},
		"an alarm fires": {func(w *town) {
			w.alarms[0] = doctor.Alarm{Name: "acme-dead-letters-alert", State: "ALARM", Since: today, Description: "Messages lie there. Runbook: https://example.com/dead-letters.md"}
		}, []string{"broken alarms acme-dead-letters-alert | fires since 2026-11-22 14:00Z: Messages lie there. | https://example.com/dead-letters.md"}},
		"nobody watches":                      {func(w *town) { w.alarms = w.alarms[1:] }, []string{"warning alarms acme-dead-letters-alert | no such alarm | terraform apply"}},
		"no trail":                            {func(w *town) { w.trails = nil }, []string{"warning trail eu-central-1 | no trail covers | management events"}},
		"a trail of data events":              {func(w *town) { w.trails[0].Management = false }, []string{"warning trail eu-central-1 | does not log management events | next sweep"}},
		"a trail that is switched off":        {func(w *town) { w.trails[0].Logs = false }, []string{"warning trail eu-central-1 | is switched off | management events"}},
		"a trail that cannot deliver":         {func(w *town) { w.trails[0].Trouble = "NoSuchBucket" }, []string{"warning trail eu-central-1 | NoSuchBucket | CloudTrail"}},
		"trails may not be looked at":         {func(w *town) { w.trailErr = fmt.Errorf("%w: cloudtrail", doctor.ErrRefused) }, []string{"not checked trail eu-central-1 | may not ask | --checks"}},
		"no table":                            {func(w *town) { delete(w.tables, "logs") }, []string{"warning tables acme.logs | no such table | athena"}},
		"a table without projection":          {func(w *town) { w.tables["logs"]["projection.enabled"] = "false" }, []string{"broken tables acme.logs | not projected | terraform apply"}},
		"a product that Athena does not know": {func(w *town) { w.names.Products = append(w.names.Products, "quote") }, []string{"warning tables acme.access_logs_all | product quote | next sweep", "warning tables acme.logs_all | product quote | next sweep"}},
		"hardly any concurrency":              {func(w *town) { w.free = 10 }, []string{"broken concurrency Lambda | 10 of 1000 concurrent executions | 32 are needed"}},
		"little concurrency":                  {func(w *town) { w.free = 50 }, []string{"warning concurrency Lambda | 50 of 1000 | higher quota"}},
		"a boundary": {func(w *town) { w.denied = []string{"s3:GetObject"} }, []string{"broken rights of the functions acme-collector | may not s3:GetObject | permissions_boundary",
			"broken rights of the functions acme-transformer | may not | apply", "broken rights of the functions acme-indexer | may not | apply", "broken rights of the functions acme-alerter | may not | apply"}},
		"no simulation": {func(w *town) { w.simulates = doctor.ErrRefused }, []string{"not checked rights of the functions acme-collector | service control policies are not seen | iam:SimulatePrincipalPolicy",
			"not checked rights of the functions acme-transformer | | ", "not checked rights of the functions acme-indexer | | ", "not checked rights of the functions acme-alerter | | "}},
		"a role that trusts nobody": {func(w *town) {
			w.closed, w.alone = errors.New("the role cannot be assumed: check its trust policy"), true
		}, []string{"broken accounts 111111111111/eu-central-1 | trust policy | iam.md", "broken accounts 222222222222/eu-central-1 | trust policy | iam.md"}},
		"a role that lets the hub's functions in alone": {func(w *town) {
			w.closed = errors.New("the role cannot be assumed")
			w.outErr = fmt.Errorf("%w: not by you", doctor.ErrClosed)
		}, []string{"not checked accounts 111111111111/eu-central-1 | these credentials | entering_role_arns", "not checked accounts 222222222222/eu-central-1 | these credentials | entering_role_arns",
			"not checked rights in the accounts 111111111111/eu-central-1 | these credentials | entering_role_arns", "not checked rights in the accounts 222222222222/eu-central-1 | these | entering"}},
		"a role that may not read": {func(w *town) {
			w.refuses = func(what string) error {
				return map[string]error{"tags": code("AccessDeniedException"), "alarms": code("AccessDenied")}[what]
			}
		}, []string{"broken accounts 111111111111/eu-central-1 | cannot read tags (AccessDeniedException); alarms (AccessDenied) | iam.md", "broken accounts 222222222222/eu-central-1 | cannot read tags | iam.md"}},
		"an account that is throttled":          {func(w *town) { w.refuses = func(string) error { return code("ThrottlingException") } }, []string{"not checked accounts 111111111111/eu-central-1 | throttles | later", "not checked accounts 222222222222/eu-central-1 | throttles | later"}},
		"a role that may not write":             {func(w *town) { w.deniedOut = []string{"logs:PutSubscriptionFilter"} }, []string{"broken rights in the accounts 111111111111/eu-central-1 | may not logs:PutSubscriptionFilter | iam.md", "broken rights in the accounts 222222222222/eu-central-1 | | iam.md"}},
		"a role that may not simulate":          {func(w *town) { w.outErr = fmt.Errorf("%w: iam", doctor.ErrRefused) }, []string{"not checked rights in the accounts 111111111111/eu-central-1 | cannot be simulated; service control | iam:Simulate", "not checked rights in the accounts 222222222222/eu-central-1 | | "}},
		"an account has stopped":                {func(w *town) { w.last["222222222222"] = "2026-11-20" }, []string{"broken freshness 222222222222 | nothing since 2026-11-20 | silent-account.md"}},
		"an account never sent":                 {func(w *town) { delete(w.last, "111111111111") }, []string{"warning freshness 111111111111 | nothing in 14 days | seamark onboard status --account 111111111111"}},
		"OpenSearch is down":                    {func(w *town) { w.index, w.alone = errors.New("OpenSearch does not answer"), true }, []string{"broken index OpenSearch | does not answer | index-waits.md"}},
		"an OpenSearch in a network of its own": {func(w *town) { w.index = errors.New("OpenSearch does not answer") }, []string{"not checked index OpenSearch | from here: OpenSearch does not answer | acme-queue-age-index"}},
		"a secret that this machine lacks":      {func(w *town) { w.index = fmt.Errorf("%w: OS_USER is empty", doctor.ErrClosed) }, []string{"not checked index OpenSearch | OS_USER is empty | export"}},
		"indices of an older version": {func(w *town) { w.staleDays = []time.Time{time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)} },
			[]string{"warning index OpenSearch | 1 in all, the first of 2026-11-01 | seamark index reindex --stale"}},
		"templates of another version": {func(w *town) { w.stale = []string{"seamark-app-logs"} }, []string{"warning index OpenSearch | seamark-app-logs | next start"}},
		"a webhook that is gone":       {func(w *town) { w.cards = errors.New("404 no_service") }, []string{"broken receivers web | 404 no_service | card-not-delivered.md"}},
		"the appliance is down":        {func(w *town) { w.health = errors.New("connection refused") }, []string{"broken appliance seamark up | connection refused | seamark up"}},
		"the appliance cannot store":   {func(w *town) { w.storing = false }, []string{"broken appliance front_door | cannot store | cannot-store.md"}},
		"the appliance's index waits":  {func(w *town) { w.faults = map[string]string{"index": "cannot do its work"} }, []string{"broken appliance index | cannot do its work | index-waits.md"}},
		"a full disk":                  {func(w *town) { w.diskFree = 2 }, []string{"broken disk data | 2.0% of the disk | seamark retention"}},
		"a disk that fills":            {func(w *town) { w.diskFree = 8 }, []string{"warning disk data | 8.0% of the disk | seamark retention"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newTown()
				c.hurt(w)
				var got []doctor.Finding
				for _, f := range doctor.Examine(t.Context(), w.patient()) {
					if f.Verdict != doctor.OK {
						got = append(got, f)
					}
				}
				if len(got) != len(c.want) {
					t.Fatalf("%d findings, want %d: %+v", len(got), len(c.want), got)
				}
				for i, want := range c.want {
					part := strings.Split(want, "|")
					if is := fmt.Sprintf("%s %s %s", got[i].Verdict, got[i].Check, got[i].Subject); strings.TrimSpace(is) != strings.TrimSpace(part[0]) || !strings.Contains(got[i].What, strings.TrimSpace(part[1])) || !strings.Contains(got[i].Remedy, strings.TrimSpace(part[2])) {
						t.Errorf("%s\n  %s\n  %s\nwant %s", is, got[i].What, got[i].Remedy, want)
					}
				}
			})
		})
	}
}

// Where nothing is indexed, and where Firehose calls the transformer, less is there and nothing is amiss.
func TestLess(t *testing.T) {
	w := newTown()
	for _, name := range []string{"acme-index", "acme-index-dlq", "acme-transform", "acme-transform-dlq"} {
		delete(w.queues, name)
	}
	delete(w.functions, "acme-indexer")
	f := w.functions["acme-transformer"]
	f.Trigger, f.Env["SEAMARK_FIREHOSE_MODE"] = "", "inline"
	delete(f.Env, "SEAMARK_FIREHOSE_ARN")
	p := w.patient()
	p.Index, p.Card = nil, nil
	for _, f := range doctor.Examine(t.Context(), p) {
		if f.Verdict != doctor.OK && f.Check != "receivers" && f.Check != "freshness" || f.Verdict > doctor.NotChecked {
			t.Errorf("%+v", f)
		}
	}
	if found := doctor.Examine(t.Context(), &doctor.Patient{Now: today}); len(found) != 0 || doctor.Worst(found) != doctor.OK {
		t.Errorf("of nothing: %+v", found)
	}
}
