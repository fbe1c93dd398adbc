package alertmanager

import (
	"context"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/prometheus/alertmanager/alert"
	"github.com/prometheus/alertmanager/eventrecorder"
	"github.com/prometheus/alertmanager/inhibit"
	"github.com/prometheus/alertmanager/provider"
	"github.com/prometheus/common/model"
	"pgregory.net/rapid"

	"github.com/seamark-hq/seamark/alerter/route"
)

// slurped hands the inhibitor all alerts at once, before it answers anything.
type slurped struct {
	provider.Alerts
	alerts []*alert.Alert
}

func (s slurped) SlurpAndSubscribe(string) ([]*alert.Alert, provider.AlertIterator) {
	return s.alerts, provider.NewAlertIterator(make(chan *provider.Alert), make(chan struct{}), nil)
}

// Our inhibition answers as Alertmanager's own inhibitor does, once that has heard of
// every alert.
func TestInhibitsLikeAlertmanager(t *testing.T) {
	names := []string{"severity", "product", "zone", "kind"}
	value := rapid.SampledFrom([]string{"", "a", "b", "critical", "warning"})
	matcher := rapid.Custom(func(t *rapid.T) string {
		op := rapid.SampledFrom([]string{"=", "!=", "=~", "!~"}).Draw(t, "op")
		v := rapid.SampledFrom([]string{"", "a", "b", "critical", "a|b", ".+", ".*"}).Draw(t, "value")
		return rapid.SampledFrom(names).Draw(t, "label") + op + `"` + v + `"`
	})
	rapid.Check(t, func(t *rapid.T) {
		rule := rapid.Custom(func(t *rapid.T) route.Inhibit {
			return route.Inhibit{
				SourceMatchers: rapid.SliceOfN(matcher, 1, 2).Draw(t, "source"), TargetMatchers: rapid.SliceOfN(matcher, 1, 2).Draw(t, "target"),
				Equal: rapid.SliceOfNDistinct(rapid.SampledFrom(names), 0, 3, rapid.ID[string]).Draw(t, "equal"),
			}
		})
		m, err := New(route.Config{Inhibit: rapid.SliceOfN(rule, 0, 4).Draw(t, "rules")})
		if err != nil {
			t.Fatal(err)
		}
		set := rapid.Custom(func(t *rapid.T) model.LabelSet {
			s := model.LabelSet{}
			for _, n := range names {
				if v := value.Draw(t, n); v != "" {
					s[model.LabelName(n)] = model.LabelValue(v)
				}
			}
			return s
		})
		firing := rapid.SliceOfN(set, 0, 6).Draw(t, "firing")
		source := slurped{}
		for _, s := range firing {
			source.alerts = append(source.alerts, &alert.Alert{Alert: model.Alert{Labels: s, StartsAt: time.Now(), EndsAt: time.Now().Add(time.Hour)}})
		}
		theirs := inhibit.NewInhibitor(source, m.config.InhibitRules, slog.New(slog.DiscardHandler), eventrecorder.NopRecorder())
		go theirs.Run()
		theirs.WaitForLoading()
		defer theirs.Stop()
		ours := inhibition(m.rules, firing)
		backwards := slices.Clone(firing)
		slices.Reverse(backwards)
		again := inhibition(m.rules, backwards)
		for _, s := range append(firing, set.Draw(t, "other")) {
			by, _ := ours.By(s)
			if got, want := by != "", theirs.Mutes(context.Background(), s); got != want {
				t.Fatalf("%v: quiet %v, Alertmanager says %v", s, got, want)
			}
			if other, _ := again.By(s); other != by {
				t.Fatalf("%v: by %q in one order, by %q in another", s, by, other)
			}
		}
	})
}
