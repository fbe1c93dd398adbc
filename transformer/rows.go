package transformer

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/transformer/redact"
)

// Plausible times: an event outside is filed under its arrival, and marked.
const (
	earliestMs = 946_684_800_000 // 2000-01-01
	aheadMs    = 48 * 3_600_000  // after arrival
)

// notes count what is odd in an object but kept.
type notes struct {
	implausibleTimes, contradictedClaims, unassigned int64
	unknownFormats, formatMismatches                 int64
}

func (n notes) counts() map[string]int64 {
	m := map[string]int64{}
	for k, v := range map[string]int64{
		"implausible_time": n.implausibleTimes, "contradicted_claim": n.contradictedClaims, "unassigned": n.unassigned,
		"unknown_format": n.unknownFormats, "format_mismatch": n.formatMismatches,
	} {
		if v > 0 {
			m[k] = v
		}
	}
	return m
}

// sink takes the rows of a payload; what they point into is used anew after the call.
type sink interface {
	WriteLogs(p lake.Partition, rows []seamark.Log, textBytes int64) error
	WriteAccessLogs(p lake.Partition, rows []seamark.AccessLog, textBytes int64) error
}

// rows collects the rows of one payload and hands them to the lake.
type rows struct {
	out      sink
	owners   *Owners
	redactor *redact.Redactor
	formats  *formatCache
	keys     *keyTable
	arena    *arena
	filters  filterCache
	arrival  int64 // Unix milliseconds
	notes    notes

	logs       []seamark.Log
	access     []seamark.AccessLog
	logRuns    []run
	accessRuns []run
	textBytes  int64

	// Of the current payload:
	env       envelope
	workload  seamark.Workload
	claimed   bool   // by our filter or the configuration; the envelope then wins
	origin    origin // of its events, where they say it
	id        lake.ID
	base      seamark.Log   // what the envelope says of each of its events
	format    *accessFormat // that the filter names; nil when it names none or it is missing
	formatErr error         // of the store

	// Scratch of the event being parsed.
	fields  []field
	inner   []field
	grouped [96]byte // a key with its group before it
	rest    []field
	data    []byte
	stack   stackGroup
}

// run is a stretch of rows of one partition.
type run struct {
	p  lake.Partition
	to int // index behind its last row
}

type mark struct {
	logs, access, logRuns, accessRuns int
	lastLog, lastAccess               int
	textBytes                         int64
	notes                             notes
}

func (r *rows) mark() mark {
	m := mark{len(r.logs), len(r.access), len(r.logRuns), len(r.accessRuns), 0, 0, r.textBytes, r.notes}
	if m.logRuns > 0 {
		m.lastLog = r.logRuns[m.logRuns-1].to
	}
	if m.accessRuns > 0 {
		m.lastAccess = r.accessRuns[m.accessRuns-1].to
	}
	return m
}

// rollback forgets the rows since m.
func (r *rows) rollback(m mark) {
	r.logs, r.access = r.logs[:m.logs], r.access[:m.access]
	r.logRuns, r.accessRuns = r.logRuns[:m.logRuns], r.accessRuns[:m.accessRuns]
	if m.logRuns > 0 {
		r.logRuns[m.logRuns-1].to = m.lastLog
	}
	if m.accessRuns > 0 {
		r.accessRuns[m.accessRuns-1].to = m.lastAccess
	}
	r.textBytes, r.notes = m.textBytes, m.notes
}

// flush hands the rows to the lake, which copies them; after it the buffers that they
// point into may be used anew.
func (r *rows) flush() error {
	if r.formatErr != nil {
		return r.formatErr
	}
	r.joinStacks()
	r.redact()
	from := 0
	for _, run := range r.logRuns {
		share := r.textBytes * int64(run.to-from) / int64(len(r.logs)+len(r.access))
		if err := r.out.WriteLogs(run.p, r.logs[from:run.to], share); err != nil {
			return err
		}
		from = run.to
	}
	from = 0
	for _, run := range r.accessRuns {
		share := r.textBytes * int64(run.to-from) / int64(len(r.logs)+len(r.access))
		if err := r.out.WriteAccessLogs(run.p, r.access[from:run.to], share); err != nil {
			return err
		}
		from = run.to
	}
	r.logs, r.access, r.logRuns, r.accessRuns, r.textBytes = r.logs[:0], r.access[:0], r.logRuns[:0], r.accessRuns[:0], 0
	r.arena.reset()
	return nil
}

