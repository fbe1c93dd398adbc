package fleet

import (
	"strconv"
	"strings"

	seamark "github.com/seamark-hq/seamark"
)

// scribe writes lines as the different logging libraries do. What it returns is valid
// until its next call.
type scribe struct {
	clock clockText
	out   []byte
	text  []byte
}

// trouble is what an error line reports.
type trouble struct {
	kind, message, stack string // stack as the runtime prints it, lines ended by \n
}

// line renders what f logs at ms for step s, with the trouble when there is one.
func (w *scribe) line(f *instance, j *journey, s *step, ms int64, t *trouble) []byte {
	style := f.fn.style
	if s.foreign {
		style = s.style
	}
	w.out = w.out[:0]
	switch style {
	case agreed:
		w.agreed(f, j, s, ms, t)
	case lambdaJSON:
		w.lambdaJSON(j, s, ms, t)
	case powertools:
		w.powertools(f, j, s, ms, t)
	case pythonText:
		w.pythonText(j, s, ms, t)
	case nodeText:
		w.nodeText(j, s, ms, t)
	case keyValue:
		w.keyValue(j, s, t)
	case logfmt:
		w.logfmt(j, s, ms, t)
	default:
		w.out = append(w.out, s.event...)
	}
	return w.out
}

// sentence writes "Booking confirmed. bookingId=[123] userId=[abc]".
func (w *scribe) sentence(b []byte, j *journey, s *step) []byte {
	b = append(append(b, s.event...), '.')
	for _, f := range s.fields {
		b = append(append(append(b, ' '), fieldNames[f]...), "=["...)
		b = append(j.appendField(b, f), ']')
	}
	return b
}

// jsonFields writes the step's fields as members of an object, each with a comma before it.
func jsonFields(b []byte, j *journey, fields []field) []byte {
	for _, f := range fields {
		b = append(append(append(b, `,"`...), fieldNames[f]...), `":`...)
		if f.number() {
			b = j.appendField(b, f)
		} else {
			b = append(j.appendField(append(b, '"'), f), '"')
		}
	}
	return b
}

// agreed is Seamark's own format.
func (w *scribe) agreed(f *instance, j *journey, s *step, ms int64, t *trouble) {
	b := append(w.out, `{"timestamp":`...)
	b = strconv.AppendInt(b, ms, 10)
	b = append(append(b, `,"accountId":"`...), f.Account.ID...)
	b = append(append(b, `","product":"`...), f.Workload.Product...)
	b = append(append(b, `","source":"`...), f.LogGroup...)
	b = append(append(b, `","level":"`...), s.level...)
	b = append(append(b, `","requestId":"`...), j.apiRequest[:]...)
	b = append(append(b, `","traceId":"`...), j.trace[:]...)
	b = append(append(b, `","eventName":"`...), s.event...)
	b = append(b, `","eventData":{`...)
	start := len(b)
	b = jsonFields(b, j, s.fields)
	if len(b) > start {
		b = append(b[:start], b[start+1:]...) // the first comma
	}
	b = append(b, `},"message":`...)
	w.text = w.sentence(w.text[:0], j, s)
	b = appendString(b, w.text)
	if t != nil {
		b = appendString(append(b, `,"error":{"type":`...), t.kind)
		b = appendString(append(b, `,"message":`...), t.message)
		b = appendString(append(b, `,"stack":`...), t.stack)
		b = append(b, '}')
	}
	w.out = append(b, '}')
}

// lambdaJSON is Lambda's JSON log format for Node.js.
func (w *scribe) lambdaJSON(j *journey, s *step, ms int64, t *trouble) {
	b := w.clock.appendRFC3339(append(w.out, `{"timestamp":"`...), ms)
	b = append(append(b, `","level":"`...), s.level...)
	b = append(append(b, `","requestId":"`...), j.invocation[:]...)
	b = append(b, `","message":`...)
	w.text = w.sentence(w.text[:0], j, s)
	b = appendString(b, w.text)
	if t != nil {
		b = appendString(append(b, `,"errorType":`...), t.kind)
		b = appendString(append(b, `,"errorMessage":`...), t.message)
		b = append(b, `,"stackTrace":[`...)
		for i, line := range strings.Split(t.stack, "\n") {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendString(b, line)
		}
		b = append(b, ']')
	}
	w.out = append(b, '}')
}

