package indexer

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"math"
	"strconv"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake"
)

// Times that a date field can hold and a person can read: years 1 to 9999.
const (
	minTimeMs = -62_135_596_800_000
	maxTimeMs = 253_402_300_799_999
)

// Builder writes rows as the lines of a bulk request: an action and a source for each.
//
// It is not safe for concurrent use. No maps and no reflection are used on the way of a
// row; BenchmarkBuild says what that gives.
type Builder struct {
	prefix string
	fields map[string]*promotions

	// Of the file at hand.
	object  lake.ID
	row     int64
	startMs int64
	access  bool
	action  []byte // up to the id, behind the action's name
	replace bool
	owner   []byte // ,"product":…,"environment":…
	want    *promotions

	tree  tree
	hash  []byte
	notes note
}

// NewBuilder returns a builder for indices whose names begin with prefix, which may be
// empty. fields names what is promoted, by product.
func NewBuilder(prefix string, fields map[string]Promoted) (*Builder, error) {
	promoted, err := newPromotions(fields)
	return &Builder{prefix: prefix, fields: promoted}, err
}

// File begins the rows of one lake file: those of landing object id in partition p.
func (b *Builder) File(p lake.Partition, id lake.ID) {
	b.object, b.row, b.startMs = id, 0, p.Start().UnixMilli()
	b.access = p.Table == seamark.TableAccessLogs
	b.want = b.fields[p.Product]
	b.action = append(b.action[:0], `:{"_index":`...)
	b.action = append(appendString(b.action, IndexName(b.prefix, p)), `,"_id":"`...)
	b.owner = appendString(append(b.owner[:0], `,"product":`...), p.Product)
	b.owner = appendString(append(b.owner, `,"environment":`...), p.Environment)
}

// Replacing chooses the action of the documents that follow: "index", which puts them in
// place of what has their ids, or "create", which leaves that alone.
func (b *Builder) Replacing(on bool) { b.replace = on }

// DocumentID is the _id of an event: 128 bits of the SHA-256 of the account that AWS
// wrote into its payload, its log group and its event id, each behind its length. Nobody
// can make an event that stands in for another account's.
func DocumentID(account, source, eventID string) string {
	id, _ := appendID(nil, nil, account, source, eventID)
	return string(id)
}

func appendID(dst, scratch []byte, parts ...string) (id, kept []byte) {
	scratch = scratch[:0]
	for _, p := range parts {
		scratch = binary.AppendUvarint(scratch, uint64(len(p)))
		scratch = append(scratch, p...)
	}
	sum := sha256.Sum256(scratch)
	return base64.RawURLEncoding.AppendEncode(dst, sum[:16]), scratch
}

// begin appends the action and opens the source. A row without an event id, which the
// transformer never writes, is known by its place.
func (b *Builder) begin(dst []byte, account, source, eventID string, timestamp int64) []byte {
	if b.replace {
		dst = append(dst, `{"index"`...)
	} else {
		dst = append(dst, `{"create"`...)
	}
	dst = append(dst, b.action...)
	if eventID == "" {
		dst, b.hash = appendID(dst, b.hash, account, source, "", string(b.object), strconv.FormatInt(b.row, 10))
	} else {
		dst, b.hash = appendID(dst, b.hash, account, source, eventID)
	}
	b.row++
	b.notes = 0
	dst = append(dst, "\"}}\n{\"timestamp\":"...)
	return append(b.appendTime(dst, timestamp), b.owner...)
}

func (b *Builder) appendTime(dst []byte, ms int64) []byte {
	if ms < minTimeMs || ms > maxTimeMs {
		b.notes |= noteTime
		ms = b.startMs
	}
	return strconv.AppendInt(dst, ms, 10)
}

// end closes the source. It reports whether the document had to be reduced.
func (b *Builder) end(dst []byte, ingested int64) ([]byte, bool) {
	dst = b.appendTime(append(dst, `,"ingested_at":`...), ingested)
	if b.notes != 0 {
		dst = append(dst, `,"ingest_note":"`...)
		for i, text := range noteTexts {
			if b.notes&(1<<i) == 0 {
				continue
			}
			if dst[len(dst)-1] != '"' {
				dst = append(dst, "; "...)
			}
			dst = append(dst, text...)
		}
		dst = append(dst, '"')
	}
	return append(dst, "}\n"...), b.notes&noteRaw != 0
}

func appendText(dst []byte, name, value string) []byte {
	if value == "" {
		return dst
	}
	return appendString(append(dst, name...), value)
}