// begin takes the envelope of a payload.
func (r *rows) begin(env *envelope) {
	r.env = *env
	r.settle(origin{})
}

// turn changes to the origin of the next event; nil is that of the payload.
func (r *rows) turn(to *origin) {
	var o origin
	if to != nil {
		o = *to
	}
	if o != r.origin {
		r.settle(o)
	}
}

// account is where the events come from: the payload's owner, unless they say otherwise.
func (r *rows) account() string { return cmp.Or(r.origin.account, r.env.owner) }

// settle decides whose the events that follow are: those of a centralised copy may each
// come from another account and region than the payload.
func (r *rows) settle(o origin) {
	env, region := &r.env, o.region
	r.origin = o
	account := r.account()
	r.workload, r.claimed = env.ours(&r.filters)
	r.format, r.formatErr = r.formats.get(r.workload.Format)
	if region != "" {
		r.workload.Region = region
	}
	if r.claimed && !r.owners.allows(r.workload.Product, account) {
		r.notes.contradictedClaims++
		r.workload = seamark.Workload{Region: r.workload.Region, Component: r.workload.Component}
	}
	if r.claimed && r.workload.Product == seamark.Unassigned && r.workload.Environment == seamark.Unassigned { // it claims nothing
		r.claimed = false
	}
	if !r.claimed {
		w, known := r.owners.bySource(env.logGroup)
		w.Region, w.Component, w.Team = r.workload.Region, r.workload.Component, cmp.Or(w.Team, r.workload.Team)
		r.workload, r.claimed = w, known
	}
	if r.workload.Component == "" {
		r.workload.Component, _ = strings.CutPrefix(env.logGroup, "/aws/lambda/")
		if r.workload.Component == env.logGroup {
			r.workload.Component = ""
		}
	}
	r.base = seamark.Log{
		AccountID: account, Region: r.workload.Region, Source: env.logGroup, Stream: env.logStream,
		Component: r.workload.Component, Team: r.workload.Team, IngestedAt: r.arrival, LandingID: string(r.id),
	}
}

// add parses one event of the current payload into its row. at is where the event lies
// in the payload, for an event without an id.
func (r *rows) add(e *event, at int) {
	if e.from != nil || r.origin != (origin{}) {
		r.turn(e.from)
	}
	row := r.slot()
	*row = r.base
	row.Timestamp = e.timestamp
	if row.EventID = e.id; e.id == "" {
		row.EventID = r.hashID(int64(at), e.message)
	}
	r.row(row, e)
}

// slot is a place for one more row; what it holds is to be overwritten.
func (r *rows) slot() *seamark.Log {
	n := len(r.logs)
	if n == cap(r.logs) {
		r.logs = slices.Grow(r.logs, 1)
	}
	r.logs = r.logs[:n+1]
	return &r.logs[n]
}

// bare parses a message that came without an envelope.
func (r *rows) bare(message []byte, src *Source, at int64) {
	r.env, r.workload, r.claimed, r.format, r.origin = envelope{}, seamark.Workload{}, false, nil, origin{}
	row := r.slot()
	*row = seamark.Log{EventID: r.hashID(at, message), IngestedAt: r.arrival, LandingID: string(r.id)}
	r.row(row, &event{message: r.arena.valid(message), size: len(message)})
}

// hashID names an event that has no id: by origin, stream, offset and bytes.
func (r *rows) hashID(at int64, message []byte) string {
	h := sha256.New()
	for _, s := range []string{string(r.id), r.env.logGroup, r.env.logStream, strconv.FormatInt(at, 10)} {
		h.Write([]byte(s))
		h.Write([]byte{0})
	}
	h.Write(message)
	return hex.EncodeToString(h.Sum(nil)[:28])
}