// powertools is the Logger of Powertools for AWS Lambda (Python).
func (w *scribe) powertools(f *instance, j *journey, s *step, ms int64, t *trouble) {
	level := s.level
	if level == seamark.LevelWarn {
		level = "WARNING"
	}
	b := append(append(w.out, `{"level":"`...), level...)
	b = append(b, `","location":"lambda_handler:`...)
	b = strconv.AppendUint(b, 20+uint64(len(s.event)), 10)
	b = appendString(append(b, `","message":`...), s.event)
	b = w.clock.appendPython(append(b, `,"timestamp":"`...), ms)
	b = append(append(b, `","service":"`...), f.Workload.Product...)
	b = append(append(b, `","cold_start":false,"function_name":"`...), f.fn.name...)
	b = append(b, `","function_memory_size":"`...)
	b = strconv.AppendInt(b, int64(f.fn.memoryMB), 10)
	b = append(append(b, `","function_arn":"arn:aws:lambda:`...), f.Workload.Region...)
	b = append(append(append(b, ':'), f.Account.ID...), ":function:"...)
	b = append(append(b, f.fn.name...), `","function_request_id":"`...)
	b = append(append(b, j.invocation[:]...), '"')
	b = jsonFields(b, j, s.fields)
	if t != nil {
		b = appendString(append(b, `,"exception_name":`...), t.kind)
		b = appendString(append(b, `,"exception":`...), t.stack)
	}
	b = append(append(b, `,"xray_trace_id":"`...), j.trace[:]...)
	w.out = append(b, `"}`...)
}

// pythonText is the handler that Lambda's Python runtime gives to the root logger.
func (w *scribe) pythonText(j *journey, s *step, ms int64, t *trouble) {
	level := s.level
	if level == seamark.LevelWarn {
		level = "WARNING"
	}
	b := append(append(append(w.out, '['), level...), "]\t"...)
	b = append(w.clock.appendRFC3339(b, ms), '\t')
	b = append(append(b, j.invocation[:]...), '\t')
	w.out = appendTrouble(w.sentence(b, j, s), t)
	w.out = append(w.out, '\n')
}

// nodeText is console.log of Lambda's Node.js runtime in text mode.
func (w *scribe) nodeText(j *journey, s *step, ms int64, t *trouble) {
	b := append(w.clock.appendRFC3339(w.out, ms), '\t')
	b = append(append(b, j.invocation[:]...), '\t')
	b = append(append(b, s.level...), '\t')
	w.out = appendTrouble(w.sentence(b, j, s), t)
	w.out = append(w.out, '\n')
}

// keyValue is words with key=[value] pairs, the level in front.
func (w *scribe) keyValue(j *journey, s *step, t *trouble) {
	b := append(append(w.out, s.level...), ' ')
	b = w.sentence(b, j, s)
	b = append(append(b, " requestId=["...), j.apiRequest[:]...)
	w.out = appendTrouble(append(b, ']'), t)
}

// logfmt is time=… level=… msg="…" and pairs.
func (w *scribe) logfmt(j *journey, s *step, ms int64, t *trouble) {
	b := w.clock.appendRFC3339(append(w.out, "time="...), ms)
	b = append(append(b, " level="...), strings.ToLower(s.level)...)
	b = append(append(append(b, ` msg="`...), s.event...), '"')
	for _, f := range s.fields {
		b = append(append(append(b, ' '), fieldNames[f]...), '=')
		if f == vessel { // the only one with a space in it
			b = append(j.appendField(append(b, '"'), f), '"')
		} else {
			b = j.appendField(b, f)
		}
	}
	b = append(append(b, " request_id="...), j.apiRequest[:]...)
	if t != nil {
		b = strconv.AppendQuote(append(b, " error="...), t.kind+": "+t.message)
	}
	w.out = b
}

func appendTrouble(b []byte, t *trouble) []byte {
	if t == nil {
		return b
	}
	return append(append(b, '\n'), t.stack...)
}
