package fleet

import "strconv"

// platformLevel is the level of the platform's own lines, which name none: schemas says so.
const platformLevel = info

// An invocation is one run of a function, as the Lambda platform sees it.
type invocation struct {
	fn       *instance
	j        *journey
	version  string
	ms       float64 // duration
	initMs   float64 // of a cold start, else 0
	memoryMB int     // used at most
}

// initStart is the platform's line about a new execution environment.
// https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-view.html
func (w *scribe) initStart(v *invocation, ms int64) []byte {
	b := w.out[:0]
	arn := "arn:aws:lambda:" + v.fn.Workload.Region + "::runtime:7d8a2c1f5b6e4d3c9a0b8e7f6d5c4b3a29180f7e6d5c4b3a2918f7e6d5c4b3a2"
	if v.fn.fn.jsonLog {
		b = w.clock.appendRFC3339(append(b, `{"time":"`...), ms)
		b = append(append(b, `","type":"platform.initStart","record":{"initializationType":"on-demand","phase":"init","runtimeVersion":"`...), v.fn.fn.runtime...)
		b = append(append(b, `","runtimeVersionArn":"`...), arn...)
		b = append(append(b, `","functionName":"`...), v.fn.fn.name...)
		b = append(append(b, `","functionVersion":"`...), v.version...)
		w.out = append(b, `"}}`...)
		return w.out
	}
	b = append(append(b, "INIT_START Runtime Version: "...), v.fn.fn.runtime...)
	b = append(append(b, "\tRuntime Version ARN: "...), arn...)
	w.out = append(b, '\n')
	return w.out
}

func (w *scribe) start(v *invocation, ms int64) []byte {
	b := w.out[:0]
	if v.fn.fn.jsonLog {
		b = w.clock.appendRFC3339(append(b, `{"time":"`...), ms)
		b = append(append(b, `","type":"platform.start","record":{"requestId":"`...), v.j.invocation[:]...)
		b = append(append(b, `","version":"`...), v.version...)
		w.out = append(b, `"}}`...)
		return w.out
	}
	b = append(append(b, "START RequestId: "...), v.j.invocation[:]...)
	b = append(append(b, " Version: "...), v.version...)
	w.out = append(b, '\n')
	return w.out
}

// end is written in text mode only.
func (w *scribe) end(v *invocation) []byte {
	w.out = append(append(w.out[:0], "END RequestId: "...), v.j.invocation[:]...)
	w.out = append(w.out, '\n')
	return w.out
}

func (w *scribe) report(v *invocation, ms int64) []byte {
	billed := int64(v.ms+v.initMs) + 1
	b := w.out[:0]
	if v.fn.fn.jsonLog {
		b = w.clock.appendRFC3339(append(b, `{"time":"`...), ms)
		b = append(append(b, `","type":"platform.report","record":{"requestId":"`...), v.j.invocation[:]...)
		b = appendMs(append(b, `","metrics":{"durationMs":`...), v.ms)
		b = strconv.AppendInt(append(b, `,"billedDurationMs":`...), billed, 10)
		b = strconv.AppendInt(append(b, `,"memorySizeMB":`...), int64(v.fn.fn.memoryMB), 10)
		b = strconv.AppendInt(append(b, `,"maxMemoryUsedMB":`...), int64(v.memoryMB), 10)
		if v.initMs > 0 {
			b = appendMs(append(b, `,"initDurationMs":`...), v.initMs)
		}
		b = append(append(b, `},"tracing":{"spanId":"`...), v.j.span[:]...)
		b = append(append(b, `","type":"X-Amzn-Trace-Id","value":"Root=`...), v.j.trace[:]...)
		b = append(append(b, `;Parent=`...), v.j.span[:]...)
		w.out = append(b, `;Sampled=1"},"status":"success"}}`...)
		return w.out
	}
	b = append(append(b, "REPORT RequestId: "...), v.j.invocation[:]...)
	b = appendMs(append(b, "\tDuration: "...), v.ms)
	b = strconv.AppendInt(append(b, " ms\tBilled Duration: "...), billed, 10)
	b = strconv.AppendInt(append(b, " ms\tMemory Size: "...), int64(v.fn.fn.memoryMB), 10)
	b = strconv.AppendInt(append(b, " MB\tMax Memory Used: "...), int64(v.memoryMB), 10)
	b = append(b, " MB\t"...)
	if v.initMs > 0 {
		b = append(appendMs(append(b, "Init Duration: "...), v.initMs), " ms\t"...)
	}
	b = append(append(b, "\nXRAY TraceId: "...), v.j.trace[:]...)
	b = append(append(b, "\tSegmentId: "...), v.j.span[:]...)
	w.out = append(b, "\tSampled: true\t\n"...)
	return w.out
}
