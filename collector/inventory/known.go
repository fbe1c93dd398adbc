package inventory

import (
	"cmp"
	"crypto/sha256"
	"slices"
	"strconv"
	"strings"
)

// KnownAlarm is a metric alarm that is there. What it does is kept as a digest: a thousand accounts
// have a hundred thousand alarms.
type KnownAlarm struct {
	Name string
	Tags Tags // as the tagging API knows them; nil when it does not
	does digest
}

// digest names what an alarm does.
type digest [16]byte

// NewKnownAlarm takes down an alarm that was listed.
func NewKnownAlarm(a *MetricAlarm) KnownAlarm {
	return KnownAlarm{Name: strings.Clone(a.Name), Tags: a.Tags, does: a.digest()}
}

// Does reports whether the alarm that is there does what want does. Tags are compared apart.
func (a *KnownAlarm) Does(want *MetricAlarm) bool { return a.does == want.digest() }

// digest is the same for alarms that do the same: the order of dimensions, of queries and
// of actions, and the way floats were written down, do not matter.
func (a *MetricAlarm) digest() digest {
	var d digester
	d.add(a.Description, a.Comparison, cmp.Or(a.Missing, "missing"), cmp.Or(a.LowSamples, "evaluate"), a.Other)
	d.number(a.Period, a.Evaluations, cmp.Or(a.Datapoints, a.Evaluations))
	d.add(strconv.FormatFloat(a.Threshold, 'g', 9, 64)) // it may have gone through decimal text
	d.metric(a.Metric)
	d.number(len(a.Queries))
	for _, q := range sorted(a.Queries, func(a, b Query) int { return strings.Compare(a.ID, b.ID) }) {
		d.add(q.ID, squeeze(q.Expression), strconv.FormatBool(q.Return))
		d.number(q.Period)
		d.metric(q.Metric)
	}
	d.add(strconv.FormatBool(a.Actions.Disabled))
	for _, actions := range [][]string{a.Actions.Alarm, a.Actions.OK, a.Actions.NoData} {
		d.number(len(actions))
		d.add(sorted(actions, strings.Compare)...)
	}
	sum := sha256.Sum256(d.text)
	return digest(sum[:len(digest{})])
}

// digester writes fields one after another, each with its length.
type digester struct{ text []byte }

func (d *digester) add(fields ...string) {
	for _, f := range fields {
		d.text = append(append(strconv.AppendInt(d.text, int64(len(f)), 10), ':'), f...)
	}
}

func (d *digester) number(numbers ...int) {
	for _, n := range numbers {
		d.add(strconv.Itoa(n))
	}
}

func (d *digester) metric(m Metric) {
	d.add(m.Namespace, m.Name, m.Statistic)
	d.number(len(m.Dimensions))
	for _, x := range sorted(m.Dimensions, compareDimensions) {
		d.add(x.Name, x.Value)
	}
}

func compareDimensions(a, b Dimension) int {
	return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.Value, b.Value))
}

// Known takes down a page of them.
func Known(page []MetricAlarm) []KnownAlarm {
	known := make([]KnownAlarm, 0, len(page))
	for i := range page {
		known = append(known, NewKnownAlarm(&page[i]))
	}
	return slices.Clip(known)
}
