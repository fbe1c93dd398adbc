package fleet

import (
	"io"
	"time"
)

// Kind is a kind of log in bulk objects.
type Kind int

// The kinds of bulk events.
const (
	KindAgreed   Kind = iota // Seamark's agreed JSON format
	KindAccess               // API Gateway access logs, JSON, REST and HTTP API
	KindPlatform             // Lambda's own lines, text and JSON, with plain text and stack traces between them
)

// Bulk describes a landing object of any size, for benchmarks and tests. Of the zero value
// every field but Events has a default.
type Bulk struct {
	Seed   uint64
	Events int           // exactly so many, the kinds in equal parts but for the last payload
	Kinds  []Kind        // nil: all
	Start  time.Time     // of the first event; zero: 2026-11-22T08:00:00Z
	Span   time.Duration // over which the events are spread; 0: an hour
	// Products limits the sources, and so the partitions, to the first so many products; 0: all.
	Products int
}

// WriteObject writes a landing object of events log events of the given kinds (none named:
// all) and returns the truth about it. It makes about half a million events a second.
func WriteObject(w io.Writer, seed uint64, events int, kinds ...Kind) (Truth, error) {
	return Bulk{Seed: seed, Events: events, Kinds: kinds}.Write(w)
}

// Write writes the object: concatenated gzip members, one payload each, as Firehose does.
func (o Bulk) Write(w io.Writer) (Truth, error) {
	var truth Truth
	for p := range o.Payloads() {
		if _, err := w.Write(p.Data); err != nil {
			return truth, err
		}
		truth.Add(p.Truth)
	}
	return truth, nil
}

// Payloads yields the payloads of the object, one after the other.
func (o Bulk) Payloads() func(yield func(Payload) bool) {
	if o.Start.IsZero() {
		o.Start = time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	}
	if o.Span <= 0 {
		o.Span = time.Hour
	}
	if len(o.Kinds) == 0 {
		o.Kinds = []Kind{KindAgreed, KindAccess, KindPlatform}
	}
	return func(yield func(Payload) bool) {
		b := newBulkWriter(o)
		for b.done < o.Events {
			b.kind = o.Kinds[b.payloads%len(o.Kinds)]
			b.fill(min(40+int(b.r.Uint64N(400)), o.Events-b.done))
			b.payloads++
			if !yield(b.press.payload(&b.batch)) {
				return
			}
		}
	}
}

type bulkWriter struct {
	Bulk
	second
	kind     Kind
	press    *press
	batch    batch
	stages   []*stage
	writers  []*instance // functions that log in the agreed format
	others   []*instance
	payloads int
	done     int
	of       map[*instance]*deployment
}

func newBulkWriter(o Bulk) *bulkWriter {
	b := &bulkWriter{Bulk: o, press: newPress(3), of: map[*instance]*deployment{}}
	b.second = second{r: newRandom(o.Seed, 0), f: &Fleet{seed: o.Seed, start: o.Start}}
	products := map[string]bool{}
	for _, d := range deployments() {
		products[d.product.name] = true
		if o.Products > 0 && len(products) > o.Products {
			break
		}
		b.stages = append(b.stages, d.api)
		for _, fn := range d.functions {
			b.of[fn] = d
			if fn.fn.style == agreed {
				b.writers = append(b.writers, fn)
			} else {
				b.others = append(b.others, fn)
			}
		}
	}
	if len(b.others) == 0 {
		b.others = b.writers
	}
	if len(b.writers) == 0 {
		b.writers = b.others
	}
	return b
}

// fill puts n events of the current kind into the batch.
func (b *bulkWriter) fill(n int) {
	switch b.kind {
	case KindAccess:
		stage := b.stages[b.r.IntN(len(b.stages))]
		b.begin(&stage.Component, 0)
		for range n {
			b.accessLine(stage)
		}
	case KindPlatform:
		fn := b.others[b.r.IntN(len(b.others))]
		b.begin(&fn.Component, b.r.Uint64N(4))
		for i := range n {
			b.platformLine(fn, i)
		}
	default:
		fn := b.writers[b.r.IntN(len(b.writers))]
		b.begin(&fn.Component, b.r.Uint64N(4))
		for range n {
			b.agreedLine(fn)
		}
	}
}

func (b *bulkWriter) begin(c *Component, stream uint64) {
	b.second.ms = b.next()
	b.batch.component, b.batch.stream = c, b.second.stream(c, stream)
	b.batch.filters = []string{c.Workload.FilterName()}
	b.batch.origin = mix(b.Seed ^ mix(uint64(b.payloads)))
	b.batch.sequence = 0
}

// next is the time of the next event: evenly spread, in milliseconds.
func (b *bulkWriter) next() int64 {
	return b.Start.UnixMilli() + int64(float64(b.done)/float64(b.Events)*float64(b.Span.Milliseconds()))
}

func (b *bulkWriter) journey() (*journey, int64) {
	ms := b.next()
	b.done++
	b.j.begin(b.r, ms/1000)
	b.j.n = uint64(b.done)
	return &b.j, ms
}

func (b *bulkWriter) accessLine(s *stage) {
	j, ms := b.journey()
	x := exchange{stage: s, route: b.pickRoute(s.api), j: j, bytes: 180 + int64(b.r.Uint64N(4000))}
	x.status, x.latencyMs = x.route.status, b.r.latency(x.route.medianMs)
	x.integrationMs = max(x.latencyMs-3, 1)
	switch n := b.r.Uint64N(1000); {
	case n < 15:
		x.status, x.fault, x.integrationMs = 404, "Not Found", 0
	case n < 18:
		x.status, x.fault = 502, "Internal server error"
	}
	b.batch.add(ms, b.w.access(&x, ms), "", x.status)
}

func (b *bulkWriter) agreedLine(fn *instance) {
	j, ms := b.journey()
	b.j.tookMs = int64(b.r.Uint64N(300))
	st := &fn.fn.steps[b.r.IntN(len(fn.fn.steps))]
	if b.r.chance(10) {
		st = &step{level: fault, event: "Authorization failed", fields: []field{userID, sourceIP}}
		b.batch.add(ms, b.w.line(fn, j, st, ms, accessDenied(fn)), st.level, 0)
		return
	}
	b.batch.add(ms, b.w.line(fn, j, st, ms, nil), shownLevel(fn, st), 0)
}

// platformLine turns through the life of an invocation.
func (b *bulkWriter) platformLine(fn *instance, i int) {
	j, ms := b.journey()
	v := invocation{fn: fn, j: j, version: "$LATEST", ms: b.r.latency(60), memoryMB: fn.fn.memoryMB / 2}
	switch i % 5 {
	case 0:
		if b.r.chance(100) {
			v.initMs = b.r.latency(300)
			b.batch.add(ms, b.w.initStart(&v, ms), platformLevel, 0)
			return
		}
		b.batch.add(ms, b.w.start(&v, ms), platformLevel, 0)
	case 1, 2:
		b.j.tookMs = int64(v.ms)
		st := &fn.fn.steps[b.r.IntN(len(fn.fn.steps))]
		b.batch.add(ms, b.w.line(fn, j, st, ms, st.trouble(b.of[fn])), shownLevel(fn, st), 0)
	case 3:
		if fn.fn.jsonLog {
			b.batch.add(ms, b.w.start(&v, ms), platformLevel, 0)
			return
		}
		b.batch.add(ms, b.w.end(&v), platformLevel, 0)
	default:
		b.batch.add(ms, b.w.report(&v, ms), platformLevel, 0)
	}
}