// appendObject appends JSON text as the flat_object field, and what is promoted from it.
func (b *Builder) appendObject(dst []byte, name, text string) []byte {
	if text == "" {
		return dst
	}
	dst = append(append(append(dst, `,"`...), name...), `":`...)
	dst, ok := b.tree.write(dst, name, text, b.want)
	b.notes |= b.tree.notes
	if !ok {
		dst = dst[:len(dst)-len(name)-len(`,"":`)]
		return appendString(append(dst, `,"raw":`...), text)
	}
	if len(b.tree.found) > 0 {
		dst = b.want.append(dst, b.tree.found)
	}
	return dst
}

// AppendLog appends the two lines of one row of the logs table. reduced tells that the
// row can be stored only in reduced form, and is.
func (b *Builder) AppendLog(dst []byte, r *seamark.Log) (out []byte, reduced bool) {
	dst = b.begin(dst, r.AccountID, r.Source, r.EventID, r.Timestamp)
	dst = appendText(dst, `,"event_id":`, r.EventID)
	dst = appendText(dst, `,"account_id":`, r.AccountID)
	dst = appendText(dst, `,"region":`, r.Region)
	dst = appendText(dst, `,"source":`, r.Source)
	dst = appendText(dst, `,"stream":`, r.Stream)
	dst = appendText(dst, `,"component":`, r.Component)
	dst = appendText(dst, `,"team":`, r.Team)
	dst = appendText(dst, `,"level":`, r.Level)
	dst = appendText(dst, `,"event_name":`, r.EventName)
	dst = appendText(dst, `,"message":`, r.Message)
	dst = appendText(dst, `,"request_id":`, r.RequestID)
	dst = appendText(dst, `,"trace_id":`, r.TraceID)
	dst = appendText(dst, `,"span_id":`, r.SpanID)
	dst = appendText(dst, `,"error_type":`, r.ErrorType)
	dst = appendText(dst, `,"error_message":`, r.ErrorMessage)
	dst = appendText(dst, `,"error_stack":`, r.ErrorStack)
	dst = appendText(dst, `,"fingerprint":`, r.Fingerprint)
	dst = appendText(dst, `,"event_text":`, r.EventData)
	dst = b.appendObject(dst, "event_data", r.EventData)
	return b.end(dst, r.IngestedAt)
}

// AppendAccessLog is AppendLog for the other table.
func (b *Builder) AppendAccessLog(dst []byte, r *seamark.AccessLog) (out []byte, reduced bool) {
	dst = b.begin(dst, r.AccountID, r.Source, r.EventID, r.Timestamp)
	dst = appendText(dst, `,"event_id":`, r.EventID)
	dst = appendText(dst, `,"account_id":`, r.AccountID)
	dst = appendText(dst, `,"region":`, r.Region)
	dst = appendText(dst, `,"source":`, r.Source)
	dst = appendText(dst, `,"stream":`, r.Stream)
	dst = appendText(dst, `,"component":`, r.Component)
	dst = appendText(dst, `,"team":`, r.Team)
	dst = appendText(dst, `,"request_id":`, r.RequestID)
	dst = appendText(dst, `,"trace_id":`, r.TraceID)
	dst = appendText(dst, `,"method":`, r.Method)
	dst = appendText(dst, `,"path":`, r.Path)
	dst = appendText(dst, `,"route":`, r.Route)
	if r.Status != nil {
		dst = strconv.AppendInt(append(dst, `,"status":`...), int64(*r.Status), 10)
	}
	dst = appendDouble(dst, `,"latency_ms":`, r.LatencyMs)
	dst = appendDouble(dst, `,"integration_latency_ms":`, r.IntegrationLatencyMs)
	if r.ResponseBytes != nil {
		dst = strconv.AppendInt(append(dst, `,"response_bytes":`...), *r.ResponseBytes, 10)
	}
	dst = appendText(dst, `,"ip":`, r.IP)
	dst = appendText(dst, `,"user_agent":`, r.UserAgent)
	dst = appendText(dst, `,"protocol":`, r.Protocol)
	dst = appendText(dst, `,"error_message":`, r.ErrorMessage)
	dst = appendText(dst, `,"event_text":`, r.Extra)
	dst = b.appendObject(dst, "extra", r.Extra)
	return b.end(dst, r.IngestedAt)
}

// appendDouble appends a number; what is not finite is no number in JSON and is left out.
func appendDouble(dst []byte, name string, x *float64) []byte {
	if x == nil || math.IsNaN(*x) || math.IsInf(*x, 0) {
		return dst
	}
	return appendFloat(append(dst, name...), *x)
}
