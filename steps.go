package seamark

import "time"

// StepFor returns the smallest of 1, 2, 5, 10, 15, 30 seconds, minutes, hours or days
// by which span has at most so many buckets, the cut ones at both ends included. A span
// of more than ten years gets as many days as it takes.
func StepFor(span Span, most int64) time.Duration {
	for _, unit := range []time.Duration{time.Second, time.Minute, time.Hour, 24 * time.Hour} {
		for _, n := range []time.Duration{1, 2, 5, 10, 15, 30} {
			if bucketsIn(span, n*unit) <= most {
				return n * unit
			}
		}
	}
	step := 60 * 24 * time.Hour
	for bucketsIn(span, step) > most {
		step *= 2
	}
	return step
}

// bucketsIn counts the buckets, aligned to the Unix epoch, that span touches.
func bucketsIn(span Span, step time.Duration) int64 {
	ms := step.Milliseconds()
	first := floorDiv(span.From.UnixMilli(), ms)
	last := floorDiv(span.To.UnixMilli()-1, ms)
	return last - first + 1
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
