package app

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/indexer"
	"github.com/seamark-hq/seamark/indexer/opensearch"
	"github.com/seamark-hq/seamark/internal/app/lakes"
	"github.com/seamark-hq/seamark/internal/config"
	"github.com/seamark-hq/seamark/internal/parts/search"
	"github.com/seamark-hq/seamark/lake"
)

// ReindexOptions say which days' indices are made anew from the lake.
type ReindexOptions struct {
	Lake     string
	Config   *config.Config // with the URL
	Days     []time.Time    // 00:00 UTC
	Stale    bool           // and those made of an older template
	DryRun   bool           // only tell which
	Force    bool           // also where the new index holds fewer documents
	Wait     time.Duration  // how long a server that gives nothing is borne
	Progress func(done, total int)
	Logger   *slog.Logger
}

// Reindexed is what became of one day.
type Reindexed struct {
	Day     string `json:"day"`     // 2026-11-22
	Objects int    `json:"objects"` // of the lake that may have rows of it
	Was     int64  `json:"was"`     // documents in the indices before
	Now     int64  `json:"now"`     // in those that took their place; with DryRun: 0
}

// Reindex makes the indices of days anew, of the templates of this version, while others read and
// write them: new ones are filled from the lake beside those that are there, and take their place
// in one step when nothing is missing from them. It ends at the first day that fails, which
// stays as it was.
func Reindex(ctx context.Context, o ReindexOptions) ([]Reindexed, error) {
	l, err := lakes.Change(ctx, o.Lake)
	if err != nil {
		return nil, err
	}
	client, err := search.Client(o.Config)
	if err != nil {
		return nil, err
	}
	if err := client.Check(ctx); err != nil {
		return nil, err
	}
	days := o.Days
	if o.Stale {
		stale, err := client.StaleDays(ctx)
		if err != nil {
			return nil, err
		}
		days = append(days, stale...)
	}
	if !o.DryRun {
		if err := client.InstallTemplates(ctx); err != nil {
			return nil, err
		}
	}
	var out []Reindexed
	for _, day := range days {
		r := reindexing{ReindexOptions: o, lake: l, client: client, day: day, done: map[lake.ID]lake.Outcome{}}
		one, err := r.run(ctx)
		if err != nil {
			return out, fmt.Errorf("%s: %w", day.Format(time.DateOnly), err)
		}
		out = append(out, one)
	}
	return out, nil
}

// reindexing is one day's.
type reindexing struct {
	ReindexOptions
	lake   *lake.Lake
	client *opensearch.Client
	day    time.Time
	done   map[lake.ID]lake.Outcome // objects whose rows were sent
}

func (r *reindexing) run(ctx context.Context) (Reindexed, error) {
	out := Reindexed{Day: r.day.Format(time.DateOnly), Objects: len(r.left())}
	if r.DryRun {
		var err error
		out.Was, err = r.documents(ctx)
		return out, err
	}
	rebuild, err := r.client.Rebuild(ctx, r.day)
	if err != nil {
		return out, err
	}
	err = r.replace(ctx, rebuild, &out)
	if err != nil {
		limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		if left := rebuild.Drop(limited); left != nil {
			r.Logger.Warn("an index that nobody reads is left; the next reindex of the day removes it", "error", left)
		}
		return out, err
	}
	// What came in between, others have sent to the indices that are gone.
	return out, r.send(ctx, r.client)
}

// replace fills the new indices and has them take the old ones' place.
func (r *reindexing) replace(ctx context.Context, rebuild *opensearch.Rebuild, out *Reindexed) error {
	if err := r.send(ctx, rebuild.Bulk()); err != nil {
		return err
	}
	if err := r.send(ctx, rebuild.Bulk()); err != nil { // what came while that took its time
		return err
	}
	var err error
	if out.Was, out.Now, err = rebuild.Documents(ctx); err != nil {
		return err
	}
	if out.Now < out.Was && !r.Force {
		return &seamark.Fault{Class: seamark.Rejected, What: fmt.Sprintf("the lake gives %d documents, the index has %d", out.Now, out.Was), Where: r.client.URL(),
			Remedy: "if the lake no longer keeps that day, leave its index as it is; if what is more in the index shall go, say --force"}
	}
	return rebuild.Swap(ctx)
}

// send sends the day's rows of all objects that were not sent yet.
func (r *reindexing) send(ctx context.Context, to indexer.Bulk) error {
	if err := r.lake.RefreshAll(ctx); err != nil {
		return err
	}
	ix, err := search.New(r.Config, to, r.lake, indexer.Options{Day: r.day, MaxElapsed: r.Wait, Log: r.Logger})
	if err != nil {
		return err
	}
	left, sent := r.left(), 0
	for _, some := range indexer.Chunks(left) {
		if _, err := ix.Index(ctx, some); err != nil {
			return err
		}
		for _, e := range some {
			r.done[e.ID] = e.Outcome()
		}
		sent += len(some)
		r.Progress(sent, len(left))
	}
	return nil
}

// left are the objects with rows of the day that were not sent as they now are.
func (r *reindexing) left() []*lake.Entry {
	var left []*lake.Entry
	for _, e := range indexer.PickDay(r.lake.Entries(), r.day) {
		if r.done[e.ID] != e.Outcome() {
			left = append(left, e)
		}
	}
	return left
}

// documents counts those of the indices that are there.
func (r *reindexing) documents(ctx context.Context) (n int64, err error) {
	for _, t := range seamark.Tables() {
		some, err := r.client.CountDay(ctx, t, r.day)
		if err != nil {
			return 0, err
		}
		n += some
	}
	return n, nil
}
