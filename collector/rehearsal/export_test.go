package rehearsal

import (
	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/collector/rule"
)

// Evaluated is what the machine made of values at every step.
type Evaluated struct{ Fired, First, Last, Longest, InAlarm, Steps int }

// EvaluateSum slides a window of k steps over what was counted.
func EvaluateSum(counted []float64, k, evaluations, datapoints int, threshold float64) Evaluated {
	out := make([]float64, len(counted))
	slidingSum(counted, k, out)
	return evaluated(out, k, evaluations, datapoints, threshold)
}

// EvaluateMax does so with the greatest value.
func EvaluateMax(seen []float64, k int, threshold float64) Evaluated {
	out := make([]float64, len(seen))
	slidingMax(seen, k, out)
	return evaluated(out, k, 1, 1, threshold)
}

// EvaluateRatio does so with bad/all, where there were enough.
func EvaluateRatio(bad, all []float64, k int, least, threshold float64) Evaluated {
	b, a, out := make([]float64, len(all)), make([]float64, len(all)), make([]float64, len(all))
	slidingSum(bad, k, b)
	slidingSum(all, k, a)
	return evaluated(ratios(b, a, least, out), k, 1, 1, threshold)
}

// EvaluatePercentile takes the percentiles of windows and the numbers of samples behind them.
func EvaluatePercentile(values, samples []float64, statistic string, threshold float64) Evaluated {
	return evaluated(enoughSamples(values, samples, statistic, inventory.Ignore, make([]float64, len(values))), 1, 1, 1, threshold)
}

func evaluated(values []float64, k, evaluations, datapoints int, threshold float64) Evaluated {
	m := machine{values: values, stride: k, evaluations: evaluations, datapoints: datapoints}
	o := m.run(threshold)
	return Evaluated{o.fired, o.first, o.last, o.longest, o.inAlarm, o.steps}
}

// RoundValues are the thresholds that are tried above v.
func RoundValues(name string, v float64) []float64 { return roundValues(rule.Named(name), v) }
