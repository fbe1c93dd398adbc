package transformer

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/schemas"
	"github.com/seamark-hq/seamark/transformer/landing"
	"github.com/seamark-hq/seamark/transformer/lines"
	"github.com/seamark-hq/seamark/transformer/scan"
)

// generic turns events into rows by the rules of the record format, with maps and
// copies wherever they make it plainer.
type generic struct {
	logKeys, accessKeys map[string]scan.Column
	keys                *scan.Keys
	dialects            *lines.Dialects
	lines               *rows // what text lines and access logs mean has one implementation
	arrival             int64
	out                 captured
}

// captured holds rows in the order in which they were made.
type captured struct {
	logs   []capturedRow[seamark.Log]
	access []capturedRow[seamark.AccessLog]
}

type capturedRow[T any] struct {
	p   lake.Partition
	row T
}

func newGeneric(arrival int64) *generic {
	g := &generic{logKeys: map[string]scan.Column{}, accessKeys: map[string]scan.Column{}, keys: scan.NewKeys(), dialects: lines.NewDialects(scan.NewKeys()), arrival: arrival}
	for table, keys := range map[*schemas.Table]map[string]scan.Column{&schemas.Logs: g.logKeys, &schemas.AccessLogs: g.accessKeys} {
		for _, c := range table.Columns {
			for _, s := range c.Keys() {
				keys[s] = scan.Column(c.ID)
			}
		}
		keys["product"], keys["environment"], keys["env"] = scan.KeyProduct, scan.KeyEnvironment, scan.KeyEnvironment
	}
	return g
}

// record is a row in the making.
type record struct {
	*generic
	row      seamark.Log
	workload seamark.Workload
	claimed  bool
	owner    string
	timed    bool
	own      lines.Claim
	rest     []member

	implausible int64
}

// payload makes the rows of a payload's events.
func (g *generic) payload(p genericPayload, id lake.ID) {
	g.lines = &rows{Parser: lines.Parser{Arena: new(scan.Arena), Keys: g.keys, Dialects: g.dialects}, arrival: g.arrival, id: id}
	w, claimed := p.workloadOf()
	if w.Product == seamark.Unassigned && w.Environment == seamark.Unassigned { // it claims nothing
		w.Product, w.Environment, claimed = "", "", false
	}
	if w.Component == "" && strings.HasPrefix(p.group, "/aws/lambda/") {
		w.Component = strings.TrimPrefix(p.group, "/aws/lambda/")
	}
	ofFilter := w.Region
	for _, e := range p.events {
		account := cmp.Or(e.account, p.owner)
		w.Region = cmp.Or(e.region, ofFilter)
		r := &record{generic: g, workload: w, claimed: claimed, owner: p.owner, timed: e.timed}
		r.row = seamark.Log{
			Timestamp: e.timestamp, EventID: e.id, AccountID: account, Region: w.Region, Source: p.group, Stream: p.stream,
			Component: w.Component, Team: w.Team, IngestedAt: g.arrival, LandingID: string(id),
		}
		l := g.lines
		l.Workload, l.Claimed, l.Owned, l.env = w, claimed, p.owner != "", landing.Envelope{Owner: p.owner, LogGroup: p.group, LogStream: p.stream}
		l.logs, l.Access, l.logRuns, l.accessRuns = nil, nil, nil, nil
		if e.id == "" {
			r.row.EventID = g.lines.hashID(int64(e.at), []byte(e.message))
		}
		r.add(e)
	}
}

func (r *record) add(e genericEvent) {
	implausible := r.timed && (e.timestamp < earliestMs || e.timestamp > r.arrival+aheadMs)
	if implausible {
		r.timed, r.implausible = false, e.timestamp
		r.rest = append(r.rest, member{key: "envelope_timestamp", value: strconv.AppendInt(nil, e.timestamp, 10)})
	}
	fields, ok := membersOf([]byte(e.message))
	if !ok || r.isAccess(fields) || r.isPlatform(fields) || r.isService(fields) || !r.isPlain(fields) {
		r.oneImplementation(e, fields, ok)
		return
	}
	r.record(fields)
	ts := r.row.Timestamp
	if !r.timed {
		if ts = r.own.TimeMs; ts < earliestMs || ts > r.arrival+aheadMs {
			ts = r.arrival
		}
	}
	r.row.Timestamp = ts
	if lines.Severe(r.row.Level) {
		r.row.Fingerprint = r.lines.Fingerprint(&r.row)
	}
	product, environment := r.workload.Product, r.workload.Environment
	if !r.claimed {
		product, environment = r.own.Product, r.own.Environment
	}
	p := lake.Partition{Table: seamark.TableLogs, Product: seamark.Slug(product), Environment: seamark.Slug(environment), Hour: lake.HourOf(ts)}
	r.out.logs = append(r.out.logs, capturedRow[seamark.Log]{p, r.row})
}

