package rehearsal_test

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/seamark-hq/seamark/collector/rehearsal"
)

var none = math.NaN()

// TestMissingData: the examples of AWS's page on missing data, for three evaluation periods
// and a range of five; the last step decides.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
func TestMissingData(t *testing.T) {
	const x, o = 1, 0
	for _, c := range []struct {
		points     []float64
		datapoints int
		alarm      bool
	}{
		{[]float64{o, none, x, none, x}, 3, false},
		{[]float64{none, none, none, none, o}, 3, false},
		{[]float64{none, none, none, none, none}, 3, false},
		{[]float64{o, x, x, none, x}, 3, true},
		{[]float64{none, none, x, none, none}, 3, false},
		{[]float64{o, none, x, none, x}, 2, true},
		{[]float64{o, o, x, o, x}, 2, true},
		{[]float64{o, none, x, none, none}, 2, false},
		{[]float64{none, none, none, none, o}, 2, false},
		{[]float64{none, none, none, none, x}, 2, false},
	} {
		all := rehearsal.EvaluateSum(c.points, 1, 3, c.datapoints, 1)
		before := rehearsal.EvaluateSum(c.points[:4], 1, 3, c.datapoints, 1)
		if got := all.InAlarm > before.InAlarm; got != c.alarm {
			t.Errorf("%v, %d of 3: alarm %v, want %v", c.points, c.datapoints, got, c.alarm)
		}
	}
}

// TestPercentileWithFewSamples: the state stays as it was.
func TestPercentileWithFewSamples(t *testing.T) {
	values := []float64{1, 9, 1, 9, 9, 1, 9}
	samples := []float64{200, 200, 199, 10, 200, 200, 199}
	got := rehearsal.EvaluatePercentile(values, samples, "p95", 5)
	want := rehearsal.Evaluated{Fired: 1, First: 1, Last: 1, Longest: 4, InAlarm: 4, Steps: 7}
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	// p99 needs 1,000, p10 needs 100
	for statistic, n := range map[string]float64{"p99": 1000, "p50": 20, "p10": 100} {
		for _, few := range []float64{0, 1} {
			got := rehearsal.EvaluatePercentile([]float64{9}, []float64{n - few}, statistic, 5)
			if (got.Fired == 1) != (few == 0) {
				t.Errorf("%s with %v samples: %+v", statistic, n-few, got)
			}
		}
	}
}

// simulate is CloudWatch's state machine written down plainly: at every step the newest
// window with figures counts, of three.
func simulate(steps, k int, window func(from, to int) float64, threshold float64) rehearsal.Evaluated {
	var e rehearsal.Evaluated
	state, run := "OK", 0
	for end := k; end <= steps; end++ {
		e.Steps++
		next := "OK"
		for back := 0; back < 3 && end-back*k >= k; back++ {
			v := window(end-back*k-k, end-back*k)
			if math.IsNaN(v) {
				continue
			}
			if v >= threshold {
				next = "ALARM"
			}
			break
		}
		if next == "ALARM" {
			if state == "OK" {
				if e.Fired == 0 {
					e.First = end - 1
				}
				e.Fired++
				e.Last = end - 1
				run = 0
			}
			run++
			e.InAlarm++
			e.Longest = max(e.Longest, run)
		}
		state = next
	}
	return e
}

func total(in []float64, from, to int) float64 {
	sum, any := 0.0, false
	for _, v := range in[from:to] {
		if !math.IsNaN(v) {
			sum, any = sum+v, true
		}
	}
	if !any {
		return none
	}
	return sum
}

func greatest(in []float64, from, to int) float64 {
	most := none
	for _, v := range in[from:to] {
		if !math.IsNaN(v) && !(v <= most) {
			most = v
		}
	}
	return most
}

// TestMachine: what slides is what a plain simulation of CloudWatch gives.
func TestMachine(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, k := rapid.IntRange(0, 200).Draw(t, "n"), rapid.IntRange(1, 7).Draw(t, "k")
		draw := func(name string, most int) []float64 {
			all := make([]float64, n)
			for i := range all {
				all[i] = none
				if rapid.IntRange(0, 3).Draw(t, name+" there") > 0 {
					all[i] = float64(rapid.IntRange(0, most).Draw(t, name))
				}
			}
			return all
		}
		a, b := draw("a", 12), draw("b", 6)
		threshold := float64(rapid.IntRange(1, 20).Draw(t, "threshold"))
		compare := func(what string, got, want rehearsal.Evaluated) {
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("%s (-want +got): %s", what, diff)
			}
		}
		compare("sum", rehearsal.EvaluateSum(a, k, 1, 1, threshold), simulate(n, k, func(from, to int) float64 { return total(a, from, to) }, threshold))
		compare("max", rehearsal.EvaluateMax(a, k, threshold), simulate(n, k, func(from, to int) float64 { return greatest(a, from, to) }, threshold))
		compare("ratio", rehearsal.EvaluateRatio(b, a, k, 20, threshold/20), simulate(n, k, func(from, to int) float64 {
			bad, all := total(b, from, to), total(a, from, to)
			if all < 20 {
				return 0
			}
			return bad / all
		}, threshold/20))
	})
}

func TestRoundValues(t *testing.T) {
	for _, c := range []struct {
		rule string
		v    float64
		want []float64
	}{
		{"4xx", 5, []float64{7, 10, 15, 20, 30, 50, 70, 80, 90, 95, 98, 99, 100}},
		{"5xx", 0.05, []float64{0.07, 0.1, 0.15, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 80, 90, 95, 98, 99, 100}},
		{"duration", 90, []float64{95, 98, 99, 100}},
		{"latency", 100_000, []float64{150_000, 200_000, 300_000, 500_000, 700_000}},
		{"throttles", 5e8, []float64{7e8, 1e9}},
		{"throttles", 1e9, []float64{}},
	} {
		if diff := cmp.Diff(c.want, rehearsal.RoundValues(c.rule, c.v)); diff != "" {
			t.Errorf("%s above %v (-want +got): %s", c.rule, c.v, diff)
		}
	}
	if got := rehearsal.RoundValues("throttles", 1)[0]; got != 2 {
		t.Errorf("throttles above 1: %v", got)
	}
}
