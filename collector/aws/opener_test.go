package aws_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/collector"
	"github.com/seamark-hq/seamark/collector/aws"
	"github.com/seamark-hq/seamark/collector/inventory"
)

func contextWithTimeout(t *testing.T, d time.Duration) (context.Context, context.CancelFunc) {
	t.Helper()
	return context.WithTimeout(t.Context(), d)
}

func mustOpen(t *testing.T, op *aws.Opener, p inventory.Place) collector.Cloud {
	t.Helper()
	c, err := op.Open(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestPlaces: one role per account serves its regions, and each call goes to its own.
func TestPlaces(t *testing.T) {
	f := newFake(t)
	var actions []string
	op := opener(t, aws.Options{SessionName: "seamark-test", Called: func(a string) { actions = append(actions, a) }})
	for _, region := range []string{"us-west-2", "eu-central-1"} {
		c := mustOpen(t, op, inventory.Place{Account: here.Account, Region: region})
		if _, _, err := c.LogGroups(t.Context(), ""); err != nil {
			t.Fatal(err)
		}
		if got := f.last().signed; got != region+"/logs" {
			t.Errorf("signed for %s, want %s/logs", got, region)
		}
	}
	if n := f.count("AssumeRole"); n != 1 {
		t.Errorf("%d roles assumed, want 1", n)
	}
	form, err := url.ParseQuery(f.calls[0].body)
	if err != nil || form.Get("RoleArn") != "arn:aws:iam::"+here.Account+":role/seamark/seamark-collector" || form.Get("ExternalId") != "acme-7f3a" || form.Get("RoleSessionName") != "seamark-test" {
		t.Errorf("assumed with %v, %v", form, err)
	}
	if d := cmp.Diff([]string{"sts:AssumeRole", "logs:DescribeLogGroups", "logs:DescribeLogGroups"}, actions); d != "" {
		t.Error(d)
	}
}

// TestRenewal: credentials that are about to end are renewed before they are used.
func TestRenewal(t *testing.T) {
	f := newFake(t)
	f.meet = func(w http.ResponseWriter, c call) bool {
		if c.operation != "AssumeRole" {
			return false
		}
		_, _ = fmt.Fprint(w, identity(c.operation, 4*time.Minute))
		return true
	}
	c := mustOpen(t, opener(t, aws.Options{}), here)
	before := f.count("AssumeRole")
	if _, _, err := c.LogGroups(t.Context(), ""); err != nil {
		t.Fatal(err)
	}
	if n := f.count("AssumeRole") - before; n < 1 {
		t.Error("the credentials were not renewed")
	}
}

// TestOwnCredentials: without a role the caller's account alone is reached, and asked for once.
func TestOwnCredentials(t *testing.T) {
	f := newFake(t)
	op, err := aws.New(t.Context(), aws.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		mustOpen(t, op, inventory.Place{Account: hub, Region: "us-west-2"})
	}
	if a, err := op.CallerAccount(t.Context()); a != hub || err != nil || f.count("GetCallerIdentity") != 1 {
		t.Errorf("caller %s, %v, asked %d times", a, err, f.count("GetCallerIdentity"))
	}
	_, err = op.Open(t.Context(), here)
	wantFault(t, err, seamark.Permanent, here.String(), "of account "+hub, "onboard.role")
}

// wantFault checks class, place, words of the fault and of its remedy.
func wantFault(t *testing.T, err error, class seamark.Class, where, what, remedy string) {
	t.Helper()
	var f *seamark.Fault
	if !errors.As(err, &f) || f.Class != class || !strings.Contains(f.Where, where) || !strings.Contains(f.What, what) || !strings.Contains(f.Remedy, remedy) {
		t.Errorf("got %v, want class %d, %q: %q: %q", err, class, where, what, remedy)
	}
}

func TestOpenFaults(t *testing.T) {
	refusing := func(status int, code string) func(http.ResponseWriter, call) bool {
		return func(w http.ResponseWriter, c call) bool { refuse(w, c, status, code, "no"); return true }
	}
	for name, x := range map[string]struct {
		env                 map[string]string
		meet                func(http.ResponseWriter, call) bool
		place               inventory.Place
		class               seamark.Class
		where, what, remedy string
	}{
		"role refused":       {meet: refusing(403, "AccessDenied"), place: here, where: here.String(), what: "role/seamark/seamark-collector cannot be assumed", remedy: "external id of onboard.externalID"},
		"account suspended":  {meet: refusing(403, "AccountSuspended"), place: here, where: here.String(), what: "cannot be assumed", remedy: "suspended"},
		"region without STS": {meet: refusing(403, "RegionDisabledException"), place: here, what: "cannot be assumed", remedy: "activate STS"},
		"own token ran out":  {meet: refusing(403, "ExpiredToken"), place: here, what: "cannot be assumed", remedy: "sign in anew"},
		"STS down":           {meet: refusing(503, "ServiceUnavailable"), place: here, class: seamark.Temporary, what: "cannot be assumed", remedy: "next sweep"},
		"no credentials":     {env: map[string]string{"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}, place: here, what: "no AWS credentials", remedy: "AWS_PROFILE"},
		"no region":          {place: inventory.Place{Account: here.Account}, class: seamark.Rejected, where: here.Account, what: "no region", remedy: "regions:"},
		"a bad region":       {place: inventory.Place{Account: here.Account, Region: "x.evil.example/"}, class: seamark.Rejected, what: "is no region", remedy: "eu-central-1"},
		"a bad account":      {place: inventory.Place{Account: "12345", Region: "us-west-2"}, class: seamark.Rejected, what: "is no account", remedy: "12 digits"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t)
			f.meet = x.meet
			for k, v := range x.env {
				t.Setenv(k, v)
			}
			_, err := opener(t, aws.Options{Timeout: time.Second}).Open(t.Context(), x.place)
			wantFault(t, err, x.class, x.where, x.what, x.remedy)
		})
	}
}

func TestOptions(t *testing.T) {
	newFake(t)
	for _, o := range []aws.Options{{Role: "a role"}, {Role: "arn:aws:iam::1:role/x"}, {Role: "arn:aws:iam::{account}:user/x"}, {SessionName: "x y"}} {
		_, err := aws.New(t.Context(), o)
		wantFault(t, err, seamark.Rejected, "", "cannot be used", "")
	}
	op, err := aws.New(t.Context(), aws.Options{Role: "arn:aws:iam::" + hub + ":role/x"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = op.Open(t.Context(), here)
	wantFault(t, err, seamark.Rejected, here.String(), "role of another account", "{account}")
	t.Setenv("AWS_REGION", "")
	op, err = aws.New(t.Context(), aws.Options{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = op.CallerAccount(t.Context())
	wantFault(t, err, seamark.Rejected, "", "no AWS region", "AWS_REGION")
	_, err = op.Accounts(t.Context(), nil)
	wantFault(t, err, seamark.Rejected, "", "no AWS region", "AWS_REGION")
	t.Setenv("AWS_CONFIG_FILE", os.DevNull+"/none")
	t.Setenv("AWS_PROFILE", "none-such")
	_, err = aws.New(t.Context(), aws.Options{})
	wantFault(t, err, seamark.Rejected, "", "environment is faulty", "AWS_PROFILE")
}

// TestPartitions: roles of China and GovCloud lie in partitions of their own.
func TestPartitions(t *testing.T) {
	f := newFake(t)
	for region, want := range map[string]string{"cn-north-1": "arn:aws-cn:", "us-gov-west-1": "arn:aws-us-gov:"} {
		mustOpen(t, opener(t, aws.Options{}), inventory.Place{Account: here.Account, Region: region})
		form, _ := url.ParseQuery(f.last().body)
		if !strings.HasPrefix(form.Get("RoleArn"), want) {
			t.Errorf("%s: %s", region, form.Get("RoleArn"))
		}
	}
}

// TestMemory: two thousand places are little to remember.
func TestMemory(t *testing.T) {
	newFake(t)
	op := opener(t, aws.Options{})
	mustOpen(t, op, here)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	var open []collector.Cloud
	for i := range 1000 {
		for _, region := range []string{"us-west-2", "eu-central-1"} {
			open = append(open, mustOpen(t, op, inventory.Place{Account: fmt.Sprint(200000000000 + i), Region: region}))
		}
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	each := (after.HeapAlloc - before.HeapAlloc) / uint64(len(open))
	t.Logf("%d bytes a place", each)
	if each > 4096 {
		t.Errorf("%d bytes a place, want 4,096 at most", each)
	}
	runtime.KeepAlive(op)
}