// oneImplementation hands a line of text, an access log or a platform event, taken apart
// by encoding/json, to the only code that knows what it means.
func (r *record) oneImplementation(e genericEvent, fields []member, isObject bool) {
	l := r.lines
	base := l.slot()
	*base = r.row
	var taken []scan.Field
	for _, f := range fields {
		taken = append(taken, scan.Field{Key: f.key, Value: f.value, Log: r.logKeys[f.key], Access: r.accessKeys[f.key]})
	}
	var own lines.Claim
	access := l.Parse(base, r.timed, []byte(e.message), taken, &own, r.implausible)
	if isObject && r.isPlain(fields) && access != r.isAccess(fields) {
		panic("the kinds differ")
	}
	l.place(base, access, r.timed, &own)
	for i, run := range r.lines.logRuns {
		r.out.logs = append(r.out.logs, capturedRow[seamark.Log]{run.p, r.lines.logs[i]})
	}
	for i, run := range r.lines.accessRuns {
		r.out.access = append(r.out.access, capturedRow[seamark.AccessLog]{run.p, r.lines.Access[i]})
	}
}

// isAccess tells an access log.
func (r *record) isAccess(fields []member) bool {
	var status, where, proxy, connection, socket, gateway, asked, answered bool
	for _, f := range fields {
		a := r.accessKeys[f.key]
		status = status || a == scan.AccessStatus
		where = where || a == scan.AccessMethod || a == scan.AccessPath || a == scan.AccessRoute
		asked, answered = asked || f.key == "request", answered || f.key == "response"
		switch f.key {
		case "upstream":
			gateway = gateway || f.value[0] == '"'
		case "latencies":
			gateway = gateway || f.value[0] == '{'
		case "request":
			where = where || f.value[0] == '"' && lines.IsRequestLine(string(f.value[1:len(f.value)-1]))
		}
		proxy = proxy || f.key == "DownstreamStatus" || f.key == "requested_uri" && r.logKeys[f.key] == 0 || f.key == "logger" && bytes.HasPrefix(f.value, []byte(`"http.log.access`))
		connection = connection || f.key == "connectionId"
		if f.key == "eventType" {
			socket = lines.IsSocketEvent(f.value)
		}
	}
	return !r.isPlatform(fields) && (status && proxy || where && !r.isOfLogger(fields) && (status || socket && connection) || gateway && asked && answered && !r.isOfLogger(fields))
}

// isPlain reports whether the synonyms alone say what a record means. The others are
// interpreted by plans, which are made for each anew here and remembered on the fast way.
func (r *record) isPlain(fields []member) bool {
	var taken []scan.Field
	for _, f := range fields {
		taken = append(taken, scan.Field{Key: f.key, Value: f.value, Log: r.logKeys[f.key], Access: r.accessKeys[f.key]})
	}
	return r.dialects.Plain(taken)
}

// isService tells a record of one of AWS's services.
func (r *record) isService(fields []member) bool {
	return lines.IsService(func(key string) bool {
		return slices.ContainsFunc(fields, func(f member) bool { return f.key == key })
	})
}

// isPlatform tells an event of the Lambda platform.
func (r *record) isPlatform(fields []member) bool {
	var platform, inner bool
	for _, f := range fields {
		inner = inner || f.key == "record"
		if f.key == "type" {
			platform = bytes.HasPrefix(f.value, []byte(`"platform.`)) && len(f.value) > len(`"platform.`) ||
				string(f.value) == `"function"` || string(f.value) == `"extension"`
		}
	}
	return platform && inner && !r.isOfLogger(fields)
}

func (r *record) isOfLogger(fields []member) bool {
	for _, f := range fields {
		if l := r.logKeys[f.key]; l == scan.LogLevel || l == scan.LogEventName || l == scan.LogMessage {
			return true
		}
	}
	return false
}

func (r *record) record(fields []member) {
	var data []byte
	for _, f := range fields {
		c := r.logKeys[f.key]
		if c == scan.LogEventData && f.value[0] == '{' && data == nil {
			data = f.value
		} else if !r.take(c, f) {
			r.rest = append(r.rest, f)
		}
	}
	r.row.EventData = eventDataOf(data, r.rest)
	lines.Conclude(&r.row)
}

// eventDataOf joins a record's own data with what has no column.
func eventDataOf(data []byte, rest []member) string {
	own, _ := membersOf(data)
	if len(own) == 0 && (data == nil || len(bytes.Trim(data, "{} \t\r\n")) == 0) {
		data = nil
	}
	if len(rest) == 0 {
		return string(data)
	}
	used := map[string]bool{}
	inner := ""
	if data != nil {
		inner = strings.Trim(string(data[1:len(data)-1]), " \t\r\n")
		for _, m := range firstMembers(data) {
			used[m.key] = true
		}
	}
	var b strings.Builder
	b.WriteString("{" + inner)
	for _, f := range rest {
		key := f.key
		for used[key] {
			key = "_" + key
		}
		used[key] = true
		if b.Len() > 1 {
			b.WriteByte(',')
		}
		b.Write(lines.AppendQuoted(nil, key))
		b.WriteString(":" + string(f.value))
	}
	return b.String() + "}"
}

// firstMembers are the members of an object that are compared with other keys: the
// first maxFields.
func firstMembers(data []byte) []member {
	d := json.NewDecoder(bytes.NewReader(data))
	d.Token()
	var out []member
	for d.More() && len(out) < scan.MaxFields {
		m, err := nextMember(d, data)
		if err != nil {
			panic(err)
		}
		out = append(out, m)
	}
	return out
}
