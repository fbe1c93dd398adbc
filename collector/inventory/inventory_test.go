package inventory_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/seamark-hq/seamark/collector/inventory"
)

// TestARNs: each partition has its own, and API Gateway's name no account.
func TestARNs(t *testing.T) {
	p := inventory.Place{Account: "111122223333", Region: "eu-central-1"}
	rest := inventory.Stage{Name: "prod", API: &inventory.API{ID: "a1", Protocol: inventory.REST}}
	http := inventory.Stage{Name: "$default", API: &inventory.API{ID: "b2", Protocol: inventory.HTTP}}
	for _, c := range []struct{ got, want string }{
		{p.LogGroupARN("/app"), "arn:aws:logs:eu-central-1:111122223333:log-group:/app"},
		{p.FunctionARN("f"), "arn:aws:lambda:eu-central-1:111122223333:function:f"},
		{p.AlarmARN("seamark/x"), "arn:aws:cloudwatch:eu-central-1:111122223333:alarm:seamark/x"},
		{p.StageARN(&rest), "arn:aws:apigateway:eu-central-1::/restapis/a1/stages/prod"},
		{p.StageARN(&http), "arn:aws:apigateway:eu-central-1::/apis/b2/stages/$default"},
		{inventory.Place{Account: "1", Region: "cn-north-1"}.FunctionARN("f"), "arn:aws-cn:lambda:cn-north-1:1:function:f"},
		{inventory.Place{Account: "1", Region: "us-gov-west-1"}.FunctionARN("f"), "arn:aws-us-gov:lambda:us-gov-west-1:1:function:f"},
		{inventory.ResourceOf(p.LogGroupARN("/app") + ":*"), "log-group:/app"},
		{inventory.ResourceOf("no ARN"), ""},
	} {
		if c.got != c.want {
			t.Errorf("%s, want %s", c.got, c.want)
		}
	}
}

var tags = rapid.Custom(func(t *rapid.T) inventory.Tag {
	return inventory.Tag{Key: rapid.SampledFrom([]string{"a", "b", "ab", "hash", "z"}).Draw(t, "key"), Value: rapid.StringMatching(`[a-c]{0,2}`).Draw(t, "value")}
})

// TestTags: sorted, and of equal keys the last counts, as a map would have it.
func TestTags(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := rapid.SliceOf(tags).Draw(t, "tags")
		want := map[string]string{}
		for _, x := range all {
			want[x.Key] = x.Value
		}
		got := inventory.NewTags(all...)
		if len(got) != len(want) || !slices.IsSortedFunc(got, func(a, b inventory.Tag) int { return strings.Compare(a.Key, b.Key) }) {
			t.Fatalf("%v of %v", got, all)
		}
		for _, key := range []string{"a", "b", "ab", "hash", "z", "none"} {
			v, found := got.Get(key)
			if w, there := want[key]; v != w || found != there {
				t.Fatalf("%s is %q, %v; want %q, %v", key, v, found, w, there)
			}
		}
	})
}

// TestTagSets: what is kept is what concerns the sweep, whatever was kept before.
func TestTagSets(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sets := inventory.TagSets{Unique: "hash"}
		concerns := func(key string) bool { return key != "b" }
		for _, all := range rapid.SliceOf(rapid.SliceOf(tags)).Draw(t, "resources") {
			in := inventory.NewTags(all...)
			var want inventory.Tags
			for _, x := range in {
				if concerns(x.Key) {
					want = append(want, x)
				}
			}
			if diff := cmp.Diff(want, sets.Keep(in, concerns)); diff != "" {
				t.Fatalf("(-want +got): %s", diff)
			}
		}
	})
}

// TestKnownAlarm: the same whatever the order of what has none, and another for each thing
// that an alarm does.
func TestKnownAlarm(t *testing.T) {
	alarm := func() inventory.MetricAlarm {
		return inventory.MetricAlarm{Name: "n", Description: "d", Evaluations: 2, Threshold: 0.05, Comparison: inventory.AtLeast, Missing: inventory.NotBreaching,
			Queries: []inventory.Query{
				{ID: "ratio", Expression: "bad / all", Return: true},
				{ID: "bad", Period: 60, Metric: inventory.Metric{Namespace: "n", Name: "bad", Statistic: "Sum", Dimensions: []inventory.Dimension{{Name: "a", Value: "1"}, {Name: "b", Value: "2"}}}},
			},
			Actions: inventory.Actions{Alarm: []string{"x", "y"}}}
	}
	a := alarm()
	known := inventory.NewKnownAlarm(&a)
	same := alarm()
	slices.Reverse(same.Queries)
	slices.Reverse(same.Queries[0].Metric.Dimensions)
	slices.Reverse(same.Actions.Alarm)
	same.Queries[1].Expression = "bad  /  all"
	same.Datapoints, same.LowSamples, same.Threshold = 2, "evaluate", 0.05000000001
	same.Tags = inventory.NewTags(inventory.Tag{Key: "k"})
	if !known.Does(&same) {
		t.Error("the same alarm, written down otherwise, is another")
	}
	for what, change := range map[string]func(*inventory.MetricAlarm){
		"description": func(a *inventory.MetricAlarm) { a.Description = "" },
		"evaluations": func(a *inventory.MetricAlarm) { a.Evaluations = 3 },
		"datapoints":  func(a *inventory.MetricAlarm) { a.Datapoints = 1 },
		"threshold":   func(a *inventory.MetricAlarm) { a.Threshold = 0.06 },
		"comparison":  func(a *inventory.MetricAlarm) { a.Comparison = "LessThanThreshold" },
		"missing":     func(a *inventory.MetricAlarm) { a.Missing = "breaching" },
		"expression":  func(a *inventory.MetricAlarm) { a.Queries[0].Expression = "all / bad" },
		"period":      func(a *inventory.MetricAlarm) { a.Queries[1].Period = 300 },
		"dimension":   func(a *inventory.MetricAlarm) { a.Queries[1].Metric.Dimensions[0].Value = "2" },
		"topic":       func(a *inventory.MetricAlarm) { a.Actions.Alarm = a.Actions.Alarm[:1] },
		"disabled":    func(a *inventory.MetricAlarm) { a.Actions.Disabled = true },
		"other":       func(a *inventory.MetricAlarm) { a.Other = "unit" },
	} {
		b := alarm()
		if change(&b); known.Does(&b) {
			t.Errorf("an alarm with another %s is the same", what)
		}
	}
}
