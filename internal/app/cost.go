package app

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/internal/app/lakes"
	"github.com/seamark-hq/seamark/internal/config"
	"github.com/seamark-hq/seamark/internal/cost"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/lake/stats"
	"github.com/seamark-hq/seamark/query"
)

// Arriving is the volume of a lake, GB (2³⁰ bytes) of log events a day, and who sent it.
func Arriving(ctx context.Context, folder string, c *config.Config, log *slog.Logger) (gbPerDay float64, shares []cost.Share, err error) {
	l, err := lakes.Read(ctx, folder)
	if err != nil {
		return 0, nil, err
	}
	entries := l.Entries()
	if len(entries) == 0 {
		return 0, nil, &seamark.Fault{Class: seamark.Rejected, Where: folder, What: "nothing has arrived there yet", Remedy: "say how much will come: seamark cost aws --volume 100"}
	}
	newest := slices.MaxFunc(entries, func(a, b *lake.Entry) int { return a.Arrival.Compare(b.Arrival) }).Arrival
	db, closeLake, err := lakes.Open(ctx, folder, c, log)
	if err != nil {
		return 0, nil, err
	}
	defer closeLake()
	type sender struct{ product, team string }
	events, total := map[sender]float64{}, 0.0
	for _, t := range seamark.Tables() {
		groups, err := db.Measure(ctx, query.Ask{Table: t, Span: seamark.Span{From: newest.AddDate(0, 0, -7), To: newest.Add(24 * time.Hour)}, By: []string{"team"}, Measures: []query.Measure{{}}})
		if err != nil {
			return 0, nil, err
		}
		for _, g := range groups {
			events[sender{g.Product, g.By[0]}] += g.Values[0]
			total += g.Values[0]
		}
	}
	for s, n := range events {
		shares = append(shares, cost.Share{Product: s.product, Team: s.team, Events: n / total})
	}
	slices.SortFunc(shares, func(a, b cost.Share) int {
		if a.Events != b.Events {
			return map[bool]int{true: -1, false: 1}[a.Events > b.Events]
		}
		return strings.Compare(a.Product+"\x00"+a.Team, b.Product+"\x00"+b.Team)
	})
	return stats.PerDay(l) / (1 << 30), shares, nil
}
