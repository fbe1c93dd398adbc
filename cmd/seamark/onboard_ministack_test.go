package main

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/seamark-hq/seamark/collector/cloudtest"
	"github.com/seamark-hq/seamark/internal/servertest"
)

// ministack is an account of MiniStack in which a team has a tagged function, its log group,
// and a log group of its own.
func ministack(t *testing.T) (account string, logs *cloudwatchlogs.Client) {
	t.Helper()
	url := servertest.MiniStack(t)
	account = cloudtest.Account()
	for key, value := range map[string]string{"AWS_ENDPOINT_URL": url, "AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": account, "AWS_SECRET_ACCESS_KEY": "x", "AWS_SESSION_TOKEN": ""} {
		t.Setenv(key, value)
	}
	c, err := config.LoadDefaultConfig(t.Context())
	must(t, err)
	logs = cloudwatchlogs.NewFromConfig(c)
	tags := map[string]string{"seamark:product": "booking", "seamark:environment": "prod", "seamark:team": "web-mobile"}
	for group, tags := range map[string]map[string]string{"/app/booking": tags, "/app/nobody": nil, "/aws/lambda/booking-create": nil} {
		_, err := logs.CreateLogGroup(t.Context(), &cloudwatchlogs.CreateLogGroupInput{LogGroupName: &group, Tags: tags})
		must(t, err)
		t.Cleanup(func() {
			logs.DeleteLogGroup(context.WithoutCancel(t.Context()), &cloudwatchlogs.DeleteLogGroupInput{LogGroupName: &group})
		})
	}
	var code bytes.Buffer
	z := zip.NewWriter(&code)
	w, err := z.Create("index.py")
	must(t, err)
	fmt.Fprint(w, "def handler(event, context): return 1\n")
	must(t, z.Close())
	name, role, handler, timeout := "booking-create", "arn:aws:iam::"+account+":role/x", "index.handler", int32(30)
	_, err = lambda.NewFromConfig(c).CreateFunction(t.Context(), &lambda.CreateFunctionInput{FunctionName: &name, Role: &role, Handler: &handler,
		Runtime: types.RuntimePython312, Timeout: &timeout, Code: &types.FunctionCode{ZipFile: code.Bytes()},
		Tags: map[string]string{"seamark:product": "booking", "seamark:environment": "prod", "seamark:alarm-errors": "off"}}) // MiniStack drops metric math: see ministackGaps
	must(t, err)
	return account, logs
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// totals are the figures of the one document of plan, apply and destroy.
func (r *room) totals(want int, args ...string) (figures map[string]int) {
	r.t.Helper()
	code, out := r.seamark(append(args, "--json")...)
	if err := json.Unmarshal([]byte(out), &figures); err != nil || code != want || len(figures) != 10 {
		r.t.Fatalf("exit %d, want %d, %v, %d keys, want 10: %s", code, want, err, len(figures), r.said.String())
	}
	return figures
}

// expect compares some of the figures.
func (r *room) expect(got map[string]int, want map[string]int) {
	r.t.Helper()
	for key, n := range want {
		if got[key] != n {
			r.t.Errorf("%s is %d, want %d:\n%s", key, got[key], n, r.said.String())
		}
	}
}

// TestOnboardMiniStack is an operator's first day against an API of AWS that others wrote:
// plan, apply, once more, status, explain, and all of it gone again.
func TestOnboardMiniStack(t *testing.T) {
	account, logs := ministack(t)
	group := "/aws/lambda/booking-create"
	filters := func(group string) (names []string) {
		out, err := logs.DescribeSubscriptionFilters(t.Context(), &cloudwatchlogs.DescribeSubscriptionFiltersInput{LogGroupName: &group})
		must(t, err)
		for _, f := range out.SubscriptionFilters {
			names = append(names, *f.FilterName)
		}
		return names
	}
	r := newRoom(t, nil, strings.NewReplacer("222222222222", account, `{id: "111111111111", alias: web}, `, "", "onboard:\n", "onboard:\n  tagReads: auto\n").Replace(onboardSettings))

	r.expect(r.totals(exitDone, "onboard", "plan"), map[string]int{"accounts": 1, "resources": 4, "onboarded": 3, "create": 5, "update": 0, "delete": 0, "failed": 0, "writes": 0})
	if got := filters(group); len(got) != 0 {
		t.Errorf("a plan has put %v", got)
	}
	r.expect(r.totals(exitDone, "onboard", "apply", "--yes"), map[string]int{"onboarded": 3, "create": 5, "failed": 0, "writes": 5})
	if got := filters(group); len(got) != 1 || got[0] != "seamark/1/booking/prod//eu-central-1/booking-create" {
		t.Errorf("filters %v", got)
	}
	r.expect(r.totals(exitDone, "onboard", "apply", "--yes"), map[string]int{"create": 0, "update": 0, "delete": 0, "unchanged": 5, "failed": 0, "writes": 0})
	code, out := r.seamark("onboard", "status", "--json")
	if code != exitDone || strings.Count(out, "\n") != 4 || strings.Count(out, `"onboarded":true`) != 3 || !strings.Contains(out, `"name":"/app/nobody","arn":"arn:aws:logs:eu-central-1:`+account+`:log-group:/app/nobody","onboarded":false,"reason":"no tag seamark:product"`) {
		t.Errorf("status: exit %d: %s", code, out)
	}
	code, out = r.seamark("onboard", "explain", group)
	if code != exitDone || !strings.Contains(out, "inherited from function booking-create") || !strings.Contains(out, "\nonboarded\n") {
		t.Errorf("explain: exit %d: %s", code, out)
	}

	r.expect(r.totals(exitDone, "onboard", "destroy", "--dry-run"), map[string]int{"delete": 5, "writes": 0})
	r.expect(r.totals(exitDone, "onboard", "destroy", "--yes"), map[string]int{"delete": 5, "onboarded": 0, "failed": 0})
	for _, g := range []string{group, "/app/booking"} {
		if got := filters(g); len(got) != 0 {
			t.Errorf("%s has %v after all is removed", g, got)
		}
	}
	r.expect(r.totals(exitDone, "onboard", "plan"), map[string]int{"create": 5, "unchanged": 0})
}
