package parquetfile

import (
	"fmt"
	"unsafe"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/schemas"
)

// spec is what a column is: schemas says it, but for how its values are laid out.
type spec struct {
	schemas.Column
	layout layout
	front  bool // without a dictionary, what a text has in common with the one before is left out (DELTA_BYTE_ARRAY)
	bloom  bool // a Bloom filter lets readers skip row groups on `column = value`
	ids    bool // nothing repeats in the text but its few different letters
}

// field is one column of a table of rows T: how it is stored, and where in a row it lies.
type field[T any] struct {
	spec
	make func(*spec, *Encoder) column
	fill func(column, []T)
}

// logFields has a line for each column of schemas.Logs, in its order.
func logFields() []field[seamark.Log] {
	type row = *seamark.Log
	return []field[seamark.Log]{
		required("timestamp", func(r row) int64 { return r.Timestamp }),
		text("event_id", plain, func(r row) *string { return &r.EventID }).frontCoded(),
		text("account_id", few, func(r row) *string { return &r.AccountID }),
		text("region", few, func(r row) *string { return &r.Region }),
		text("source", few, func(r row) *string { return &r.Source }),
		text("stream", few, func(r row) *string { return &r.Stream }),
		text("component", few, func(r row) *string { return &r.Component }),
		text("team", few, func(r row) *string { return &r.Team }),
		text("level", few, func(r row) *string { return &r.Level }),
		text("event_name", few, func(r row) *string { return &r.EventName }),
		text("event_data", plain, func(r row) *string { return &r.EventData }),
		text("message", plain, func(r row) *string { return &r.Message }),
		text("request_id", few, func(r row) *string { return &r.RequestID }).withBloom(),
		text("trace_id", few, func(r row) *string { return &r.TraceID }).frontCoded().withBloom(),
		text("span_id", plain, func(r row) *string { return &r.SpanID }),
		text("error_type", few, func(r row) *string { return &r.ErrorType }),
		text("error_message", few, func(r row) *string { return &r.ErrorMessage }),
		text("error_stack", few, func(r row) *string { return &r.ErrorStack }),
		text("fingerprint", few, func(r row) *string { return &r.Fingerprint }).withBloom(),
		required("ingested_at", func(r row) int64 { return r.IngestedAt }),
		text("landing_id", few, func(r row) *string { return &r.LandingID }),
	}
}

// accessLogFields has a line for each column of schemas.AccessLogs, in its order.
func accessLogFields() []field[seamark.AccessLog] {
	type row = *seamark.AccessLog
	return []field[seamark.AccessLog]{
		required("timestamp", func(r row) int64 { return r.Timestamp }),
		text("event_id", plain, func(r row) *string { return &r.EventID }).frontCoded(),
		text("account_id", few, func(r row) *string { return &r.AccountID }),
		text("region", few, func(r row) *string { return &r.Region }),
		text("source", few, func(r row) *string { return &r.Source }),
		text("stream", few, func(r row) *string { return &r.Stream }),
		text("component", few, func(r row) *string { return &r.Component }),
		text("team", few, func(r row) *string { return &r.Team }),
		text("request_id", plain, func(r row) *string { return &r.RequestID }).ofIDs().withBloom(),
		text("trace_id", plain, func(r row) *string { return &r.TraceID }).frontCoded().withBloom(),
		text("method", few, func(r row) *string { return &r.Method }),
		text("path", few, func(r row) *string { return &r.Path }),
		text("route", few, func(r row) *string { return &r.Route }),
		optional("status", func(r row) *int32 { return r.Status }),
		optional("latency_ms", func(r row) *float64 { return r.LatencyMs }),
		optional("integration_latency_ms", func(r row) *float64 { return r.IntegrationLatencyMs }),
		optional("response_bytes", func(r row) *int64 { return r.ResponseBytes }),
		text("ip", few, func(r row) *string { return &r.IP }),
		text("user_agent", few, func(r row) *string { return &r.UserAgent }),
		text("protocol", few, func(r row) *string { return &r.Protocol }),
		text("error_message", few, func(r row) *string { return &r.ErrorMessage }),
		text("extra", plain, func(r row) *string { return &r.Extra }),
		required("ingested_at", func(r row) int64 { return r.IngestedAt }),
		text("landing_id", few, func(r row) *string { return &r.LandingID }),
	}
}

func text[T any](name string, l layout, of func(*T) *string) field[T] {
	return field[T]{
		spec: spec{Column: schemas.Column{Name: name}, layout: l},
		make: func(s *spec, e *Encoder) column { return newTextColumn(s, e) },
		fill: func(c column, rows []T) {
			if len(rows) > 0 {
				c.(*textColumn).addAll(stripe{unsafe.Pointer(of(&rows[0])), unsafe.Sizeof(rows[0]), len(rows)})
			}
		},
	}
}

func required[T any](name string, get func(*T) int64) field[T] {
	return field[T]{
		spec: spec{Column: schemas.Column{Name: name}},
		make: newNumberColumn[int64],
		fill: func(c column, rows []T) {
			n := c.(*numberColumn[int64])
			for i := range rows {
				n.add(get(&rows[i]))
			}
		},
	}
}

func optional[T any, V number](name string, get func(*T) *V) field[T] {
	return field[T]{
		spec: spec{Column: schemas.Column{Name: name}},
		make: newNumberColumn[V],
		fill: func(c column, rows []T) {
			n := c.(*numberColumn[V])
			for i := range rows {
				n.addOptional(get(&rows[i]))
			}
		},
	}
}

func (f field[T]) ofIDs() field[T] {
	f.ids = true
	return f
}

func (f field[T]) frontCoded() field[T] {
	f.front = true
	return f
}

func (f field[T]) withBloom() field[T] {
	f.bloom = true
	return f
}

// bind gives each field its column of t, which must be the same columns in the same order.
func bind[T any](t schemas.Table, fields []field[T]) ([]field[T], error) {
	if len(fields) != len(t.Columns) {
		return nil, fmt.Errorf("parquetfile: %d fields for the %d columns of %s", len(fields), len(t.Columns), t.Name)
	}
	for i, c := range t.Columns {
		if fields[i].Name != c.Name {
			return nil, fmt.Errorf("parquetfile: %s: field %q where schemas has %q", t.Name, fields[i].Name, c.Name)
		}
		fields[i].Column = c
	}
	return fields, nil
}
