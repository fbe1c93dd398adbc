package app_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/internal/app"
	"github.com/seamark-hq/seamark/internal/app/lakes"
	"github.com/seamark-hq/seamark/internal/check"
	"github.com/seamark-hq/seamark/internal/config"
	"github.com/seamark-hq/seamark/internal/fleet"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/transformer/replay"
)

// landingOf puts objects of fleet logs below the landing folder of a new lake.
func landingOf(t *testing.T, objects, events int) string {
	t.Helper()
	folder := t.TempDir()
	for i := range objects {
		var b bytes.Buffer
		if _, err := fleet.WriteObject(&b, uint64(i+1), events); err != nil {
			t.Fatal(err)
		}
		name := filepath.Join(folder, fmt.Sprintf("landing/2026/11/22/%02d/%03d.gz", 8+i%4, i))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

func rowHash(t *testing.T, folder string) (string, int) {
	t.Helper()
	hash, rows, err := check.RowHash(folder)
	if err != nil {
		t.Fatal(err)
	}
	return hash, rows
}

// replaying is a replay of the lake at a place.
type replaying struct {
	replay.Options
	Lake   string
	Config *config.Config
}

func planReplay(ctx context.Context, o replaying) (*replay.Replay, error) {
	return app.Replay(ctx, o.Lake, o.Config, o.Options, false)
}

func compact(t *testing.T, folder string, o lake.CompactOptions) (lake.CompactReport, error) {
	t.Helper()
	l, err := lakes.Change(t.Context(), folder)
	if err != nil {
		t.Fatal(err)
	}
	return l.Compact(t.Context(), o)
}

func replayAll(t *testing.T, ctx context.Context, o replaying) (replay.Plan, replay.Done, error) {
	t.Helper()
	r, err := planReplay(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	done, err := r.Run(ctx)
	return r.Plan, done, err
}

// TestReplayGoesOn: a replay that is stopped again and again comes to its end without doing
// twice what it has done, and the rows are those of one that was not stopped.
func TestReplayGoesOn(t *testing.T) {
	const objects = 24
	folder := landingOf(t, objects, 120)
	o := replaying{Lake: folder, Config: config.Default()}
	if _, done, err := replayAll(t, t.Context(), o); err != nil || done.Objects != objects {
		t.Fatalf("%+v, %v", done, err)
	}
	want, rows := rowHash(t, folder)
	if rows != objects*120 {
		t.Fatalf("%d rows", rows)
	}
	before, runs := 0, 0
	for ; runs < objects; runs++ {
		ctx, cancel := context.WithCancel(t.Context())
		o.Progress = func(_, _ int64, done, _ int) {
			if done >= 5 {
				cancel()
			}
		}
		plan, done, err := replayAll(t, ctx, o)
		cancel()
		if plan.Done != before || plan.Objects != objects-before {
			t.Errorf("run %d: %d done before and %d to do, want %d and %d", runs, plan.Done, plan.Objects, before, objects-before)
		}
		before += done.Objects
		if err == nil {
			break
		}
	}
	if before != objects || runs == 0 {
		t.Errorf("%d objects in %d runs, want each of %d once in several", before, runs+1, objects)
	}
	if got, _ := rowHash(t, folder); got != want {
		t.Error("the rows are not what they were")
	}
	o.Progress = nil
	if r, err := planReplay(t.Context(), o); err != nil || r.Plan.Done != 0 || r.Plan.Objects != objects {
		t.Errorf("after the end: %+v, %v", r, err)
	}
}

// TestReplayRestart: --restart and another choice do not take over what an interrupted run
// has done.
func TestReplayRestart(t *testing.T) {
	folder := landingOf(t, 6, 50)
	o := replaying{Lake: folder, Config: config.Default()}
	ctx, cancel := context.WithCancel(t.Context())
	o.Progress = func(int64, int64, int, int) { cancel() }
	if _, _, err := replayAll(t, ctx, o); err == nil {
		t.Fatal("not interrupted")
	}
	o.Progress = nil
	for name, other := range map[string]func(replaying) replaying{
		"typed": func(o replaying) replaying { o.Typed = []string{"7d"}; return o },
		"workloads": func(o replaying) replaying {
			o.Config = config.Default()
			o.Config.Workloads = []config.Workload{{Source: "*", Product: "x"}}
			return o
		},
		"restart": func(o replaying) replaying { o.Restart = true; return o },
	} {
		if r, err := planReplay(t.Context(), other(o)); err != nil || r.Plan.Done != 0 || r.Plan.Objects != 6 {
			t.Errorf("%s: %+v, %v", name, r.Plan, err)
		}
	}
}

// TestRebuild: from nothing but landing come the rows, the accounts and the answers that
// there were, whatever was lost, and whether it was compacted or not.
func TestRebuild(t *testing.T) {
	for _, compacted := range []bool{false, true} {
		t.Run(fmt.Sprintf("compacted %v", compacted), func(t *testing.T) {
			folder := landingOf(t, 8, 200)
			o := replaying{Lake: folder, Config: config.Default()}
			if _, _, err := replayAll(t, t.Context(), o); err != nil {
				t.Fatal(err)
			}
			want, rows := rowHash(t, folder)
			if compacted {
				if r, err := compact(t, folder, lake.CompactOptions{Grace: -1}); err != nil || r.FilesAfter == 0 {
					t.Fatalf("%+v, %v", r, err)
				}
			}
			for _, lost := range []string{"lake", "ledger"} {
				if err := os.RemoveAll(filepath.Join(folder, lost)); err != nil {
					t.Fatal(err)
				}
			}
			plan, done, err := replayAll(t, t.Context(), o)
			if err != nil || plan.New != 8 || done.Objects != 8 || done.After.Rows != int64(rows) {
				t.Fatalf("%+v, %+v, %v", plan, done, err)
			}
			if got, n := rowHash(t, folder); got != want || n != rows {
				t.Errorf("%d rows, want the same %d", n, rows)
			}
			for _, f := range check.Check(folder, check.Options{}) {
				t.Errorf("%s", f)
			}
		})
	}
}

// TestReplayKeepsWhatFails: an object that cannot be read keeps its rows, and the others
// are done.
func TestReplayKeepsWhatFails(t *testing.T) {
	folder := landingOf(t, 3, 50)
	o := replaying{Lake: folder, Config: config.Default()}
	if _, _, err := replayAll(t, t.Context(), o); err != nil {
		t.Fatal(err)
	}
	want, _ := rowHash(t, folder)
	r, err := planReplay(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(folder, "landing/2026/11/22/08/000.gz")); err != nil {
		t.Fatal(err)
	}
	done, err := r.Run(t.Context())
	if err != nil || done.Objects != 2 || len(done.Failed) != 1 || !strings.Contains(done.Failed[0].Object, "000.gz") {
		t.Errorf("%+v, %v", done, err)
	}
	if got, _ := rowHash(t, folder); got != want {
		t.Error("the rows are not what they were")
	}
}

// TestUpCompactsAndExpires: the appliance merges closed hours and deletes what is too old
// by itself, may be stopped meanwhile, and its accounts hold.
func TestUpCompactsAndExpires(t *testing.T) {
	data := t.TempDir()
	source := landingOf(t, 4, 300)
	if err := os.MkdirAll(filepath.Join(data, "lake"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(source, "landing"), filepath.Join(data, "lake/landing")); err != nil {
		t.Fatal(err)
	}
	old := filepath.Join(data, "lake/landing/2020/01/01/08") // its events are filed under that hour
	if err := os.MkdirAll(old, 0o755); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if _, err := fleet.WriteObject(&b, 99, 100); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(old, "old.gz"), b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	c := settings(data)
	c.Compact.Every, c.Compact.OlderThan = seamark.Duration(time.Second), seamark.Duration(time.Minute)
	a := start(t, c)
	a.waitRows(1300)
	deadline := time.Now().Add(2 * time.Minute)
	for merged := []string{}; len(merged) == 0; time.Sleep(50 * time.Millisecond) {
		merged, _ = filepath.Glob(filepath.Join(data, "lake/lake/logs/*/*/*/*/*.c.parquet"))
		if time.Now().After(deadline) {
			t.Fatalf("nothing was compacted:\n%s", a.log)
		}
	}
	for _, want := range []string{"seamark_compact_hours_total", "seamark_compact_duplicates_total 0", "seamark_compact_skipped_hours_total 0"} {
		if !strings.Contains(a.metrics(), want) {
			t.Errorf("no %s in the metrics", want)
		}
	}
	if err := a.stop(); err != nil { // perhaps before what was merged is deleted
		t.Fatal(err)
	}
	c = settings(data)
	c.Retention.Landing, c.Retention.Lake = 1500*config.Day, 1500*config.Day
	a = start(t, c)
	for strings.Contains(a.metrics(), "seamark_expire_files_total 0\n") {
		if time.Now().After(deadline) {
			t.Fatalf("nothing expired:\n%s", a.log)
		}
		time.Sleep(100 * time.Millisecond)
	}
	if _, err := os.Stat(filepath.Join(old, "old.gz")); !os.IsNotExist(err) {
		t.Errorf("the old landing object is there: %v", err)
	}
	if err := a.stop(); err != nil {
		t.Fatal(err)
	}
	report, err := app.Verify(t.Context(), filepath.Join(data, "lake"), c, false, nil, nil)
	if err != nil || !report.Balanced {
		t.Errorf("%+v, %v", report, err)
	}
}

// metrics is what /metrics says.
func (a *appliance) metrics() string {
	a.Helper()
	code, body := a.ask("GET", "/metrics", "")
	if code != 200 {
		a.Fatalf("%d %s", code, body)
	}
	return body
}

// TestReplayOfCopies: a copy of an object that is done counts once, and is known from then on.
func TestReplayOfCopies(t *testing.T) {
	folder := landingOf(t, 1, 50)
	o := replaying{Lake: folder, Config: config.Default()}
	if _, _, err := replayAll(t, t.Context(), o); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(folder, "landing/2026/11/22/08/000.gz"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "landing/2026/11/22/08/copy.gz"), b, 0o644); err != nil {
		t.Fatal(err)
	}
	plan, done, err := replayAll(t, t.Context(), o)
	if err != nil || plan.Objects != 2 || plan.New != 1 || done.Changed != 0 || done.Before.Rows != 50 || done.After.Rows != 50 {
		t.Errorf("%+v, %+v, %v", plan, done, err)
	}
	if plan, _, err := replayAll(t, t.Context(), o); err != nil || plan.Objects != 1 || plan.New != 0 {
		t.Errorf("the second time: %+v, %v", plan, err)
	}
}
