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
	"github.com/seamark-hq/seamark/transformer/landing"
	"github.com/seamark-hq/seamark/transformer/lines"
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
	lines                                            lines.Oddities
}

func (n notes) counts() map[string]int64 {
	m := map[string]int64{}
	for k, v := range map[string]int64{
		"implausible_time": n.implausibleTimes, "contradicted_claim": n.contradictedClaims, "unassigned": n.unassigned,
		"unknown_format": n.lines.UnknownFormats, "format_mismatch": n.lines.FormatMismatches,
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
	lines.Parser
	out      sink
	owners   *Owners
	redactor *redact.Redactor
	formats  *formatCache
	filters  filterCache
	arrival  int64 // Unix milliseconds
	notes    notes
	senders  []string // accounts whose events there were

	logs       []seamark.Log
	logRuns    []run
	accessRuns []run
	marked     mark
	textBytes  int64

	// Of the current payload:
	env       landing.Envelope
	origin    landing.Origin // of its events, where they say it
	id        lake.ID
	base      seamark.Log // what the envelope says of each of its events
	formatErr error       // of the store
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

// Mark remembers what rollback goes back to.
func (r *rows) Mark() {
	m := mark{len(r.logs), len(r.Access), len(r.logRuns), len(r.accessRuns), 0, 0, r.textBytes, r.noted()}
	if m.logRuns > 0 {
		m.lastLog = r.logRuns[m.logRuns-1].to
	}
	if m.accessRuns > 0 {
		m.lastAccess = r.accessRuns[m.accessRuns-1].to
	}
	r.marked = m
}

// noted is what was odd so far.
func (r *rows) noted() notes {
	n := r.notes
	n.lines = r.Odd
	return n
}

// Rollback forgets the rows since the mark.
func (r *rows) Rollback() {
	m := r.marked
	r.logs, r.Access = r.logs[:m.logs], r.Access[:m.access]
	r.logRuns, r.accessRuns = r.logRuns[:m.logRuns], r.accessRuns[:m.accessRuns]
	if m.logRuns > 0 {
		r.logRuns[m.logRuns-1].to = m.lastLog
	}
	if m.accessRuns > 0 {
		r.accessRuns[m.accessRuns-1].to = m.lastAccess
	}
	r.textBytes, r.notes, r.Odd = m.textBytes, m.notes, m.notes.lines
}

// Pending is how many rows wait to be handed over.
func (r *rows) Pending() int { return len(r.logs) + len(r.Access) }

// Flush hands the rows to the lake, which copies them; after it the buffers that they
// point into may be used anew.
func (r *rows) Flush() error {
	if r.formatErr != nil {
		return r.formatErr
	}
	r.textBytes += r.JoinStacks(r.logs)
	r.redact()
	from := 0
	for _, run := range r.logRuns {
		share := r.textBytes * int64(run.to-from) / int64(len(r.logs)+len(r.Access))
		if err := r.out.WriteLogs(run.p, r.logs[from:run.to], share); err != nil {
			return err
		}
		from = run.to
	}
	from = 0
	for _, run := range r.accessRuns {
		share := r.textBytes * int64(run.to-from) / int64(len(r.logs)+len(r.Access))
		if err := r.out.WriteAccessLogs(run.p, r.Access[from:run.to], share); err != nil {
			return err
		}
		from = run.to
	}
	r.logs, r.Access, r.logRuns, r.accessRuns, r.textBytes = r.logs[:0], r.Access[:0], r.logRuns[:0], r.accessRuns[:0], 0
	r.Arena.Reset()
	return nil
}

// Begin takes the envelope of a payload.
func (r *rows) Begin(env *landing.Envelope) {
	r.env = *env
	r.BeginPayload()
	r.settle(landing.Origin{})
}

// turn changes to the origin of the next event; nil is that of the payload.
func (r *rows) turn(to *landing.Origin) {
	var o landing.Origin
	if to != nil {
		o = *to
	}
	if o != r.origin {
		r.settle(o)
	}
}

// account is where the events come from: the payload's owner, unless they say otherwise.
func (r *rows) account() string { return cmp.Or(r.origin.Account, r.env.Owner) }

// settle decides whose the events that follow are: those of a centralised copy may each
// come from another account and region than the payload.
func (r *rows) settle(o landing.Origin) {
	env, region := &r.env, o.Region
	r.origin = o
	account := r.account()
	if account != "" && !slices.Contains(r.senders, account) {
		r.senders = append(r.senders, strings.Clone(account))
	}
	r.Owned = env.Owner != ""
	r.Workload, r.Claimed = r.filters.ours(env)
	r.Format, r.formatErr = r.formats.get(r.Workload.Format)
	if region != "" {
		r.Workload.Region = region
	}
	if r.Claimed && !r.owners.allows(r.Workload.Product, account) {
		r.notes.contradictedClaims++
		r.Workload = seamark.Workload{Region: r.Workload.Region, Component: r.Workload.Component}
	}
	if r.Claimed && r.Workload.Product == seamark.Unassigned && r.Workload.Environment == seamark.Unassigned { // it claims nothing
		r.Claimed = false
	}
	if !r.Claimed {
		w, known := r.owners.bySource(env.LogGroup)
		w.Region, w.Component, w.Team = r.Workload.Region, r.Workload.Component, cmp.Or(w.Team, r.Workload.Team)
		r.Workload, r.Claimed = w, known
	}
	if r.Workload.Component == "" {
		r.Workload.Component, _ = strings.CutPrefix(env.LogGroup, "/aws/lambda/")
		if r.Workload.Component == env.LogGroup {
			r.Workload.Component = ""
		}
	}
	r.base = seamark.Log{
		AccountID: account, Region: r.Workload.Region, Source: env.LogGroup, Stream: env.LogStream,
		Component: r.Workload.Component, Team: r.Workload.Team, IngestedAt: r.arrival, LandingID: string(r.id),
	}
}

// Add parses one event of the current payload into its row. at is where the event lies
// in the payload, for an event without an id.
func (r *rows) Add(e *landing.Event, at int) {
	if e.From != nil || r.origin != (landing.Origin{}) {
		r.turn(e.From)
	}
	row := r.slot()
	*row = r.base
	row.Timestamp = e.Timestamp
	if row.EventID = e.ID; e.ID == "" {
		row.EventID = r.hashID(int64(at), e.Message)
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

// Bare parses a message that came without an envelope.
func (r *rows) Bare(message []byte, at int64) {
	r.env, r.Workload, r.Claimed, r.Owned, r.Format, r.origin = landing.Envelope{}, seamark.Workload{}, false, false, nil, landing.Origin{}
	row := r.slot()
	*row = seamark.Log{EventID: r.hashID(at, message), IngestedAt: r.arrival, LandingID: string(r.id)}
	r.row(row, &landing.Event{Message: r.Arena.Valid(message), Size: len(message)})
}

// hashID names an event that has no id: by origin, stream, offset and bytes.
func (r *rows) hashID(at int64, message []byte) string {
	h := sha256.New()
	for _, s := range []string{string(r.id), r.env.LogGroup, r.env.LogStream, strconv.FormatInt(at, 10)} {
		h.Write([]byte(s))
		h.Write([]byte{0})
	}
	h.Write(message)
	return hex.EncodeToString(h.Sum(nil)[:28])
}

// row parses a message into one row of either table. base is the last slot and holds
// what the envelope says; the envelope wins.
func (r *rows) row(base *seamark.Log, e *landing.Event) {
	r.textBytes += int64(e.Size) + 128
	timed := e.Timed
	own := lines.Claim{}
	var implausible int64
	if timed && (base.Timestamp < earliestMs || base.Timestamp > r.arrival+aheadMs) {
		implausible, timed = base.Timestamp, false
	}
	isAccess := r.Parse(base, timed, e.Message, e.Fields, &own, implausible)
	r.place(base, isAccess, timed, &own)
}

// place settles the time and the partition of the row that was parsed last.
func (r *rows) place(base *seamark.Log, isAccess, timed bool, own *lines.Claim) {
	product, environment := r.Workload.Product, r.Workload.Environment
	if !r.Claimed {
		product, environment = own.Product, own.Environment
		if product != "" && !r.owners.allows(seamark.Slug(product), base.AccountID) {
			r.notes.contradictedClaims++
			product, environment = "", ""
		}
	}
	ts := &base.Timestamp
	if isAccess {
		ts = &r.Access[len(r.Access)-1].Timestamp
	}
	if !timed {
		if *ts = own.TimeMs; *ts < earliestMs || *ts > r.arrival+aheadMs {
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
		r.accessRuns = extend(r.accessRuns, p, len(r.Access))
		return
	}
	if lines.Severe(base.Level) {
		base.Fingerprint = r.Fingerprint(base)
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
