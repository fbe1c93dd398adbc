package history

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"io"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/seamark-hq/seamark/collector/inventory"
)

// payloadBytes is about how large a payload becomes, before compression. A longer event
// has one to itself.
const payloadBytes = 1 << 20

// origin is what the envelope says of all events of a fetch.
type origin struct {
	account, group string
	filter         string // name of the subscription filter; empty: none
}

// members writes events as Firehose would have: concatenated gzip members, one CloudWatch
// Logs payload each, one stream per payload. The same events give the same bytes.
type members struct {
	origin
	parts  [][]byte // the members
	size   int      // of these
	out    bytes.Buffer
	gz     *gzip.Writer
	text   []byte // of the payload being written
	open   bool   // it has events
	events int64
	bytes  int64 // of messages
}

func newMembers() *members {
	gz, err := gzip.NewWriterLevel(nil, gzip.BestSpeed)
	if err != nil {
		panic(err) // the level is a constant
	}
	return &members{gz: gz}
}

// begin forgets what was written; what follows is of o.
func (m *members) begin(o origin) {
	m.origin = o
	clear(m.parts)
	m.parts, m.size, m.events, m.bytes = m.parts[:0], 0, 0, 0
}

// add writes events, which it sorts: by stream, and in a stream by time and id. One that a
// listing showed twice counts once.
func (m *members) add(events []inventory.LogEvent) {
	slices.SortFunc(events, func(a, b inventory.LogEvent) int {
		return cmp.Or(cmp.Compare(a.Stream, b.Stream), cmp.Compare(a.Timestamp, b.Timestamp),
			cmp.Compare(a.Ingested, b.Ingested), cmp.Compare(len(a.ID), len(b.ID)), cmp.Compare(a.ID, b.ID))
	})
	events = slices.CompactFunc(events, func(a, b inventory.LogEvent) bool {
		return a.ID == b.ID && a.Timestamp == b.Timestamp && a.Stream == b.Stream
	})
	for i := range events {
		e := &events[i]
		if m.open && (events[i-1].Stream != e.Stream || len(m.text)+len(e.Message) > payloadBytes) {
			m.close()
		}
		if !m.open {
			m.envelope(e.Stream)
		} else {
			m.text = append(m.text, ',')
		}
		m.text = appendEvent(m.text, e)
		m.events++
		m.bytes += int64(len(e.Message))
	}
	if m.open {
		m.close()
	}
}

func (m *members) envelope(stream string) {
	b := appendJSON(append(m.text[:0], `{"messageType":"DATA_MESSAGE","owner":`...), m.account)
	b = appendJSON(append(b, `,"logGroup":`...), m.group)
	b = appendJSON(append(b, `,"logStream":`...), stream)
	b = append(b, `,"subscriptionFilters":[`...)
	if m.filter != "" {
		b = appendJSON(b, m.filter)
	}
	m.text, m.open = append(b, `],"logEvents":[`...), true
}

func (m *members) close() {
	m.text, m.open = append(m.text, "]}"...), false
	m.out.Reset()
	m.gz.Reset(&m.out)
	m.gz.Write(m.text) // into memory: it cannot fail
	m.gz.Close()
	m.parts, m.size = append(m.parts, bytes.Clone(m.out.Bytes())), m.size+m.out.Len()
	if cap(m.text) > 4*payloadBytes {
		m.text = nil
	}
}

// write writes all members.
func (m *members) write(w io.Writer) error {
	for _, part := range m.parts {
		if _, err := w.Write(part); err != nil {
			return err
		}
	}
	return nil
}

func appendEvent(b []byte, e *inventory.LogEvent) []byte {
	b = appendJSON(append(b, `{"id":`...), e.ID)
	b = strconv.AppendInt(append(b, `,"timestamp":`...), e.Timestamp, 10)
	b = appendJSON(append(b, `,"message":`...), e.Message)
	return append(b, '}')
}

const lowerHex = "0123456789abcdef"

// appendJSON appends s as a JSON string: as it is, but for what JSON demands. Each byte that
// is not UTF-8 becomes U+FFFD, as CloudWatch Logs itself makes of it.
func appendJSON(b []byte, s string) []byte {
	if !utf8.ValidString(s) {
		s = string([]rune(s))
	}
	b = append(b, '"')
	from := 0
	for i := range len(s) {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		b = append(b, s[from:i]...)
		from = i + 1
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\n':
			b = append(b, '\\', 'n')
		case '\t':
			b = append(b, '\\', 't')
		case '\r':
			b = append(b, '\\', 'r')
		default:
			b = append(b, '\\', 'u', '0', '0', lowerHex[c>>4], lowerHex[c&15])
		}
	}
	return append(append(b, s[from:]...), '"')
}
