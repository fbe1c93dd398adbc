package cloudtrail

import (
	"slices"
	"strings"

	"github.com/seamark-hq/seamark/collector/hint"
	"github.com/seamark-hq/seamark/collector/inventory"
)

// eventBridge reads an event as EventBridge delivers it.
func (d *decoder) eventBridge(o object) {
	switch kind := o.text("detail-type"); {
	case kind == "Tag Change on Resource" && o.text("source") == "aws.tag":
		d.tagChange(o)
	case kind == "AWS API Call via CloudTrail", kind == "AWS Service Event via CloudTrail", kind == "AWS Console Action via CloudTrail":
		d.record(o.object("detail"), o)
	default:
		d.skip(Skip{Event: kind, Place: placeOf(o), Why: "nothing follows from this kind of event"})
	}
}

// placeOf is the place on the envelope of an EventBridge event: that of the account in
// which it happened, also when it was sent on to another account's bus.
func placeOf(o object) inventory.Place {
	p := inventory.Place{Account: o.text("account"), Region: o.text("region")}
	if !isPlace(p) {
		return inventory.Place{}
	}
	return p
}

// tagChange reads "Tag Change on Resource". It does not say who changed the tags, and its
// full set of tags decides nothing: the sweep reads them anew.
func (d *decoder) tagChange(o object) {
	const name = "Tag Change on Resource"
	detail := o.object("detail")
	changed := detail.texts("changed-tag-keys")
	slices.Sort(changed)
	arns := o.texts("resources")
	if len(arns) == 0 {
		d.skip(Skip{Event: name, Place: placeOf(o), Why: "it names no resource by ARN"})
	}
	for _, arn := range arns {
		r := ofARN(arn)
		e := event{name: name, place: placeOf(o), why: "tags " + shorten(strings.Join(changed, ", ")) + " changed"}
		if why := d.unconcerned(changed); why != "" && r.why == "" {
			r.why = why
		}
		d.settle(e, r)
	}
}

// record reads a CloudTrail record; envelope is that of EventBridge, or empty.
func (d *decoder) record(o, envelope object) {
	e := event{name: shorten(o.text("eventName")), source: o.text("eventSource"), request: o.object("requestParameters"), response: o.object("responseElements")}
	e.place = recordPlace(o, envelope)
	identity := o.object("userIdentity")
	e.why = e.name + " by " + d.own.caller(identity)
	switch code := o.text("errorCode"); {
	case e.name == "":
		d.settle(e, nothing("it names no API call"))
	case code != "":
		d.settle(e, nothing("the call failed: "+shorten(code)))
	case d.own.is(identity):
		d.settle(e, nothing("caused by our own role "+d.own.caller(identity)))
	case string(o["readOnly"]) == "true":
		d.settle(e, nothing("it only reads"))
	default:
		d.settle(e, d.call(e))
	}
}

// recordPlace is the account to whom the record was given, which is the resource's for
// calls within an account, and the region of the call.
func recordPlace(o, envelope object) inventory.Place {
	for _, account := range []string{o.text("recipientAccountId"), envelope.text("account"), o.object("userIdentity").text("accountId")} {
		region := o.text("awsRegion")
		if region == "" {
			region = envelope.text("region")
		}
		if p := (inventory.Place{Account: account, Region: region}); isPlace(p) {
			return p
		}
	}
	return inventory.Place{}
}

// event is what all events have in common.
type event struct {
	name, source      string
	place             inventory.Place
	request, response object
	why               string // for people, should it become a hint
}

// settle makes a hint or a skip of an event.
func (d *decoder) settle(e event, r resource) {
	s := Skip{Event: e.name, Place: e.place, Resource: r.name(), Why: r.why}
	p := e.place
	if p == (inventory.Place{}) && isPlace(r.owner) {
		p = r.owner
	}
	switch {
	case s.Why != "":
	case p == (inventory.Place{}):
		s.Why = "it names no account and region"
	case r.owner.Account != "" && r.owner.Account != p.Account, r.owner.Region != "" && r.owner.Region != p.Region:
		s.Why = "the resource lies elsewhere: its own account gets an event of its own"
	case r.group != "" && d.opt.Config.Excludes(r.group):
		s.Why = "the log group is excluded by the configuration (onboard.exclude)"
	case d.opt.Places != nil && !d.opt.Places(p):
		s.Why = "the place is not among the configured accounts and regions"
	default:
		d.hints = append(d.hints, r.hint(p, e.why))
		return
	}
	d.skip(s)
}

func (r resource) hint(p inventory.Place, why string) hint.Hint {
	h := hint.Hint{Place: p, Whole: r.whole, Why: why}
	switch {
	case r.group != "":
		h.Groups = []string{r.group}
	case r.function != "":
		h.Functions = []string{r.function}
	case r.api.ID != "":
		h.APIs = []hint.APIRef{r.api}
	}
	return h
}

// unconcerned says why a change of just these tags matters to nobody. Keys that are not
// known might be any.
func (d *decoder) unconcerned(keys []string) string {
	if len(keys) == 0 || slices.ContainsFunc(keys, d.opt.Config.Concerns) {
		return ""
	}
	for _, key := range keys {
		if want := d.opt.Config.Misspelt(key); want != "" {
			return "no tag that Seamark looks at changed: " + shorten(key) + " is not " + want + ", tags are told apart by case"
		}
	}
	return "no tag that Seamark looks at changed"
}

// shorten keeps texts of others from filling logs.
func shorten(s string) string {
	const most = 200
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}
