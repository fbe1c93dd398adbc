package cloudtrail

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/collector"
	"github.com/seamark-hq/seamark/collector/hint"
	"github.com/seamark-hq/seamark/collector/inventory"
)

// Options say whose events are looked at.
type Options struct {
	Config  *collector.Config          // Exclude, Destination and Tags are looked at
	Role    string                     // role that the collector assumes: name, path/name or ARN; empty: not looked at
	Session string                     // name of the collector's sessions; empty: not looked at
	Places  func(inventory.Place) bool // whether a place is looked after; nil: each is
}

// Skip is an event of which nothing follows.
type Skip struct {
	Event    string          // "CreateFunction20150331", "Tag Change on Resource"; empty where it has none
	Place    inventory.Place // zero when it is not known
	Resource string          // what it is about; may be empty
	Why      string          // for people
}

// String reads "CreateLogGroup of /aws/x in 111122223333/eu-central-1: caused by …".
func (s Skip) String() string {
	text := s.Event
	if text == "" {
		text = "event"
	}
	if s.Resource != "" {
		text += " of " + s.Resource
	}
	if s.Place != (inventory.Place{}) {
		text += " in " + s.Place.String()
	}
	return text + ": " + s.Why
}

// The bounds of what is read.
const (
	maxBytes    = 64 << 20 // unpacked; CloudTrail's own files are far smaller
	maxWrapping = 6        // an SQS batch around SNS around EventBridge is 3
)

// Decode reads events: an EventBridge event ("Tag Change on Resource", "AWS API Call via
// CloudTrail"), a CloudTrail record, an SQS message or its body, an SNS notification, a
// Lambda batch of either, a CloudTrail file, plain or gzip, what `aws cloudtrail
// lookup-events` prints, and arrays, NDJSON and plain sequences of these.
//
// There is one hint per event that matters, in order, and a skip for each other. The error
// is the first Fault (Rejected) about bytes that are no event; hints and skips of what lies
// beside them are returned all the same.
func Decode(b []byte, o Options) ([]hint.Hint, []Skip, error) {
	d := &decoder{opt: o, own: newOwner(o.Role, o.Session)}
	if o.Config == nil {
		d.opt.Config = &collector.Config{}
	}
	plain, err := inflate(b)
	if err != nil {
		return nil, nil, fault("", "cannot be unpacked", err)
	}
	d.sequence(plain, "", 0)
	if d.fault == nil && len(d.hints) == 0 && len(d.skips) == 0 && !d.empty {
		d.fault = fault("", "no event", nil)
	}
	return d.hints, d.skips, d.fault
}

// decoder collects what comes of the events of one Decode.
type decoder struct {
	opt   Options
	own   owner
	hints []hint.Hint
	skips []Skip
	empty bool // a list without elements was seen
	fault error
}

func fault(where, what string, err error) error {
	if where == "" {
		where = "event"
	}
	return &seamark.Fault{Class: seamark.Rejected, Where: where, What: what, Err: err,
		Remedy: "hand in an EventBridge event, a CloudTrail record or a CloudTrail file"}
}

// reject keeps the first fault.
func (d *decoder) reject(where, what string, err error) {
	if d.fault == nil {
		d.fault = fault(where, what, err)
	}
}

func inflate(b []byte) ([]byte, error) {
	if !bytes.HasPrefix(b, []byte{0x1f, 0x8b}) {
		if len(b) > maxBytes {
			return nil, fmt.Errorf("more than %d bytes", maxBytes)
		}
		return b, nil
	}
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	out, err := io.ReadAll(io.LimitReader(z, maxBytes+1))
	if err == nil && len(out) > maxBytes {
		err = fmt.Errorf("more than %d bytes", maxBytes)
	}
	return out, err
}

// sequence reads the JSON values that follow one another in b.
func (d *decoder) sequence(b []byte, where string, depth int) {
	values := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(b, []byte("\ufeff"))))
	for n := 0; ; n++ {
		var v json.RawMessage
		err := values.Decode(&v)
		if errors.Is(err, io.EOF) {
			return
		}
		at := where
		if n > 0 {
			at = fmt.Sprintf("%s, value %d", where, n+1)
		}
		if err != nil {
			d.reject(at, "not JSON", err)
			return
		}
		d.value(v, at, depth)
	}
}

// value reads one JSON value: events, or something around events.
func (d *decoder) value(v json.RawMessage, where string, depth int) {
	if depth > maxWrapping {
		d.reject(where, "wrapped too often", nil)
		return
	}
	if len(v) > 0 && v[0] == '[' {
		d.list(v, where, depth)
		return
	}
	o, ok := toObject(v)
	if !ok {
		d.reject(where, "not an object", nil)
		return
	}
	switch {
	case o.has("detail-type"):
		d.eventBridge(o)
	case o.has("eventName") && o.text("eventSource") == "aws:s3":
		d.skip(Skip{Event: o.text("eventName"), Why: "it only names a file in S3; hand in the file itself"})
	case o.has("eventName"):
		d.record(o, object{})
	case o.text("eventType") == "AwsCloudTrailInsight":
		d.skip(Skip{Event: "AwsCloudTrailInsight", Why: "nothing follows from it"})
	default:
		d.wrapping(o, where, depth)
	}
}

// wrapping reads what lies around events.
func (d *decoder) wrapping(o object, where string, depth int) {
	for _, key := range []string{"Records", "Messages", "Events"} {
		if o.has(key) {
			d.list(o[key], where+key, depth)
			return
		}
	}
	for _, key := range []string{"Sns", "Message", "body", "Body", "CloudTrailEvent"} {
		if !o.has(key) {
			continue
		}
		if text, ok := toText(o[key]); ok {
			d.sequence([]byte(text), where+"."+key, depth+1)
		} else {
			d.value(o[key], where+"."+key, depth+1)
		}
		return
	}
	d.reject(where, "neither an EventBridge event nor a CloudTrail record", nil)
}

func (d *decoder) list(v json.RawMessage, where string, depth int) {
	var all []json.RawMessage
	if err := json.Unmarshal(v, &all); err != nil {
		d.reject(where, "not a list", err)
		return
	}
	d.empty = d.empty || len(all) == 0
	for i, one := range all {
		d.value(one, fmt.Sprintf("%s[%d]", where, i), depth+1)
	}
}

func (d *decoder) skip(s Skip) { d.skips = append(d.skips, s) }
