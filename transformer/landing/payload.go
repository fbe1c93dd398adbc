package landing

import (
	"bytes"
	"strconv"

	"github.com/seamark-hq/seamark/transformer/scan"
)

// Envelope is what CloudWatch Logs says of all the events of one payload. Its texts
// point into the payload.
// Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html
type Envelope struct {
	messageType string
	Owner       string // account
	LogGroup    string
	LogStream   string
	Filters     [maxFilters]string
	FilterCount int
}

// maxFilters is how many subscription filters of a payload are looked at; AWS allows a
// log group no more than a handful.
const maxFilters = 16

// The keys of the envelope, as bits, so that a doubled one is seen.
const (
	keyMessageType = 1 << iota
	keyOwner
	keyLogGroup
	keyLogStream
	keyFilters
	keyEvents

	keysBeforeEvents = keyMessageType | keyOwner | keyLogGroup | keyLogStream | keyFilters
	keysRequired     = keyMessageType | keyOwner | keyLogGroup | keyLogStream | keyEvents
)

func envelopeKey(key []byte) int {
	switch string(key) {
	case "messageType":
		return keyMessageType
	case "owner":
		return keyOwner
	case "logGroup":
		return keyLogGroup
	case "logStream":
		return keyLogStream
	case "subscriptionFilters":
		return keyFilters
	case "logEvents":
		return keyEvents
	}
	return 0
}

// outcome is how reading one payload ended.
type outcome struct {
	end    int // index behind what was read; of a fault: behind the last complete member or event
	status Status
	events int    // complete events handed on
	reason string // of a fault
	bare   bool   // of the wrong shape: has no key of the envelope at all
}

// Status is how reading a payload ended.
type Status int

const (
	Complete   Status = iota
	Control           // a CONTROL_MESSAGE, or rows that went back to Firehose: counted and skipped
	Incomplete        // the text ends too early
	Malformed         // not JSON from outcome.end on
	WrongShape        // JSON, but not a payload
)

// Event is one log event as it lies in the payload.
type Event struct {
	ID        string
	Timestamp int64 // Unix milliseconds
	Timed     bool  // it had a timestamp
	Message   []byte
	Fields    []scan.Field // the message, where it is an object that was taken apart already; message is then empty
	Size      int          // of the message, in the payload
	From      *Origin      // of a centralised copy; until the next event is read
}

// payloads reads CloudWatch Logs payloads and hands on their events.
type payloads struct {
	arena   *scan.Arena
	env     Envelope
	current Event
	origin  Origin
	inner   scan.Escaped
	fields  []scan.Field
	begin   func(*Envelope)   // before the first event
	event   func(*Event, int) // the event, and its index in the payload's text
}

// read reads the payload that begins at b[0] == '{'. Events before a fault are handed on.
func (p *payloads) read(b []byte) outcome {
	p.env = Envelope{}
	seen, deferred := 0, -1
	out := outcome{}
	i := scan.SkipSpace(b, 1)
	if i < len(b) && b[i] == '}' {
		return outcome{end: i + 1, status: WrongShape, reason: "an empty JSON object", bare: true}
	}
	for {
		at := i
		end, escaped := scan.Short, false
		if i < len(b) {
			if b[i] != '"' {
				return p.fault(out, at, scan.Bad)
			}
			end, escaped = scan.String(b, i)
		}
		if end < 0 {
			return p.fault(out, at, end)
		}
		key := b[i+1 : end-1]
		if escaped {
			key = []byte(p.arena.Unquote(b[i:end]))
		}
		if i = scan.SkipSpace(b, end); i >= len(b) || b[i] != ':' {
			return p.fault(out, at, scan.ShortOr(b, i))
		}
		if i = scan.SkipSpace(b, i+1); i >= len(b) {
			return p.fault(out, at, scan.Short)
		}
		bit := envelopeKey(key)
		if bit != 0 && seen&bit != 0 {
			return p.skip(b, outcome{status: WrongShape, reason: "the key " + strconv.Quote(string(key)) + " stands twice"})
		}
		if out.end == 0 && string(key) == wentBack {
			return p.skip(b, outcome{status: Control})
		}
		if bit == keyEvents && seen&keysBeforeEvents == keysBeforeEvents && p.env.messageType == dataMessage {
			if p.begin(&p.env); b[i] != '[' {
				return p.skip(b, outcome{status: WrongShape, reason: "logEvents is not an array"})
			}
			var faultAt int
			if i, faultAt = p.events(b, i, &out); i < 0 {
				return p.fault(out, faultAt, i)
			}
			deferred = -2
		} else {
			from := i
			if i = scan.Value(b, i); i < 0 {
				return p.fault(out, at, i)
			}
			if bit == keyEvents {
				deferred = from
			} else if !p.member(bit, b[from:i]) {
				return p.skip(b, outcome{status: WrongShape, reason: string(key) + " has the wrong type"})
			}
		}
		seen |= bit
		out.end = i // whatever follows is the fault's
		if i = scan.SkipSpace(b, i); i >= len(b) {
			return p.fault(out, i, scan.Short)
		}
		if b[i] == '}' {
			i++
			break
		}
		if b[i] != ',' {
			return p.fault(out, i, scan.Bad)
		}
		i = scan.SkipSpace(b, i+1)
	}
	out.end = i
	return p.finish(b, out, seen, deferred)
}

