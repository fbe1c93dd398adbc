package app

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"strings"
	"sync"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/indexer"
	"github.com/seamark-hq/seamark/indexer/opensearch"
	"github.com/seamark-hq/seamark/internal/config"
	"github.com/seamark-hq/seamark/internal/parts/search"
	"github.com/seamark-hq/seamark/lake"
)

// indexStage brings the lake's new rows into OpenSearch. A nil one has nothing to do.
type indexStage struct {
	ix     *indexer.Indexer
	client *opensearch.Client
	log    *slog.Logger
	wake   chan struct{}
	ready  bool // templates are installed

	mu    sync.Mutex
	fault string // why the last round failed
}

// newIndexStage connects to nothing yet: an OpenSearch that is down delays the index, not the rest.
func newIndexStage(c *config.Config, l *lake.Lake, log *slog.Logger) (*indexStage, error) {
	if c.OpenSearch.URL == "" {
		return nil, nil
	}
	client, ix, err := search.Open(c, l, indexer.Options{RetentionDays: c.Index.RetentionDays, Log: log})
	if err != nil {
		return nil, err
	}
	return &indexStage{ix: ix, client: client, log: log, wake: make(chan struct{}, 1)}, nil
}

// offer says that there are new rows.
func (s *indexStage) offer() {
	if s == nil {
		return
	}
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

func (s *indexStage) run(ctx context.Context) {
	if s == nil {
		return
	}
	tick := time.NewTicker(lookEvery / 2)
	defer tick.Stop()
	for {
		err := s.work(ctx)
		if ctx.Err() != nil {
			return
		}
		s.note(err)
		select {
		case <-ctx.Done():
			return
		case <-s.wake:
		case <-tick.C:
		}
	}
}

// note keeps why a round failed, and logs it once.
func (s *indexStage) note(err error) {
	fault := ""
	if err != nil {
		fault = err.Error()
	}
	s.mu.Lock()
	changed := fault != s.fault
	s.fault = fault
	s.mu.Unlock()
	if changed && err != nil {
		s.log.Warn("indexing waits; it is tried again", "error", err)
	}
}

// work indexes what is pending.
func (s *indexStage) work(ctx context.Context) error {
	if !s.ready {
		if err := s.client.InstallTemplates(ctx); err != nil {
			return err
		}
		s.ready = true
	}
	pending, err := s.ix.Pending(ctx)
	if err != nil {
		return err
	}
	for _, some := range indexer.Chunks(pending) {
		if _, err := s.ix.Index(ctx, some); err != nil {
			return err
		}
	}
	return nil
}

// drain indexes what is left, unless the server is known to give nothing.
func (s *indexStage) drain(ctx context.Context) error {
	if s == nil {
		return nil
	}
	if _, fault := s.ix.Status(); fault != nil {
		return fault
	}
	return s.work(ctx)
}

// status is how many documents were sent since the start, and why the indexer waits.
func (s *indexStage) status() (documents *int64, fault string) {
	if s == nil {
		return nil, ""
	}
	done, err := s.ix.Status()
	s.mu.Lock()
	fault = s.fault
	s.mu.Unlock()
	if err != nil {
		fault = err.Error()
	}
	return &done.Documents, fault
}

// IndexOptions say what to index.
type IndexOptions struct {
	Lake     string
	Config   *config.Config // with the URL
	Since    time.Time      // objects with a row from then on; zero: all
	Objects  []string       // landing ids, origins or keys of lake files; none: all
	Days     int            // older events are not sent; 0: all are
	Replace  bool           // put each document in place of what has its id
	Wait     time.Duration  // how long a server that gives nothing is borne
	Progress func(done, total int)
	Logger   *slog.Logger
}

// Index brings objects of a lake into OpenSearch, whether they were indexed before or
// not: what is there already counts as a duplicate.
func Index(ctx context.Context, o IndexOptions) (indexer.Result, error) {
	l, err := changeLake(ctx, o.Lake)
	if err != nil {
		return indexer.Result{}, err
	}
	entries, err := pick(l.Entries(), o.Since, o.Objects)
	if err != nil {
		return indexer.Result{}, err
	}
	client, ix, err := search.Open(o.Config, l, indexer.Options{RetentionDays: o.Days, MaxElapsed: o.Wait, Replace: o.Replace, Log: o.Logger})
	if err != nil {
		return indexer.Result{}, err
	}
	if err := client.Check(ctx); err != nil {
		return indexer.Result{}, err
	}
	if err := client.InstallTemplates(ctx); err != nil {
		return indexer.Result{}, err
	}
	var sum indexer.Result
	done := 0
	for _, some := range indexer.Chunks(entries) {
		r, err := ix.Index(ctx, some)
		sum.Add(r)
		if err != nil {
			return sum, err
		}
		done += len(some)
		o.Progress(done, len(entries))
	}
	return sum, nil
}

// pick chooses entries by age and by name.
func pick(entries []*lake.Entry, since time.Time, names []string) ([]*lake.Entry, error) {
	var out []*lake.Entry
	found := make([]bool, len(names))
	for _, e := range entries {
		named := len(names) == 0
		for i, name := range names {
			if isNamed(e, name) {
				named, found[i] = true, true
			}
		}
		recent := since.IsZero() || newestOf(e) >= since.UnixMilli()
		if named && recent {
			out = append(out, e)
		}
	}
	for i, ok := range found {
		if !ok {
			return nil, &seamark.Fault{Class: seamark.Rejected, What: fmt.Sprintf("the lake has no object %q", names[i]),
				Remedy: "name a landing id, a landing object or a lake file, or none for all"}
		}
	}
	return out, nil
}

func isNamed(e *lake.Entry, name string) bool {
	if string(e.ID) == name || e.Origin.URL == name || e.Origin.URL == "file://"+name || strings.HasSuffix(name, "/"+e.Origin.URL) {
		return true
	}
	for _, t := range seamark.Tables() {
		if i := strings.LastIndex(name, lake.LakeFolder+"/"+string(t)+"/"); i >= 0 {
			_, id, err := lake.ParseFileKey(name[i:])
			return err == nil && id == e.ID
		}
	}
	return false
}

// newestOf is the newest timestamp of an entry's rows, Unix milliseconds; of none it is the least number.
func newestOf(e *lake.Entry) int64 {
	if e.Brief != nil {
		return e.Brief.MaxMs
	}
	newest := int64(math.MinInt64)
	for _, f := range e.Files {
		newest = max(newest, f.MaxMs)
	}
	return newest
}

// verifyIndex compares the distinct events of the lake with the documents of the index:
// all of them, or, where these differ, those within the index's retention.
func verifyIndex(ctx context.Context, folder string, c *config.Config, report lake.Report, log *slog.Logger) (Report, error) {
	db, closeLake, err := OpenLake(ctx, folder, c, log)
	if err != nil {
		return Report{}, err
	}
	defer closeLake()
	client, _, err := search.Open(c, nil, indexer.Options{})
	if err != nil {
		return Report{}, err
	}
	if err := client.Check(ctx); err != nil {
		return Report{}, err
	}
	retained := seamark.Span{From: time.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, -c.Index.RetentionDays)}
	out := Report{Report: report, Index: &IndexReport{}}
	for _, t := range seamark.Tables() {
		var ids, documents int64
		for _, span := range []seamark.Span{{}, retained} {
			if ids, err = db.DistinctEvents(ctx, t, span); err != nil {
				return out, err
			}
			if documents, err = client.CountDocuments(ctx, t, span); err != nil {
				return out, err
			}
			if ids == documents {
				break
			}
		}
		out.Index.DistinctIDs += ids
		out.Index.Documents += documents
		if ids != documents {
			out.Balanced = false
			out.Culprits = append(out.Culprits, lake.Culprit{Key: string(t), What: fmt.Sprintf("%d distinct event ids in the lake, %d documents in the index", ids, documents),
				Remedy: "run `seamark index --lake " + seamark.ShellArg(folder) + "`"})
		}
	}
	return out, nil
}
