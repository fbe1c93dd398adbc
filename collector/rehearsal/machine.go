package rehearsal

import (
	"math"
	"strconv"
	"strings"

	"github.com/seamark-hq/seamark/collector/inventory"
)

// machine is CloudWatch's evaluation of an alarm that fires at or above a threshold and
// takes missing data as not breaching. Sources:
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation-window.html (the window slides),
// …/alarms-and-missing-data.html, …/percentiles-with-low-samples.html.
type machine struct {
	values      []float64 // per step: of the window that ends with it; NaN: missing; -Inf: too few samples, the state stays
	stride      int       // steps from one window to the next that does not overlap
	evaluations int
	datapoints  int // of these, how many must breach
}

// outcome is what an alarm did. Times are steps.
type outcome struct {
	data        bool
	fired       int // how often it went into ALARM
	first, last int // at which steps
	longest     int
	inAlarm     int
	steps       int // looked at
}

func (o outcome) share() float64 {
	if o.steps == 0 {
		return 0
	}
	return float64(o.inAlarm) / float64(o.steps)
}

// lookBack is how many windows beyond those evaluated CloudWatch retrieves, to find
// figures where some are missing. AWS documents no number; its example has two.
const lookBack = 2

// run evaluates the alarm at every step. It begins as OK.
func (m *machine) run(threshold float64) outcome {
	var o outcome
	alarm, since := false, 0
	for i := m.stride - 1; i < len(m.values); i++ {
		o.steps++
		v := m.values[i]
		o.data = o.data || !math.IsNaN(v)
		was := alarm
		if !math.IsInf(v, -1) {
			alarm = m.breaching(i, threshold)
		}
		if alarm && !was {
			if o.fired == 0 {
				o.first = i
			}
			o.fired++
			o.last, since = i, i
		}
		if alarm {
			o.inAlarm++
			o.longest = max(o.longest, i-since+1)
		}
	}
	return o
}

// breaching looks at the newest windows that have figures, as many as are evaluated. Those
// that are missing count as good.
func (m *machine) breaching(i int, threshold float64) bool {
	seen, bad := 0, 0
	for n := 0; n < m.evaluations+lookBack && seen < m.evaluations; n++ {
		at := i - n*m.stride
		if at < m.stride-1 {
			break
		}
		v := m.values[at]
		if math.IsNaN(v) || math.IsInf(v, -1) {
			continue
		}
		seen++
		if v >= threshold {
			bad++
		}
	}
	return bad >= m.datapoints
}

// slidingSum puts into out the sum of the last k values at each step; NaN where all are missing.
// Counts are whole numbers, so that nothing is lost in adding and taking away.
func slidingSum(in []float64, k int, out []float64) {
	sum, present := 0.0, 0
	for i, v := range in {
		if !math.IsNaN(v) {
			sum += v
			present++
		}
		if i >= k && !math.IsNaN(in[i-k]) {
			sum -= in[i-k]
			present--
		}
		out[i] = sum
		if present == 0 {
			sum, out[i] = 0, math.NaN()
		}
	}
}

// slidingMax does so with the greatest value.
func slidingMax(in []float64, k int, out []float64) {
	var queue []int // steps whose values fall; the first is the greatest of the window
	for i, v := range in {
		if len(queue) > 0 && queue[0] <= i-k {
			queue = queue[1:]
		}
		if !math.IsNaN(v) {
			for len(queue) > 0 && in[queue[len(queue)-1]] <= v {
				queue = queue[:len(queue)-1]
			}
			queue = append(queue, i)
		}
		out[i] = math.NaN()
		if len(queue) > 0 {
			out[i] = in[queue[0]]
		}
	}
}

// ratios is what IF(all >= least, bad / all, 0) gives.
func ratios(bad, all []float64, least float64, out []float64) []float64 {
	for i := range out {
		switch {
		case math.IsNaN(all[i]):
			out[i] = math.NaN()
		case all[i] < least:
			out[i] = 0
		default:
			out[i] = bad[i] / all[i]
		}
	}
	return out
}

// enoughSamples takes out percentiles over so few samples that they say little: below
// 10/(1-percentile), and 10/percentile for the lower half.
func enoughSamples(values, samples []float64, statistic, low string, out []float64) []float64 {
	share, _ := strconv.ParseFloat(strings.TrimPrefix(statistic, "p"), 64)
	rare := share / 100
	if rare >= 0.5 {
		rare = (100 - share) / 100
	}
	for i := range out {
		out[i] = values[i]
		if low == inventory.Ignore && !math.IsNaN(values[i]) && samples[i] < 10/rare-1e-6 {
			out[i] = math.Inf(-1)
		}
	}
	return out
}
