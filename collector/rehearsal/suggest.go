package rehearsal

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/seamark-hq/seamark/collector"
	"github.com/seamark-hq/seamark/collector/rule"
)

// suggest looks for the smallest round threshold at which the alarm would have been no
// nuisance. The window stays as it is.
func (r *rehearser) suggest(d *collector.Desired, w *collector.WantedAlarm, m *machine, out *AlarmRehearsal) {
	by := w.Rule()
	for _, v := range roundValues(by, w.Threshold().Value) {
		other := w.With(v)
		tried := d.Alarm(other)
		if r.fine(m.run(tried.Threshold)) {
			out.Tag, out.Suggested = r.cfg.Tags.AlarmPrefix+by.Name, other.Threshold().String()
			return
		}
	}
	out.Problem = "no threshold that the rule allows would have kept it quiet: it is a fault to be mended, or needs a longer window"
}

// roundValues are the round values above v that a rule accepts, ascending.
func roundValues(of *rule.Rule, v float64) []float64 {
	steps := []float64{1, 1.5, 2, 3, 5, 7}
	var values []float64
	for scale := -3; scale < 10; scale++ {
		for _, s := range steps {
			values = append(values, decimal(s, scale))
		}
	}
	if of.Most == 100 {
		values = append(values, 80, 90, 95, 98, 99)
	}
	if slices.Contains([]string{"milliseconds", "throttled"}, strings.Fields(of.Unit)[0]) { // 1.5 of them is odd
		values = slices.DeleteFunc(values, func(x float64) bool { return x != math.Trunc(x) })
	}
	values = slices.DeleteFunc(values, func(x float64) bool { return x <= v || !of.Accepts(rule.Threshold{Value: x, Minutes: 1}) })
	slices.Sort(values)
	return values
}

// decimal is s times a power of ten as its decimal text would be read: 0.07, not 0.07000000000000001.
func decimal(s float64, scale int) float64 {
	if scale < 0 {
		return s / math.Pow10(-scale)
	}
	return s * math.Pow10(scale)
}

// sum adds up the alarms by product, environment and rule.
func (r *rehearser) sum() {
	of := map[[3]string]*RuleRehearsal{}
	for i := range r.out.Alarms {
		a := &r.out.Alarms[i]
		key := [3]string{a.Product, a.Environment, a.Rule}
		s := of[key]
		if s == nil {
			s = &RuleRehearsal{Product: a.Product, Environment: a.Environment, Rule: a.Rule}
			of[key] = s
		}
		s.Alarms++
		s.Fired += a.Fired
		s.InAlarm += a.InAlarm
		if a.Data {
			s.WithData++
			s.Share += a.Share
		}
		if a.Data && (a.Suggested != "" || a.Problem != "") {
			s.Noisy++
		}
	}
	for _, s := range of {
		if s.WithData > 0 {
			s.Share /= float64(s.WithData)
		}
		r.out.Products = append(r.out.Products, *s)
	}
	slices.SortFunc(r.out.Products, func(a, b RuleRehearsal) int {
		return cmp.Or(strings.Compare(a.Product, b.Product), strings.Compare(a.Environment, b.Environment), strings.Compare(a.Rule, b.Rule))
	})
}
