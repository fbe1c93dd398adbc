package alerter_test

import (
	"encoding/json"
	"math"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"testing"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter"
	"github.com/seamark-hq/seamark/alerter/internal/cardtest"
)

// vectors were written by the npm packages rison 0.1.1 and jsurl 0.1.5.
func vectors(t *testing.T, path string, encode func(any) string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Value any
		Want  string
	}
	if err := json.Unmarshal(data, &cases); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		if got := encode(c.Value); got != c.Want {
			t.Errorf("%#v: got %s, want %s", c.Value, got, c.Want)
		}
	}
}

// integers turns the numbers of JSON into those that the encoders know.
func integers(v any) any {
	switch v := v.(type) {
	case float64:
		if v == math.Trunc(v) {
			return int(v)
		}
	case []any:
		for i := range v {
			v[i] = integers(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = integers(v[k])
		}
	}
	return v
}

func TestRison(t *testing.T) {
	vectors(t, "testdata/rison.json", func(v any) string { return alerter.Rison(integers(v)) })
}

func TestJSURL(t *testing.T) {
	vectors(t, "testdata/jsurl.json", func(v any) string { return alerter.JSURL(integers(v)) })
}

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
	in := cardtest.Cases()[0].Incident
	if got := alerter.BuildCard(&in, alerter.Links{}).Links; len(got) != 2 { // Logs Insights and runbook need no configuration
		t.Errorf("got %v", got)
	}
	long := cardtest.Links()
	long.AWSRole = strings.Repeat("x", 3000)
	for _, l := range alerter.BuildCard(&in, long).Links {
		if l.Label == "Logs Insights" {
			t.Error("a link over the limit")
		}
	}
}

// The console has a host of its own in each partition.
func TestPartitions(t *testing.T) {
	for region, want := range map[string]string{
		"eu-west-1":     "https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#alarmsV2:alarm/a$2Fb$20c",
		"cn-north-1":    "https://console.amazonaws.cn/cloudwatch/home?region=cn-north-1#alarmsV2:alarm/a$2Fb$20c",
		"us-gov-west-1": "https://console.amazonaws-us-gov.com/cloudwatch/home?region=us-gov-west-1#alarmsV2:alarm/a$2Fb$20c",
		"evil/../x":     "",
	} {
		in := seamark.Incident{Product: "p", Environment: "e", Alarms: []seamark.Alarm{{
			Name: "a/b c", ARN: "arn:aws:cloudwatch:" + region + ":222222222222:alarm:a/b c", State: seamark.AlarmFiring,
		}}}
		got := ""
		for _, l := range alerter.BuildCard(&in, alerter.Links{}).Links {
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
		if got := alerter.WebLink(s); (got != "") != ok {
			t.Errorf("%q: got %q", s, got)
		}
	}
}

// Addresses behind which clouds keep credentials, in every spelling.
func TestRefusedAddresses(t *testing.T) {
	for _, s := range []string{
		"169.254.169.254", "169.254.170.2", "169.254.0.1", "::ffff:169.254.169.254", "::ffff:a9fe:a9fe", "fe80::1", "fe80::1%eth0",
		"fd00:ec2::254", "0.0.0.0", "::", "0.1.2.3", "224.0.0.1", "ff02::1", "255.255.255.255", "64:ff9b::a9fe:a9fe", "64:ff9b:1::a9fe:a9fe",
		"2002:a9fe:a9fe::1", "::169.254.169.254", "100.100.100.200", "192.0.0.192", "fec0::1",
	} {
		if !alerter.Refused(netip.MustParseAddr(s)) {
			t.Errorf("%s is not refused", s)
		}
	}
	for _, s := range []string{"127.0.0.1", "::1", "10.0.0.7", "192.168.1.1", "52.1.2.3", "2600::1", "64:ff9b::3401:203"} {
		if alerter.Refused(netip.MustParseAddr(s)) {
			t.Errorf("%s is refused", s)
		}
	}
}
