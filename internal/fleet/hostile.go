package fleet

import (
	"path"
	"strings"
	"time"

	seamark "github.com/seamark-hq/seamark"
)

// Hostile is a payload that a stranger, or a mistake, could bring in.
type Hostile struct {
	Name string // what is wrong, for the name of a test
	Payload
	// Claimed is the workload that the first of our filter names claims; zero when there is none.
	Claimed seamark.Workload
}

// HostilePayloads are such payloads, each with three events at and after t. The truth's keys say where
// the envelope, believed without a doubt, would file them: what is claimed, else unassigned.
func HostilePayloads(seed uint64, t time.Time) []Hostile {
	victim := seamark.Workload{Product: "booking", Environment: "prod", Team: "web-mobile", Region: "eu-central-1", Component: "booking-create"}
	none := seamark.Workload{Product: seamark.Unassigned, Environment: seamark.Unassigned}
	odd := seamark.Workload{Product: "../../etc", Environment: "PROD", Team: "<script>alert(1)</script>", Region: "eu-central-1", Component: "a/b:*\x1b[31m"}
	cases := []struct {
		name    string
		account Account
		group   string
		filters []string
		claimed seamark.Workload
	}{
		{"foreign filter name", commercial, "/aws/lambda/booking-create", []string{"datadog-forwarder"}, none},
		{"impostor account", sandbox, "/aws/lambda/evil", []string{victim.FilterName()}, victim},
		{"no filter", commercial, "/aws/lambda/booking-create", nil, none},
		{"two of ours, the first counts", commercial, "/aws/lambda/booking-create", []string{"other", victim.FilterName(), odd.FilterName()}, victim},
		{"grammar of a later version", commercial, "/aws/lambda/booking-create", []string{"seamark/2/booking/prod"}, none},
		{"broken percent sign", commercial, "/aws/lambda/booking-create", []string{"seamark/1/booking/prod/%zz/eu-central-1/x"}, none},
		{"tags that are not slugs", commercial, "/aws/lambda/odd", []string{odd.FilterName()}, odd},
		{"log group that climbs", staging, "/aws/lambda/../../../../etc/passwd", []string{victim.FilterName()}, victim},
		{"name of 512 characters", staging, strings.Repeat("g", 512), []string{"seamark/1/" + strings.Repeat("p", 480) + "/e/t/r/c"},
			seamark.Workload{Product: strings.Repeat("p", 64), Environment: "e", Team: "t", Region: "r", Component: "c"}},
	}
	press := newPress(3)
	var all []Hostile
	for i, c := range cases {
		filed := c.claimed
		filed.Product, filed.Environment = seamark.Slug(filed.Product), seamark.Slug(filed.Environment)
		if filed.Component == "" {
			filed.Component = path.Base(c.group) // of a function's log group: what it says itself
		}
		component := Component{Account: c.account, LogGroup: c.group, Workload: filed}
		b := &batch{component: &component, stream: "stream", filters: c.filters, origin: mix(seed + uint64(i))}
		for k, message := range []string{
			"plain words\n",
			`{"level":"ERROR","message":"=cmd|' /C calc'!A0 <!channel> <img src=x onerror=alert(1)> \u001b]52;c;aGk=\u0007"}`,
			"\x1b[31mred\x1b[0m \u202egnp.exe [click](javascript:alert(1)) " + strings.Repeat("A", 3000),
		} {
			level := ""
			if k == 1 {
				level = fault
			}
			b.add(t.UnixMilli()+int64(k), []byte(message), level, 0)
		}
		claimed := c.claimed
		if claimed.Product == seamark.Unassigned {
			claimed = seamark.Workload{}
		}
		all = append(all, Hostile{Name: c.name, Payload: press.payload(b), Claimed: claimed})
	}
	return all
}
