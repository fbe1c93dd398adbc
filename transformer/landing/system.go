package landing

import (
	"github.com/seamark-hq/seamark/transformer/scan"
)

// extracted is how CloudWatch Logs goes on behind the message of an event whose filter
// asks for system fields, as those on centralised copies do:
//
//	{"id":"…","timestamp":1,"message":"…","extractedFields":{"@aws.account":"111111111111","@aws.region":"eu-central-1"}}
//
// Source: https://github.com/open-telemetry/opentelemetry-collector-contrib/pull/45792 and
// https://github.com/hashicorp/terraform-provider-aws/pull/48956, which agree; not seen on AWS by us.
const extracted = `,"extractedFields":{`

// Origin is where an event of a centralised copy comes from. Its texts point into the payload.
type Origin struct{ Account, Region string }

// usualSystem goes on from the comma behind a message.
func (p *payloads) usualSystem(e *Event, b []byte, i int) (end int) {
	if !startsWith(b, i, extracted) {
		return scan.Bad
	}
	i += len(extracted) - 1
	if end = scan.Value(b, i); end > 0 {
		p.takeSystem(e, b[i:end])
	}
	return end
}

// takeSystem takes account and region from the object b. What is no account or no region
// is left alone, as are the fields that a filter pattern extracts.
func (p *payloads) takeSystem(e *Event, b []byte) {
	var o Origin
	for i := scan.SkipSpace(b, 1); i < len(b) && b[i] == '"'; {
		end, escaped := scan.String(b, i)
		key := b[i+1 : end-1]
		from := scan.SkipSpace(b, scan.SkipSpace(b, end)+1)
		if i = scan.Value(b, from); i < 0 {
			return
		}
		if v := b[from:i]; !escaped && v[0] == '"' {
			v = v[1 : len(v)-1]
			switch {
			case string(key) == "@aws.account" && isAccount(v):
				o.Account = scan.View(v)
			case string(key) == "@aws.region" && isRegion(v):
				o.Region = scan.View(v)
			}
		}
		if i = scan.SkipSpace(b, i); i < len(b) && b[i] == ',' {
			i = scan.SkipSpace(b, i+1)
		}
	}
	if o.Account != "" {
		p.origin = o
		e.From = &p.origin
	}
}

func isAccount(b []byte) bool { return len(b) == 12 && scan.SkipDigits(b, 0) == 12 }

func isRegion(b []byte) bool {
	for _, c := range b {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return len(b) > 0 && len(b) <= 32
}
