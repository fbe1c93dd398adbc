package links_test

import (
	"cmp"
	"net/url"
	"strings"
	"testing"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/card"
	"github.com/seamark-hq/seamark/alerter/internal/cardtest"
	"github.com/seamark-hq/seamark/alerter/links"
	"github.com/seamark-hq/seamark/query"
)

func TestLinks(t *testing.T) {
	for _, c := range cardtest.Cases() {
		for _, l := range c.Card().Links {
			u, err := url.Parse(l.URL)
			if err != nil || u.Scheme != "https" || u.Host == "" || len(l.URL) > 3000 {
				t.Errorf("%s %s: %q, %v", c.Name, l.Label, l.URL, err)
			}
			if strings.ContainsAny(l.URL, " <>\"\x1b") {
				t.Errorf("%s %s: %q", c.Name, l.Label, l.URL)
			}
		}
	}
	for _, c := range cardtest.Cases() {
		for _, l := range c.Card().Links {
			u, err := url.Parse(l.URL)
			if err != nil || l.Label != "Logs" {
				continue
			}
			q := u.Query()
			if _, err := query.Parse(seamark.Table(cmp.Or(q.Get("table"), string(seamark.TableLogs))), q.Get("q")); err != nil || q.Get("q") == "" {
				t.Errorf("%s: %q: %v", c.Name, q.Get("q"), err)
			}
		}
	}
	in := cardtest.Cases()[0].Incident
	if got := card.Build(&in, links.Config{}).Links; len(got) != 2 { // Logs Insights and runbook need no configuration
		t.Errorf("got %v", got)
	}
	long := cardtest.Links()
	long.AWSRole = strings.Repeat("x", 3000)
	for _, l := range card.Build(&in, long).Links {
		if l.Label == "Logs Insights" {
			t.Error("a link over the limit")
		}
	}
}

// An alarm of a rule of somebody's own leads to the rows that the rule is about.
func TestOwnRule(t *testing.T) {
	for search, want := range map[string]string{
		"event_name:X":            "access_logs product:p environment:e", // no request has one: the product's rows are better than no link
		"":                        "access_logs product:p environment:e",
		"route:/a OR method:GET":  "access_logs product:p environment:e (route:/a OR method:GET)",
		strings.Repeat("x ", 600): "access_logs product:p environment:e", // longer than a query may be
	} {
		in := seamark.Incident{Product: "p", Environment: "e", Alarms: []seamark.Alarm{{Name: "seamark/p/e//r", State: seamark.AlarmFiring, Scope: seamark.Scope{Product: "p", Environment: "e"}, Table: seamark.TableAccessLogs, Search: search}}}
		got := ""
		for _, l := range card.Build(&in, links.Config{PublicURL: "https://seamark.example.com"}).Links {
			if u, err := url.Parse(l.URL); err == nil && l.Label == "Logs" {
				got = u.Query().Get("table") + " " + u.Query().Get("q")
			}
		}
		if got != want {
			t.Errorf("%q leads to %q, want %q", search, got, want)
		}
	}
}

// The console has a host of its own in each partition.
func TestPartitions(t *testing.T) {
	for region, want := range map[string]string{
		"eu-west-1":       "https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#alarmsV2:alarm/a$2Fb$20c",
		"cn-north-1":      "https://console.amazonaws.cn/cloudwatch/home?region=cn-north-1#alarmsV2:alarm/a$2Fb$20c",
		"us-gov-west-1":   "https://console.amazonaws-us-gov.com/cloudwatch/home?region=us-gov-west-1#alarmsV2:alarm/a$2Fb$20c",
		"eusc-de-east-1":  "https://eusc-de-east-1.console.amazonaws-eusc.eu/cloudwatch/home?region=eusc-de-east-1#alarmsV2:alarm/a$2Fb$20c",
		"us-iso-east-1":   "https://us-iso-east-1.console.c2shome.ic.gov/cloudwatch/home?region=us-iso-east-1#alarmsV2:alarm/a$2Fb$20c",
		"us-isob-east-1":  "https://us-isob-east-1.console.sc2shome.sgov.gov/cloudwatch/home?region=us-isob-east-1#alarmsV2:alarm/a$2Fb$20c",
		"eu-isoe-west-1":  "https://eu-isoe-west-1.console.csphome.adc-e.uk/cloudwatch/home?region=eu-isoe-west-1#alarmsV2:alarm/a$2Fb$20c",
		"us-isof-south-1": "https://us-isof-south-1.console.csphome.hci.ic.gov/cloudwatch/home?region=us-isof-south-1#alarmsV2:alarm/a$2Fb$20c",
		"evil/../x":       "",
	} {
		in := seamark.Incident{Product: "p", Environment: "e", Alarms: []seamark.Alarm{{
			Name: "a/b c", ARN: "arn:aws:cloudwatch:" + region + ":222222222222:alarm:a/b c", State: seamark.AlarmFiring,
		}}}
		got := ""
		for _, l := range card.Build(&in, links.Config{}).Links {
			got = l.URL
		}
		if got != want {
			t.Errorf("%s: got %s, want %s", region, got, want)
		}
	}
}

func TestWebLink(t *testing.T) {
	for s, ok := range map[string]bool{
		"https://wiki.example.com/x?a=b#c": true, " http://host ": true,
		"javascript:alert(1)": false, "JavaScript:alert(1)": false, "data:text/html,x": false, "//host": false, "https://": false,
		"https://h/\"onload=x": false, "https://h/<b>": false, "https://h/a b": false, "https://h/\u202e": false, "": false, "vbscript:x": false,
		"https://h/" + strings.Repeat("x", 3000): false,
	} {
		if got := links.Web(s); (got != "") != ok {
			t.Errorf("%q: got %q", s, got)
		}
	}
}