const (
	dataMessage    = "DATA_MESSAGE"
	controlMessage = "CONTROL_MESSAGE"

	// wentBack begins rows that transformer/inline put back into Firehose, whose backup has them
	// beside the payload that they come from.
	wentBack = "seamarkRows"
)

// finish decides on an object that is complete.
func (p *payloads) finish(b []byte, out outcome, seen, deferred int) outcome {
	switch {
	case seen == 0:
		out.status, out.reason, out.bare = WrongShape, "no CloudWatch Logs payload", true
	case p.env.messageType == controlMessage:
		out.status = Control
	case p.env.messageType != dataMessage:
		out.status, out.reason = WrongShape, "messageType is neither DATA_MESSAGE nor CONTROL_MESSAGE"
	case seen&keysRequired != keysRequired:
		out.status, out.reason = WrongShape, "owner, logGroup, logStream or logEvents is missing"
	case deferred >= 0: // the events came before the rest of the envelope
		if p.begin(&p.env); b[deferred] != '[' {
			out.status, out.reason = WrongShape, "logEvents is not an array"
			break
		}
		end := out.end
		if i, at := p.events(b, deferred, &out); i < 0 {
			return p.fault(out, at, i)
		}
		out.end = end
	}
	return out
}

// skip walks to the end of an object of the wrong shape.
func (p *payloads) skip(b []byte, out outcome) outcome {
	if end := scan.Value(b, 0); end >= 0 {
		out.end = end
		return out
	} else if end == scan.Short {
		out.status = Incomplete
		return out
	}
	out.status, out.end = Malformed, 1
	return out
}

func (p *payloads) fault(out outcome, at, why int) outcome {
	if why == scan.Short {
		out.status, out.reason = Incomplete, "JSON ends early"
		return out
	}
	out.status, out.reason = Malformed, "not JSON at byte "+strconv.Itoa(at)+" of the payload"
	return out
}

// member takes one member of the envelope.
func (p *payloads) member(bit int, v []byte) bool {
	var into *string
	switch bit {
	case 0:
		return true
	case keyFilters:
		return p.filters(v)
	case keyMessageType:
		into = &p.env.messageType
	case keyOwner:
		into = &p.env.Owner
	case keyLogGroup:
		into = &p.env.LogGroup
	case keyLogStream:
		into = &p.env.LogStream
	}
	s, ok := p.text(v)
	*into = s
	return ok
}

// text returns the text of a JSON string; anything else is none.
func (p *payloads) text(v []byte) (string, bool) {
	if v[0] != '"' {
		return "", false
	}
	s := v[1 : len(v)-1]
	if bytes.IndexByte(s, '\\') >= 0 {
		return p.arena.Unquote(v), true
	}
	return scan.View(p.arena.Valid(s)), true
}

func (p *payloads) filters(v []byte) bool {
	if v[0] != '[' {
		return false
	}
	for i := scan.SkipSpace(v, 1); v[i] != ']'; {
		end := scan.Value(v, i)
		s, ok := p.text(v[i:end])
		if !ok {
			return false
		}
		if p.env.FilterCount < maxFilters {
			p.env.Filters[p.env.FilterCount] = s
			p.env.FilterCount++
		}
		if i = scan.SkipSpace(v, end); v[i] == ',' {
			i = scan.SkipSpace(v, i+1)
		}
	}
	return true
}
