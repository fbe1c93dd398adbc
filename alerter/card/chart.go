package card

import (
	"sort"
	"strings"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/words"
)

// MaxBars is Slack's bound for the points of a chart.
const MaxBars = 20

// Chart is a small bar chart: counts per stretch of time.
type Chart struct {
	Title  string   `json:"title"`  // at most 50 characters
	Labels []string `json:"labels"` // times of the team, each once, 1 to 20
	Series []Series `json:"series"` // 1 to 2, each with one value per label
}

// Series is one colour of the chart.
type Series struct {
	Name   string    `json:"name"` // "4xx", "ERROR"
	Values []float64 `json:"values"`
}

// chartOf draws what the incident is about: the status class of its alarms, or errors.
// It is nil when nothing of that was counted.
func chartOf(in *seamark.Incident, style words.Style) *Chart {
	if len(in.Series) < 2 {
		return nil
	}
	bars, step := merge(in.Series)
	labels := timeLabels(bars, step, style)
	c := &Chart{Labels: labels}
	for _, key := range chartKeys(in) {
		s := Series{Name: key, Values: make([]float64, len(bars))}
		any := false
		for i, b := range bars {
			s.Values[i] = float64(b.Counts[key])
			any = any || b.Counts[key] > 0
		}
		if any && len(c.Series) < 2 {
			c.Series = append(c.Series, s)
		}
	}
	if len(c.Series) == 0 {
		return nil
	}
	names := make([]string, len(c.Series))
	for i, s := range c.Series {
		names[i] = s.Name
	}
	c.Title = strings.Join(names, ", ") + " per " + strings.TrimPrefix(words.Lasted(step), "1 ") + ", " + style.In(bars[0].Start).Format("MST")
	return c
}

// chartKeys are the counts worth drawing, the most telling first.
func chartKeys(in *seamark.Incident) []string {
	var keys []string
	add := func(k string) {
		for _, have := range keys {
			if have == k {
				return
			}
		}
		keys = append(keys, k)
	}
	for _, a := range in.Alarms {
		if a.StatusCode != "" {
			add(a.StatusCode)
		}
	}
	sort.Strings(keys)
	for _, k := range []string{seamark.LevelError, seamark.LevelFatal, "5xx", "4xx"} {
		add(k)
	}
	return keys
}

// merge sorts the buckets and joins neighbours until there are at most 20.
func merge(in []seamark.Bucket) ([]seamark.Bucket, time.Duration) {
	bars := make([]seamark.Bucket, len(in))
	copy(bars, in)
	sort.Slice(bars, func(i, j int) bool { return bars[i].Start.Before(bars[j].Start) })
	step := bars[len(bars)-1].Start.Sub(bars[0].Start)
	for i := 1; i < len(bars); i++ {
		if d := bars[i].Start.Sub(bars[i-1].Start); d > 0 {
			step = min(step, d)
		}
	}
	for len(bars) > MaxBars {
		var half []seamark.Bucket
		for i := 0; i < len(bars); i += 2 {
			b := seamark.Bucket{Start: bars[i].Start, Counts: map[string]int64{}}
			for _, part := range bars[i:min(i+2, len(bars))] {
				for k, n := range part.Counts {
					b.Counts[k] += n
				}
			}
			half = append(half, b)
		}
		bars, step = half, 2*step
	}
	return bars, step
}

func timeLabels(bars []seamark.Bucket, step time.Duration, style words.Style) []string {
	layout := "15:04"
	switch {
	case step < time.Minute:
		layout = "15:04:05"
	case bars[len(bars)-1].Start.Sub(bars[0].Start) >= 24*time.Hour:
		layout = "01-02 15:04"
	}
	seen := map[string]bool{}
	labels := make([]string, len(bars))
	for i, b := range bars {
		label := style.In(b.Start).Format(layout)
		if seen[label] { // buckets that share a label must still be told apart
			label = style.In(b.Start).Format("01-02 15:04:05.000")
		}
		seen[label] = true
		labels[i] = label
	}
	return labels
}

// Sparkline draws the sum of the chart's series in one line of block characters.
func (c *Chart) Sparkline() string {
	const marks = "▁▂▃▄▅▆▇█"
	levels := []rune(marks)
	sums := make([]float64, len(c.Labels))
	top := 0.0
	for _, s := range c.Series {
		for i, v := range s.Values {
			sums[i] += v
			top = max(top, sums[i])
		}
	}
	var b strings.Builder
	for _, v := range sums {
		n := 0
		if top > 0 && v > 0 {
			n = max(1, int(v/top*float64(len(levels)-1)+0.5))
		}
		b.WriteRune(levels[n])
	}
	return b.String()
}

// Max is the highest bar of the chart.
func (c *Chart) Max() float64 {
	top := 0.0
	for i := range c.Labels {
		sum := 0.0
		for _, s := range c.Series {
			sum += s.Values[i]
		}
		top = max(top, sum)
	}
	return top
}
