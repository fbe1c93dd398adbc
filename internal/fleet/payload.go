package fleet

import (
	"bytes"
	"slices"
	"strconv"

	"github.com/klauspost/compress/gzip"

	seamark "github.com/seamark-hq/seamark"
)

// Payload is what CloudWatch Logs hands to Firehose as one record.
type Payload struct {
	Data      []byte // one gzip member
	Component Component
	Truth     Truth
}

// batch collects the events of one log stream.
type batch struct {
	component *Component
	stream    string
	filters   []string // names of subscription filters
	origin    uint64   // for the event ids
	sequence  uint64
	events    []event
	messages  []byte
}

type event struct {
	ms       int64
	from, to int // in messages
	level    string
	status   int
}

// add copies message into the batch.
func (b *batch) add(ms int64, message []byte, level string, status int) {
	from := len(b.messages)
	b.messages = append(b.messages, message...)
	b.events = append(b.events, event{ms, from, len(b.messages), level, status})
}

// A press turns batches into payloads.
type press struct {
	json bytes.Buffer
	gz   *gzip.Writer
	out  bytes.Buffer
}

func newPress(level int) *press {
	gz, err := gzip.NewWriterLevel(nil, level)
	if err != nil {
		panic(err) // a constant of this package is out of range
	}
	return &press{gz: gz}
}

// payload ends b: its events in order of time, as one payload. The batch is empty afterwards.
func (p *press) payload(b *batch) Payload {
	slices.SortStableFunc(b.events, func(x, y event) int { return int(x.ms - y.ms) })
	size := p.encode(b)
	truth := Truth{Payloads: 1, Events: int64(len(b.events)), Bytes: int64(size), Rows: map[Key]int64{}}
	table := seamark.TableLogs
	if b.component.API {
		table = seamark.TableAccessLogs
	}
	w := b.component.Workload
	key := Key{Table: table, Product: w.Product, Environment: w.Environment, Component: w.Component}
	for i := range b.events {
		key.Level, key.Status = b.events[i].level, b.events[i].status
		truth.Rows[key]++
	}
	b.events, b.messages = b.events[:0], b.messages[:0]
	return Payload{Data: p.member(p.json.Bytes()), Component: *b.component, Truth: truth}
}

// encode writes b into p.json and returns the number of bytes.
func (p *press) encode(b *batch) int {
	p.json.Reset()
	p.json.Grow(len(b.messages)*5/4 + 128*len(b.events) + 512)
	j := append(p.json.AvailableBuffer(), `{"messageType":"DATA_MESSAGE","owner":"`...)
	j = append(append(j, b.component.Account.ID...), `","logGroup":`...)
	j = append(appendString(j, b.component.LogGroup), `,"logStream":`...)
	j = append(appendString(j, b.stream), `,"subscriptionFilters":[`...)
	for i, name := range b.filters {
		if i > 0 {
			j = append(j, ',')
		}
		j = appendString(j, name)
	}
	j = append(j, `],"logEvents":[`...)
	for i := range b.events {
		e := &b.events[i]
		if i > 0 {
			j = append(j, ',')
		}
		j = appendEventID(append(j, `{"id":"`...), e.ms, b.origin, b.sequence)
		b.sequence++
		j = strconv.AppendInt(append(j, `","timestamp":`...), e.ms, 10)
		j = appendString(append(j, `,"message":`...), b.messages[e.from:e.to])
		j = append(j, '}')
	}
	p.json.Write(append(j, "]}"...))
	return p.json.Len()
}

// member compresses b into a gzip member of its own.
func (p *press) member(b []byte) []byte {
	p.out.Reset()
	p.gz.Reset(&p.out)
	p.gz.Write(b) // into memory: cannot fail
	p.gz.Close()
	return bytes.Clone(p.out.Bytes())
}

// control is the message with which CloudWatch Logs tries a destination.
func (p *press) control(ms int64) Payload {
	j := strconv.AppendInt([]byte(`{"messageType":"CONTROL_MESSAGE","owner":"CloudwatchLogs","logGroup":"","logStream":"","subscriptionFilters":[],"logEvents":[{"id":"","timestamp":`), ms, 10)
	j = append(j, `,"message":"CWL CONTROL MESSAGE: Checking health of destination Firehose."}]}`...)
	return Payload{Data: p.member(j), Truth: Truth{ControlMessages: 1, Bytes: int64(len(j))}}
}
