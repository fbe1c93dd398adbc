package cloud_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/internal/fleet/cloud"
)

func queries(statistics ...string) []inventory.Query {
	var all []inventory.Query
	for _, s := range statistics {
		all = append(all, inventory.Query{ID: "s" + s, Period: 300, Return: true,
			Metric: inventory.Metric{Namespace: "n", Name: "latency", Statistic: s, Dimensions: []inventory.Dimension{{Name: "b", Value: "2"}, {Name: "a", Value: "1"}}}})
	}
	return all
}

// TestStatistics: minute i has i samples of the value i; the third minute has none.
func TestStatistics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := cloud.New(cloud.Options{}).Region(place)
		from := time.Now().Truncate(time.Hour).UnixMilli()
		time.Sleep(time.Hour)
		r.SetMetric(inventory.Metric{Namespace: "n", Name: "latency", Dimensions: []inventory.Dimension{{Name: "a", Value: "1"}, {Name: "b", Value: "2"}}},
			func(at int64) []cloud.Sample {
				i := float64((at-from)/60_000 + 1)
				if i == 3 || i > 5 && i < 11 {
					return nil
				}
				return []cloud.Sample{{Value: i, Count: i}}
			})
		got := map[string][]inventory.Point{}
		series, next, err := r.MetricData(t.Context(), queries("Sum", "Maximum", "Minimum", "SampleCount", "p50", "p95"), from, from+900_000, "")
		if err != nil || next != "" {
			t.Fatal(next, err)
		}
		for _, s := range series {
			got[s.ID] = s.Points
		}
		first := map[string]float64{"sSum": 1 + 4 + 16 + 25, "sMaximum": 5, "sMinimum": 1, "sSampleCount": 12, "sp50": 4, "sp95": 5}
		for id, v := range first {
			p := got[id]
			if len(p) != 2 || p[0] != (inventory.Point{Time: from, Value: v}) || p[1].Time != from+600_000 {
				t.Errorf("%s: %v, want %v and a gap after it", id, p, v)
			}
		}
	})
}

func TestRatioExpression(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := cloud.New(cloud.Options{}).Region(place)
		from := time.Now().Truncate(time.Hour).UnixMilli()
		time.Sleep(time.Hour)
		record := func(counts ...float64) cloud.Recorder {
			return func(at int64) []cloud.Sample {
				if i := (at - from) / 60_000; i >= 0 && i < int64(len(counts)) && counts[i] >= 0 {
					return []cloud.Sample{{Value: 1, Count: counts[i]}, {Value: 0, Count: 1}}
				}
				return nil
			}
		}
		bad, all := inventory.Metric{Namespace: "n", Name: "bad"}, inventory.Metric{Namespace: "n", Name: "all"}
		r.SetMetric(bad, record(5, 5, -1, -1))
		r.SetMetric(all, record(20, 19, 40, -1))
		bad.Statistic, all.Statistic = "Sum", "Sum"
		q := []inventory.Query{
			{ID: "ratio", Expression: "IF(all >= 20, bad / all, 0)", Return: true},
			{ID: "bad", Metric: bad, Period: 60}, {ID: "all", Metric: all, Period: 60},
		}
		series, _, err := r.MetricData(t.Context(), q, from, from+240_000, "")
		want := []inventory.Series{{ID: "ratio", Points: []inventory.Point{{Time: from, Value: 0.25}, {Time: from + 60_000}}}}
		if diff := cmp.Diff(want, series); err != nil || diff != "" {
			t.Error(err, diff)
		}
		q[0].Expression = "bad / all"
		if _, _, err := r.MetricData(t.Context(), q, from, from+240_000, ""); code(err) != "ValidationError" {
			t.Errorf("an expression that is not ours: %v", err)
		}
	})
}

// TestMetricPages: a page's end may be anywhere in a series, and nothing is lost or twice.
func TestMetricPages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := cloud.New(cloud.Options{PageSize: 7}).Region(place)
		from := time.Now().Truncate(time.Hour).UnixMilli()
		time.Sleep(2 * time.Hour)
		q := queries("Sum", "Maximum")
		q = append(q, inventory.Query{ID: "none", Period: 60, Return: true, Metric: inventory.Metric{Namespace: "n", Name: "none", Statistic: "Sum"}})
		r.SetMetric(q[0].Metric, func(int64) []cloud.Sample { return []cloud.Sample{{Value: 2, Count: 3}} })
		got, pages := map[string]int{}, 0
		for token := ""; ; pages++ {
			series, next, err := r.MetricData(t.Context(), q, from, from+3_600_000, token)
			if err != nil {
				t.Fatal(err)
			}
			n := 0
			for _, s := range series {
				got[s.ID] += len(s.Points)
				n += len(s.Points)
			}
			if n > 7 {
				t.Fatalf("%d points in a page", n)
			}
			if token = next; token == "" {
				break
			}
		}
		if diff := cmp.Diff(map[string]int{"sSum": 12, "sMaximum": 12, "none": 0}, got); diff != "" || pages != 3 {
			t.Errorf("%d pages more: %s", pages, diff)
		}
	})
}

func TestMetricDataLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := cloud.New(cloud.Options{}).Region(place)
		time.Sleep(20 * 24 * time.Hour)
		now := time.Now().Truncate(time.Hour)
		q := queries("Sum")
		r.SetMetric(q[0].Metric, func(int64) []cloud.Sample { return []cloud.Sample{{Value: 1, Count: 1}} })
		from := now.Add(-20 * 24 * time.Hour).UnixMilli()
		for period, want := range map[int]int{60: 15 * 24 * 60, 300: 20 * 24 * 12, 3600: 20 * 24} {
			q[0].Period = period
			series, _, err := r.MetricData(t.Context(), q, from, now.UnixMilli(), "")
			if err != nil || len(series[0].Points) != want {
				t.Errorf("period %d: %d points, want %d; %v", period, len(series[0].Points), want, err)
			}
		}
		for name, bad := range map[string][]inventory.Query{
			"none":       nil,
			"501":        make([]inventory.Query, 501),
			"id":         {{ID: "1", Period: 60, Metric: q[0].Metric}},
			"twice":      {q[0], q[0]},
			"period":     {{ID: "a", Period: 61, Metric: q[0].Metric}},
			"statistic":  {{ID: "a", Period: 60, Metric: inventory.Metric{Namespace: "n", Name: "m", Statistic: "median"}}},
			"unknown id": {{ID: "a", Expression: "IF(all >= 20, bad / all, 0)"}},
		} {
			if _, _, err := r.MetricData(t.Context(), bad, from, now.UnixMilli(), ""); code(err) != "ValidationError" {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, _, err := r.MetricData(t.Context(), q, from, from, ""); code(err) != "ValidationError" {
			t.Error("an empty span:", err)
		}
	})
}
