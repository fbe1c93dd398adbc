package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/internal/fleet/cloud"
)

// TestVerifyCloudWatch: what the simulated CloudWatch Logs has forwarded is compared with the rows of a real
// lake, by the command that an operator types.
func TestVerifyCloudWatch(t *testing.T) {
	c := cloud.New(cloud.Options{Seed: 1})
	region := c.Region(booking)
	const group = "/app/book"
	noon := time.Now().UTC().Truncate(24 * time.Hour).Add(-60 * time.Hour)
	filter := inventory.Filter{Name: seamark.Workload{Product: "booking", Environment: "prod", Team: "web-mobile", Region: booking.Region, Component: "book"}.FilterName(),
		Destination: "arn:aws:logs:eu-central-1:999999999999:destination:seamark", Created: noon.AddDate(0, 0, -30).UnixMilli()}
	region.AddLogGroup(inventory.LogGroup{Name: group, Created: filter.Created}, teamTags("booking")...)
	region.AddFilter(group, filter)
	dimensions := []inventory.Dimension{{Name: "LogGroupName", Value: group}}
	counts := func(name string, n float64, more ...inventory.Dimension) {
		region.SetMetric(inventory.Metric{Namespace: "AWS/Logs", Name: name, Dimensions: append(more, dimensions...)}, func(at int64) []cloud.Sample {
			if at != noon.UnixMilli() {
				return nil
			}
			return []cloud.Sample{{Value: n, Count: 1}}
		})
	}
	forwarded := func(n float64) {
		counts("ForwardedLogEvents", n, inventory.Dimension{Name: "DestinationType", Value: "Firehose"}, inventory.Dimension{Name: "FilterName", Value: filter.Name})
	}
	r := newRoom(t, simulated{Cloud: c}, strings.Replace(onboardSettings, `{id: "111111111111", alias: web}, `, "", 1))
	lake := filepath.Join(r.folder, "lake")
	object := filepath.Join(lake, "landing", noon.Format("2006/01/02/15"), "a.gz")
	var events []string
	for i := range 10 {
		events = append(events, fmt.Sprintf(`{"id":"%d","timestamp":%d,"message":"hello %d"}`, i, noon.UnixMilli(), i))
	}
	if err := os.MkdirAll(filepath.Dir(object), 0o700); err != nil {
		t.Fatal(err)
	}
	payload := fmt.Sprintf(`{"messageType":"DATA_MESSAGE","owner":%q,"logGroup":%q,"logStream":"s","subscriptionFilters":[%q],"logEvents":[%s]}`, booking.Account, group, filter.Name, strings.Join(events, ","))
	if err := os.WriteFile(object, []byte(payload), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, out := r.seamark("transform", "--lake", lake, "--quiet", object); code != exitDone {
		t.Fatalf("transform: %s\n%s", out, r.said.String())
	}
	verify := func(code int, says ...string) {
		t.Helper()
		got, out := r.seamark("verify", "--lake", lake, "--cloudwatch", "--since", "7d", "--quiet")
		for _, s := range says {
			if got != code || !strings.Contains(out, s) {
				t.Errorf("exit %d, want %d and %q\n%s", got, code, s, r.said.String())
			}
		}
	}
	counts("IncomingLogEvents", 10)
	forwarded(10)
	verify(exitDone, "1 log group, forwarded 10, rows 10", "Balanced.")
	forwarded(15)
	verify(exitFailed, "/app/book in 222222222222 (eu-central-1): at least 5 events are missing on "+noon.Format(time.DateOnly)+": 15 forwarded, 10 rows")
	forwarded(10)
	counts("IncomingLogEvents", 500)
	verify(exitFailed, "CloudWatch Logs did not forward at least 490 events on "+noon.Format(time.DateOnly))
	region.SetMetric(inventory.Metric{Namespace: "AWS/Logs", Name: "ForwardedLogEvents"}, nil)
	counts("ForwardedLogEvents", 10, inventory.Dimension{Name: "DestinationType", Value: "Firehose"}, inventory.Dimension{Name: "FilterName", Value: "another"})
	forwarded(0)
	verify(exitFailed, "nothing is proven: CloudWatch has no ForwardedLogEvents of its filter, and the lake has 10 rows")
	region.Deny("GetMetricData", "AccessDenied")
	verify(exitFailed, "not compared: GetMetricData: ")
	for want, args := range map[string][]string{
		"no day since then is over": {"--cloudwatch", "--since", "1h"}, "for 63 days": {"--cloudwatch", "--since", "80d"}, "are about --cloudwatch": {"--since", "7d"},
	} {
		if code, _ := r.seamark(append([]string{"verify", "--lake", lake}, args...)...); code != exitUsage || !strings.Contains(r.said.String(), want) {
			t.Errorf("%v: exit %d, want %q\n%s", args, code, want, r.said.String())
		}
	}
}
