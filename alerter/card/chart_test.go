package card

import (
	"testing"
	"time"
	"unicode/utf8"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/words"
)

// A chart has at most 20 bars, each with a label of its own, and counts nothing away.
func TestChartBounds(t *testing.T) {
	start := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	for _, n := range []int{2, 19, 20, 21, 40, 41, 1000} {
		for _, step := range []time.Duration{time.Millisecond, 5 * time.Second, time.Minute, time.Hour, 24 * time.Hour} {
			in := seamark.Incident{}
			for i := range n {
				in.Series = append(in.Series, seamark.Bucket{Start: start.Add(time.Duration(i) * step), Counts: map[string]int64{"ERROR": 1}})
			}
			c := chartOf(&in, words.Style{})
			seen, sum := map[string]bool{}, 0.0
			for i, l := range c.Labels {
				seen[l] = true
				sum += c.Series[0].Values[i]
			}
			if len(c.Labels) > 20 || len(seen) != len(c.Labels) || sum != float64(n) || utf8.RuneCountInString(c.Sparkline()) != len(c.Labels) {
				t.Errorf("%d buckets of %v: %d bars, %d labels, sum %v", n, step, len(c.Labels), len(seen), sum)
			}
		}
	}
}
