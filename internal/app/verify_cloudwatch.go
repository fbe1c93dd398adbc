package app

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/collector"
	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/collector/onboard"
	"github.com/seamark-hq/seamark/collector/proof"
	"github.com/seamark-hq/seamark/internal/app/lakes"
	"github.com/seamark-hq/seamark/internal/config"
	"github.com/seamark-hq/seamark/lake"
)

// CloudWatchReport compares the lake with what CloudWatch Logs has forwarded, by log group and day.
type CloudWatchReport struct {
	From      time.Time    `json:"from"` // whole days, UTC
	To        time.Time    `json:"to"`
	Groups    int          `json:"log_groups"`
	Copies    int          `json:"copies"` // log groups of copies from other accounts, which are not compared
	Forwarded int64        `json:"forwarded"`
	Rows      int64        `json:"rows"`
	Lines     []proof.Line `json:"lines"`
}

// VerifyCloudWatch adds to a report what CloudWatch Logs proves, of the days since then that are over for a
// day. What could not be asked is a culprit too.
func VerifyCloudWatch(ctx context.Context, folder string, c *config.Config, a *onboard.Accounts, since time.Time, r *Report, log *slog.Logger) error {
	from, to := proof.Judged(since, time.Now())
	report := &CloudWatchReport{From: from, To: to, Lines: []proof.Line{}}
	r.CloudWatch = report
	counted := seamark.Span{From: from, To: to.Add(24 * time.Hour)}
	rows, err := tallies(ctx, folder, c, counted, log)
	if err != nil {
		return err
	}
	found := forwarded(ctx, a, counted)
	for _, m := range found.Metrics {
		lines := proof.Compare(m, rows[m.Group], from, to)
		if len(lines) == 0 {
			continue
		}
		report.Groups++
		sum := lines[len(lines)-1]
		report.Forwarded, report.Rows = report.Forwarded+sum.Forwarded, report.Rows+sum.Rows
		report.Lines = append(report.Lines, lines...)
	}
	report.Copies = found.Copies
	for _, f := range append(found.Failures, a.Skipped...) {
		r.blame(f.Resource, fmt.Sprintf("not compared: %s: %v", f.Doing, f.Err), "mend it, or leave the place out with --account and --region")
	}
	for _, l := range proof.Culprits(report.Lines) {
		what, remedy := culprit(l)
		r.blame(fmt.Sprintf("%s in %s (%s)", l.Name, l.Account, l.Region), what, remedy)
	}
	return nil
}

func (r *Report) blame(key, what, remedy string) {
	r.Balanced = false
	r.Culprits = append(r.Culprits, lake.Culprit{Key: key, What: what, Remedy: remedy})
}

func culprit(l proof.Line) (what, remedy string) {
	when := "on " + l.Day
	if l.Day == "all" {
		when = "over all days"
	}
	switch {
	case l.Unknown:
		return fmt.Sprintf("nothing is proven: CloudWatch has no ForwardedLogEvents of its filter, and the lake has %d rows", l.Rows), "see in the CloudWatch console which metrics of AWS/Logs name the log group"
	case l.Lost > 0:
		return fmt.Sprintf("at least %d events are missing %s: %d forwarded, %d rows", l.Lost, when, l.Forwarded, l.Rows), "look for them in quarantine (`seamark quarantine list`), and below firehose-errors/ in the bucket; then in the filter's DeliveryErrors"
	}
	return fmt.Sprintf("CloudWatch Logs did not forward at least %d events %s", l.Unsent, when), "see the filter's DeliveryErrors and DeliveryThrottling, and the destination's policy (`seamark doctor`)"
}

// tallies counts the rows that arrived, by log group.
func tallies(ctx context.Context, folder string, c *config.Config, span seamark.Span, log *slog.Logger) (map[proof.Group]proof.Tally, error) {
	db, closeLake, err := lakes.Open(ctx, folder, c, log)
	if err != nil {
		return nil, err
	}
	defer closeLake()
	arrived, err := db.Arrived(ctx, span, proof.Early)
	if err != nil {
		return nil, err
	}
	rows := map[proof.Group]proof.Tally{}
	for _, a := range arrived {
		g := proof.Group{Account: a.Account, Region: a.Region, Name: a.Source}
		if rows[g] == nil {
			rows[g] = proof.Tally{}
		}
		rows[g].Add(a.Day.UnixMilli()+proof.Early.Milliseconds(), a.All-a.Early)
		rows[g].Add(a.Day.UnixMilli(), a.Early)
	}
	return rows, nil
}

// forwarded asks all places.
func forwarded(ctx context.Context, a *onboard.Accounts, span seamark.Span) proof.Found {
	var mu sync.Mutex
	var all proof.Found
	closed := a.EachCloud(ctx, a.Places, func(p inventory.Place, c collector.Cloud, o collector.Options) {
		f := proof.Read(ctx, p, c, o, span.From, span.To)
		mu.Lock()
		defer mu.Unlock()
		all.Metrics = append(all.Metrics, f.Metrics...)
		all.Failures = append(all.Failures, f.Failures...)
		all.Copies += f.Copies
	})
	all.Failures = append(all.Failures, closed...)
	return all
}
