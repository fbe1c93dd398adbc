package lambda

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"sync"
	"time"
)

// NewLog writes records in the agreed log format (schemas/record.schema.json), one JSON
// object a line, at the level that Lambda's logging configuration names
// (AWS_LAMBDA_LOG_LEVEL), or info.
//
// The constant message is eventName; attributes are eventData, but for request_id, which is
// requestId, and error, which is error.message.
func NewLog(w io.Writer) *slog.Logger {
	level := slog.LevelInfo
	switch s := os.Getenv("AWS_LAMBDA_LOG_LEVEL"); s {
	case "TRACE", "DEBUG":
		level = slog.LevelDebug
	case "FATAL":
		level = slog.LevelError
	default:
		if s != "" && level.UnmarshalText([]byte(s)) != nil {
			level = slog.LevelInfo
		}
	}
	return slog.New(&logHandler{out: &output{w: w}, level: level, component: os.Getenv("AWS_LAMBDA_FUNCTION_NAME")})
}

// output keeps lines whole.
type output struct {
	mu sync.Mutex
	w  io.Writer
}

func (o *output) line(b []byte) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	_, err := o.w.Write(append(b, '\n'))
	return err
}

// logHandler is a slog.Handler.
type logHandler struct {
	out       *output
	level     slog.Level
	component string
	attrs     []slog.Attr // with the groups that were open when they were given
	groups    []string
}

// record is a line, in the order in which people read it.
type record struct {
	Timestamp string         `json:"timestamp"` // RFC 3339, as Lambda's own filter of levels wants it
	Level     string         `json:"level"`
	Product   string         `json:"product"`
	Component string         `json:"component,omitempty"`
	RequestID string         `json:"requestId,omitempty"`
	EventName string         `json:"eventName"`
	Message   string         `json:"message"`
	EventData map[string]any `json:"eventData,omitempty"`
	Error     *recordError   `json:"error,omitempty"`
}

type recordError struct {
	Message string `json:"message"`
}

// Enabled implements slog.Handler.
func (h *logHandler) Enabled(_ context.Context, l slog.Level) bool { return l >= h.level }

// WithAttrs implements slog.Handler.
func (h *logHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	more := *h
	more.attrs = slices.Clip(h.attrs)
	for _, a := range attrs {
		more.attrs = append(more.attrs, h.grouped(a))
	}
	return &more
}

// WithGroup implements slog.Handler.
func (h *logHandler) WithGroup(name string) slog.Handler {
	if name == "" {
		return h
	}
	more := *h
	more.groups = append(slices.Clip(h.groups), name)
	return &more
}

// grouped puts an attribute into the groups that are open.
func (h *logHandler) grouped(a slog.Attr) slog.Attr {
	for _, g := range slices.Backward(h.groups) {
		a = slog.Attr{Key: g, Value: slog.GroupValue(a)}
	}
	return a
}

// Handle implements slog.Handler.
func (h *logHandler) Handle(_ context.Context, r slog.Record) error {
	line := record{
		Timestamp: r.Time.UTC().Format("2006-01-02T15:04:05.000Z07:00"), Level: r.Level.String(), Product: "seamark", Component: h.component,
		EventName: r.Message, Message: r.Message, EventData: map[string]any{},
	}
	for _, a := range h.attrs {
		line.take(a)
	}
	r.Attrs(func(a slog.Attr) bool {
		line.take(h.grouped(a))
		return true
	})
	b, err := json.Marshal(line)
	if err != nil {
		return err
	}
	return h.out.line(b)
}

func (r *record) take(a slog.Attr) {
	v := a.Value.Resolve()
	switch {
	case a.Key == "" && v.Kind() != slog.KindGroup:
	case a.Key == "request_id":
		r.RequestID = v.String()
	case a.Key == "error":
		r.Error = &recordError{v.String()}
		r.Message += ": " + r.Error.Message
	default:
		put(r.EventData, a.Key, v)
	}
}

// put sets a value as JSON can hold it; groups are merged.
func put(into map[string]any, key string, v slog.Value) {
	switch v.Kind() {
	case slog.KindGroup:
		if key != "" {
			inner, _ := into[key].(map[string]any)
			if inner == nil {
				inner = map[string]any{}
				into[key] = inner
			}
			into = inner
		}
		for _, a := range v.Group() {
			put(into, a.Key, a.Value.Resolve())
		}
	case slog.KindDuration:
		into[key] = v.Duration().String()
	case slog.KindTime:
		into[key] = v.Time().UTC().Format(time.RFC3339Nano)
	default:
		switch x := v.Any().(type) {
		case error:
			into[key] = x.Error()
		case fmt.Stringer:
			into[key] = x.String()
		default:
			if _, err := json.Marshal(x); err != nil {
				into[key] = fmt.Sprint(x)
			} else {
				into[key] = x
			}
		}
	}
}

// Fail logs why the function cannot start and ends it: each invocation then fails.
func Fail(log *slog.Logger, err error) {
	log.Error("cannot start", "error", err)
	os.Exit(1)
}
