package aws_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/collector"
	"github.com/seamark-hq/seamark/collector/aws"
	"github.com/seamark-hq/seamark/collector/cloudtest"
	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/collector/state"
	"github.com/seamark-hq/seamark/internal/servertest"
	"github.com/seamark-hq/seamark/lake"
)

// town is an account of MiniStack with what teams have made there.
type town struct {
	t         *testing.T
	place     inventory.Place
	cloud     collector.Cloud
	team      *team
	resources []string // ARNs that the team tags
}

var bookingTags = inventory.NewTags(inventory.Tag{Key: "seamark:product", Value: "booking"}, inventory.Tag{Key: "seamark:environment", Value: "prod"},
	inventory.Tag{Key: "seamark:team", Value: "web-mobile"})

func newTown(t *testing.T) *town {
	t.Helper()
	url := emulator(t, servertest.MiniStack(t))
	p := inventory.Place{Account: cloudtest.Account(), Region: "eu-central-1"}
	c, err := opener(t, aws.Options{}).Open(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	owner := newTeam(t, url, p)
	w := &town{t: t, place: p, cloud: tagged{c, owner}, team: owner}
	for _, name := range []string{"/app/booking", "/app/other", "/aws/lambda/booking-create"} {
		w.must(w.team.MakeLogGroup(t.Context(), inventory.LogGroup{Name: name}))
	}
	w.must(c.PutSubscriptionFilter(t.Context(), "/app/booking", inventory.Filter{Name: "datadog", Destination: "arn:aws:lambda:eu-central-1:" + p.Account + ":function:datadog"}))
	w.must(w.team.MakeFunction(t.Context(), inventory.Function{Name: "booking-create", Timeout: 30}))
	w.must(c.PutMetricAlarm(t.Context(), inventory.MetricAlarm{Name: "seamark/booking/prod/booking-create/throttles", Period: 60, Evaluations: 1, Threshold: 7,
		Comparison: "GreaterThanThreshold", Metric: inventory.Metric{Namespace: "Custom", Name: "theirs", Statistic: "Sum"}}))
	w.resources = []string{p.LogGroupARN("/app/booking"), p.FunctionARN("booking-create")}
	return w
}

// addAPIs makes an API of each kind.
func (w *town) addAPIs() {
	w.t.Helper()
	for _, protocol := range []inventory.Protocol{inventory.REST, inventory.HTTP} {
		a, err := w.team.MakeAPI(w.t.Context(), inventory.API{Name: "shop-" + strings.ToLower(string(protocol)), Protocol: protocol},
			[]inventory.Route{{Method: "GET", Resource: "/pets"}}, []inventory.Stage{{Name: "prod", DetailedMetrics: protocol == inventory.REST}})
		w.must(err)
		w.resources = append(w.resources, apiARN(w.place.Region, a))
		if protocol == inventory.HTTP { // switching its access log off would delete the stage: see ministackGaps
			w.must(w.team.TagAPI(w.t.Context(), a, w.place.Region, inventory.NewTags(inventory.Tag{Key: "seamark:logs", Value: "off"})))
		}
	}
}

func (w *town) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// tag tags, or untags, all that the team has.
func (w *town) tag(tags inventory.Tags, unset bool) {
	w.t.Helper()
	for _, arn := range w.resources {
		w.must(w.team.tag(w.t.Context(), arn, tags, unset))
	}
}

func (w *town) options(deployment string, keys collector.TagKeys) collector.Options {
	store, err := lake.OpenDir(w.t.TempDir(), nil)
	w.must(err)
	return collector.Options{Keep: true, States: state.LakeStore{Store: store, Deployment: deployment}, Config: &collector.Config{
		Deployment: deployment, Tags: keys, Destination: "arn:aws:logs:{region}:" + hub + ":destination:" + deployment,
		Topic: "arn:aws:sns:{region}:" + hub + ":" + deployment, ManageAccessLogs: true,
		PerResourceTags: true, // MiniStack's GetResources knows neither log groups nor alarms
	}}
}

func (w *town) sweep(o collector.Options) *collector.Report {
	w.t.Helper()
	r := collector.Sweep(w.t.Context(), w.place, w.cloud, o)
	for _, f := range r.Failures {
		w.t.Errorf("%s: %s: %v", f.Resource, f.Doing, f.Err)
	}
	if !r.Done {
		w.t.Error("the sweep did not end")
	}
	return r
}

// snapshot is what there is, as text, but for tags and times.
func (w *town) snapshot() string {
	w.t.Helper()
	var lines []string
	groups, _, err := w.cloud.LogGroups(w.t.Context(), "")
	w.must(err)
	for _, g := range groups {
		lines = append(lines, "group "+g.Name)
		filters, err := w.cloud.SubscriptionFilters(w.t.Context(), g.Name)
		w.must(err)
		for _, f := range filters {
			lines = append(lines, fmt.Sprintf("filter %s %s -> %s", g.Name, f.Name, f.Destination))
		}
	}
	for _, list := range []func() ([]inventory.API, string, error){
		func() ([]inventory.API, string, error) { return w.cloud.RESTAPIs(w.t.Context(), "") },
		func() ([]inventory.API, string, error) { return w.cloud.HTTPAPIs(w.t.Context(), "") },
	} {
		apis, _, err := list()
		w.must(err)
		for _, a := range apis {
			stages, _, err := w.cloud.Stages(w.t.Context(), &a, "")
			w.must(err)
			for _, s := range stages {
				lines = append(lines, fmt.Sprintf("stage %s/%s %+v", a.Name, s.Name, s.AccessLog))
			}
		}
	}
	metric, composite, _, err := w.cloud.Alarms(w.t.Context(), "", "")
	w.must(err)
	for _, a := range metric {
		lines = append(lines, fmt.Sprintf("alarm %s %s %g", a.Name, a.Metric.Name, a.Threshold))
	}
	for _, a := range composite {
		lines = append(lines, fmt.Sprintf("composite %s %s", a.Name, a.Rule))
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// added is what there is that was not before; what was must still be there.
func (w *town) added(before string) []string {
	w.t.Helper()
	was, now := strings.Split(before, "\n"), strings.Split(w.snapshot(), "\n")
	for _, line := range was {
		if !slices.Contains(now, line) {
			w.t.Errorf("gone: %s", line)
		}
	}
	return slices.DeleteFunc(now, func(line string) bool { return slices.Contains(was, line) })
}

// changes are those of a report, as text.
func changes(r *collector.Report) []string {
	var out []string
	for _, c := range r.Changes {
		out = append(out, string(c.Action)+" "+c.What+" "+c.Name)
	}
	slices.Sort(out)
	return out
}

// rewritten are the alarms that MiniStack gives back otherwise than they were put, because it drops
// metric math and the setting for few samples: each sweep finds them changed, and puts them again.
func rewritten(first *collector.Report) []string {
	var out []string
	for _, c := range first.Changes {
		rule := c.Name[strings.LastIndexByte(c.Name, '/')+1:]
		if c.What == "alarm" && slices.Contains([]string{"errors", "4xx", "5xx", "latency"}, rule) {
			out = append(out, "update alarm "+c.Name)
		}
	}
	slices.Sort(out)
	return out
}

// again sweeps an unchanged place: but for what the emulator forgets there is nothing to do.
func (w *town) again(o collector.Options, first *collector.Report) {
	w.t.Helper()
	second, want := w.sweep(o), rewritten(first)
	if d := cmp.Diff(want, changes(second)); d != "" || int(second.Writes) != len(want) || len(want) == 0 {
		w.t.Errorf("a second sweep made %d writes:\n%s", second.Writes, d)
	}
}

// TestMiniStackLifecycle: tags are enough, over the real SDK and HTTP.
func TestMiniStackLifecycle(t *testing.T) {
	w := newTown(t)
	w.addAPIs()
	before := w.snapshot()
	o := w.options("acme", collector.TagKeys{})
	if r := w.sweep(o); r.Writes != 0 {
		t.Fatalf("%d writes where nothing is tagged: %q", r.Writes, changes(r))
	}
	w.tag(bookingTags, false)
	first := w.sweep(o)
	t.Logf("%d resources: %d writes, %d created", first.Resources, first.Writes, first.Created)
	after := w.snapshot()
	for _, component := range []string{"booking-create", "/app/booking", "shop-rest/prod"} {
		name := seamark.Workload{Product: "booking", Environment: "prod", Team: "web-mobile", Region: w.place.Region, Component: component}.FilterName()
		if !strings.Contains(after, " "+name+" -> arn:aws:logs:eu-central-1:"+hub+":destination:acme") {
			t.Errorf("no filter %s in\n%s", name, after)
		}
	}
	for _, want := range []string{
		"filter /app/booking datadog -> ", "composite seamark/booking/prod/all/all ", "alarm seamark/booking/prod/booking-create/throttles theirs 7",
		"alarm seamark/booking/prod/booking-create/duration Duration 27000", "alarm seamark/booking/prod/shop-rest/prod/latency Latency 3000",
		"alarm seamark/booking/prod/shop-http/prod/5xx", "$context.requestId",
	} {
		if !strings.Contains(after, want) {
			t.Errorf("no %q in\n%s", want, after)
		}
	}
	w.again(o, first)
	w.tag(bookingTags, true)
	w.sweep(o)
	if left := w.added(before); len(left) != 1 || !strings.HasPrefix(left[0], "group /aws/apigateway/") {
		t.Errorf("untagging left %q, want the log group of the access log alone", left)
	}
	if r := w.sweep(o); r.Writes != 0 {
		t.Errorf("%d writes when all is gone: %q", r.Writes, changes(r))
	}
	w.tag(bookingTags, false)
	w.sweep(o)
	o.Destroy = true
	w.sweep(o)
	if d := cmp.Diff(before, w.snapshot()); d != "" {
		t.Errorf("destroy left:\n%s", d)
	}
}

// TestMiniStackDeployments: two deployments with tags of their own do not touch each
// other's; of two that want one filter's name the second reports it.
func TestMiniStackDeployments(t *testing.T) {
	w := newTown(t)
	before := w.snapshot()
	acme := w.options("acme", collector.TagKeys{})
	other := w.options("other", collector.TagKeys{Product: "obs:product", Environment: "obs:environment"})
	w.tag(bookingTags, false)
	firstAcme := w.sweep(acme)
	onlyAcme := w.snapshot()
	w.tag(inventory.NewTags(inventory.Tag{Key: "obs:product", Value: "desk"}, inventory.Tag{Key: "obs:environment", Value: "test"}), false)
	firstOther := w.sweep(other)
	for _, d := range []string{"acme", "other"} {
		if !strings.Contains(w.snapshot(), "destination:"+d) {
			t.Errorf("no filter of %s in\n%s", d, w.snapshot())
		}
	}
	w.again(acme, firstAcme)
	w.again(other, firstOther)
	other.Destroy = true
	w.sweep(other)
	if d := cmp.Diff(onlyAcme, w.snapshot()); d != "" {
		t.Errorf("destroying one changed what is the other's:\n%s", d)
	}
	acme.Destroy = true
	w.sweep(acme)
	if d := cmp.Diff(before, w.snapshot()); d != "" {
		t.Errorf("destroy left:\n%s", d)
	}
}