// row parses a message into one row of either table. base is the last slot and holds
// what the envelope says; the envelope wins.
func (r *rows) row(base *seamark.Log, e *event) {
	r.textBytes += int64(e.size) + 128
	timed := e.timed
	own := claim{}
	var implausible int64
	if timed && (base.Timestamp < earliestMs || base.Timestamp > r.arrival+aheadMs) {
		implausible, timed = base.Timestamp, false
	}
	isAccess := r.parse(base, timed, e, &own, implausible)
	r.place(base, isAccess, timed, &own)
}

// place settles the time and the partition of the row that was parsed last.
func (r *rows) place(base *seamark.Log, isAccess, timed bool, own *claim) {
	product, environment := r.workload.Product, r.workload.Environment
	if !r.claimed {
		product, environment = own.product, own.environment
		if product != "" && !r.owners.allows(seamark.Slug(product), base.AccountID) {
			r.notes.contradictedClaims++
			product, environment = "", ""
		}
	}
	ts := &base.Timestamp
	if isAccess {
		ts = &r.access[len(r.access)-1].Timestamp
	}
	if !timed {
		if *ts = own.timeMs; *ts < earliestMs || *ts > r.arrival+aheadMs {
			*ts = r.arrival
			r.notes.implausibleTimes++
		}
	}
	p := lake.Partition{Table: seamark.TableLogs, Product: seamark.Slug(product), Environment: seamark.Slug(environment), Hour: lake.HourOf(*ts)}
	if p.Product == seamark.Unassigned {
		r.notes.unassigned++
	}
	if isAccess {
		r.logs = r.logs[:len(r.logs)-1]
		p.Table = seamark.TableAccessLogs
		r.accessRuns = extend(r.accessRuns, p, len(r.access))
		return
	}
	if severe(base.Level) {
		base.Fingerprint = r.fingerprint(base)
	}
	r.logRuns = extend(r.logRuns, p, len(r.logs))
}

func extend(runs []run, p lake.Partition, to int) []run {
	if n := len(runs); n > 0 && runs[n-1].p == p {
		runs[n-1].to = to
		return runs
	}
	return append(runs, run{p, to})
}

// claim is what a record says of itself where nobody else does.
type claim struct {
	product, environment string
	timeMs               int64
}

// Owners says whose a log group is when no filter of ours names it, and which accounts
// may speak for a product.
type Owners struct {
	Patterns []SourcePattern
	// Accounts lists, for a product pinned to accounts, those that may claim it.
	Accounts map[string][]string
}

// SourcePattern gives the log groups whose name matches Source to a workload. A '*'
// matches any run of characters; the first pattern that matches counts.
type SourcePattern struct {
	Source      string
	Product     string
	Environment string
	Team        string
}

func (o *Owners) allows(product, account string) bool {
	if o == nil {
		return true
	}
	pinned, ok := o.Accounts[product]
	if !ok || len(pinned) == 0 {
		return true
	}
	for _, a := range pinned {
		if a == account {
			return true
		}
	}
	return false
}

func (o *Owners) bySource(source string) (seamark.Workload, bool) {
	if o == nil {
		return seamark.Workload{}, false
	}
	for _, p := range o.Patterns {
		if matches(p.Source, source) {
			return seamark.Workload{Product: seamark.Slug(p.Product), Environment: seamark.Slug(p.Environment), Team: p.Team}, true
		}
	}
	return seamark.Workload{}, false
}

// matches reports whether s matches a pattern with '*', in linear time.
func matches(pattern, s string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == s
	}
	s, ok := strings.CutPrefix(s, parts[0])
	if !ok {
		return false
	}
	last := parts[len(parts)-1]
	for _, part := range parts[1 : len(parts)-1] {
		i := strings.Index(s, part)
		if i < 0 {
			return false
		}
		s = s[i+len(part):]
	}
	return strings.HasSuffix(s, last)
}
