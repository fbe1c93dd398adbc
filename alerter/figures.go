package alerter

import (
	"slices"
	"time"

	seamark "github.com/seamark-hq/seamark"
)

// figuresOf counts how bad an incident is from the series of its chart: nil where nothing
// of what it is about was counted. Rates are of the first and the latest whole minutes, or
// of one bucket where that is longer.
func figuresOf(in *seamark.Incident, series []seamark.Bucket, step time.Duration, end time.Time) *seamark.Figures {
	keys, of := countedKeys(in)
	since := in.OpenedAt.Add(-windowOf(in)).Truncate(step) // what fired was counted over its window
	opened := in.OpenedAt.Truncate(step)
	var whole []int64 // of the buckets from the one in which it opened on, without one that still fills
	f := &seamark.Figures{Of: of}
	for _, b := range series {
		if b.Start.Before(since) || !b.Start.Before(end) {
			continue
		}
		var n int64
		for _, key := range keys {
			n += b.Counts[key]
		}
		f.Failed += n
		if !b.Start.Before(opened) && !b.Start.Add(step).After(end) {
			whole = append(whole, n)
		}
	}
	if f.Failed == 0 {
		return nil
	}
	per := max(1, int(time.Minute/step))
	rate := func(part []int64) float64 {
		var n int64
		for _, c := range part {
			n += c
		}
		return float64(n) / (time.Duration(len(part)) * step).Minutes()
	}
	if len(whole) > per { // else there is no other minute to compare the first with
		f.First, f.Now = rate(whole[:per]), rate(whole[len(whole)-per:])
	}
	return f
}

// countedKeys are the counts that the incident is about: a status class, or errors.
func countedKeys(in *seamark.Incident) (keys []string, of string) {
	for _, a := range in.Alarms {
		if a.StatusCode != "" && !slices.Contains(keys, a.StatusCode) {
			keys = append(keys, a.StatusCode)
		}
	}
	slices.Sort(keys)
	if len(keys) > 0 {
		return keys[len(keys)-1:], keys[len(keys)-1]
	}
	return []string{seamark.LevelError, seamark.LevelFatal}, "errors"
}

// windowOf is the longest stretch of data that an alarm of the incident looks at.
func windowOf(in *seamark.Incident) time.Duration {
	window := time.Minute
	for _, a := range in.Alarms {
		window = max(window, time.Duration(a.Window))
	}
	return window
}
