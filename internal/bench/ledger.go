package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/seamark-hq/seamark/internal/fleet"
)

// The lake with very many landing objects: its ledger alone is of that many days, the rows are of one hour.
const (
	ledgerDays  = 90
	ledgerFiles = 2 // of an entry
)

// manyObjects measures what one hour's logs cost in a lake of very many landing objects, with the
// ledger's packs and without.
func (b *bench) manyObjects() (string, error) {
	at := searchStart.AddDate(0, 0, -ledgerDays/2)
	lake := filepath.Join(b.work, "objects")
	defer os.RemoveAll(lake)
	object, truth, err := b.object("objects.gz", fleet.Bulk{Seed: 7, Events: 2_000, Start: at, Span: time.Hour})
	if err != nil {
		return "", err
	}
	if _, err := b.transformInto(lake, "", truth, object); err != nil {
		return "", err
	}
	if _, err := measure("", "", b.seamark, "compact", "--lake", lake, "--grace", "0s"); err != nil {
		return "", err
	}
	for i := range ledgerDays * 24 {
		hour := searchStart.Add(-time.Duration(i) * time.Hour)
		if hour.Equal(at) {
			continue
		}
		if err := writeLedgerHour(lake, hour, b.objectCount/ledgerDays/24); err != nil {
			return "", err
		}
	}
	time.Sleep(3 * time.Second) // younger folders are not packed
	var w strings.Builder
	fmt.Fprintf(&w, "## Many landing objects\n\n%d landing objects of %d days, compacted; `logs` of one hour in the middle, above `version`.\n\n| | CPU ms | MB resident | wall ms |\n|---|---|---|---|\n", b.objectCount, ledgerDays)
	base, err := b.medianOf("version")
	if err != nil {
		return "", err
	}
	ask := []string{"logs", "--lake", lake, "--limit", "10", "--since", at.Format(time.RFC3339), "--until", at.Add(time.Hour - time.Millisecond).Format(time.RFC3339)}
	report := func(name string, s sample) {
		fmt.Fprintf(&w, "| %s | %.0f | %d | %.0f |\n", name, (s.cpu-base.cpu).Seconds()*1000, s.rssMB-base.rssMB, (s.wall-base.wall).Seconds()*1000)
	}
	before, err := measure("", "", append([]string{b.seamark}, ask...)...)
	if err != nil {
		return "", err
	}
	report("`logs`, no packs, once", before)
	packing, err := measure("", "", b.seamark, "compact", "--lake", lake, "--grace", "0s")
	if err != nil {
		return "", err
	}
	report("`compact`, which packs all of it, once", packing)
	after, err := b.medianOf(ask...)
	if err != nil {
		return "", err
	}
	if string(after.stdout) != string(before.stdout) || len(after.stdout) == 0 {
		return "", fmt.Errorf("logs prints %d bytes with packs, %d without", len(after.stdout), len(before.stdout))
	}
	report("`logs` with packs", after)
	small := filepath.Join(b.work, "few")
	defer os.RemoveAll(small)
	if _, err := b.transformInto(small, "", truth, object); err != nil {
		return "", err
	}
	ask[slices.Index(ask, lake)] = small
	one, err := b.medianOf(ask...)
	if err != nil {
		return "", err
	}
	report("`logs` of a lake with one landing object", one)
	entries, packs, err := ledgerBytes(lake)
	fmt.Fprintf(&w, "\nLedger: %.0f MB of entries and snapshots, %.1f MB of packs.\n", mb(entries), mb(packs))
	return w.String(), err
}

// medianOf runs seamark several times.
func (b *bench) medianOf(args ...string) (sample, error) {
	var all []sample
	for range max(b.rounds, 3) {
		s, err := measure("", "", append([]string{b.seamark}, args...)...)
		if err != nil {
			return s, err
		}
		all = append(all, s)
	}
	return median(all), nil
}

// sealed is a document of the ledger; see docs/formats/ledger.md.
func sealed(noun string, v any) []byte {
	body, err := json.Marshal(v)
	if err != nil {
		panic(err) // maps of texts and numbers
	}
	return fmt.Appendf(nil, "{\"%s\":%s,\"sha256\":\"%x\"}\n", noun, body, sha256.Sum256(body))
}

type document = struct {
	Version  int              `json:"version"`
	ID       string           `json:"id"`
	Origin   map[string]any   `json:"origin"`
	Arrival  time.Time        `json:"arrival"`
	Parser   string           `json:"parser"`
	Accounts map[string]int64 `json:"accounts"`
	Files    []any            `json:"files"`
	Schema   int              `json:"schema"`
}

// writeLedgerHour writes entries of one hour, and the snapshot that stands for them.
func writeLedgerHour(lake string, hour time.Time, objects int) error {
	path := hour.Format("2006/01/02/15")
	folder, hours := filepath.Join(lake, "ledger", path), filepath.Join(lake, "ledger/hours", path)
	for _, f := range []string{folder, hours} {
		if err := os.MkdirAll(f, 0o700); err != nil {
			return err
		}
	}
	var included []map[string]any
	for i := range objects {
		at := hour.Add(time.Duration(i) * time.Hour / time.Duration(objects)).Truncate(time.Second)
		id := digest(at.String(), i)
		e := document{Version: 1, ID: id, Arrival: at, Parser: "6", Schema: 2, Accounts: map[string]int64{"objects": 1, "bytes_in": 400_000, "events": 1000, "rows": 1000},
			Origin: map[string]any{"url": fmt.Sprintf("landing/%s/seamark-1-%s-%s.gz", path, at.Format("2006-01-02-15-04-05"), id[:32]), "size": 40_000, "modified": at}}
		content := sha256.New()
		for n := range ledgerFiles {
			place := fmt.Sprintf("lake/logs/product=p%d/environment=prod/%s", n, hour.Format("date=2006-01-02/hour=15"))
			sum := digest(id, n)
			fmt.Fprintf(content, "%s %d %s\n", place, 500, sum)
			e.Files = append(e.Files, ledgerFile(place+"/"+id+".l.parquet", sum, 500, hour))
		}
		included = append(included, map[string]any{"id": id, "outcome": hex.EncodeToString(content.Sum(nil))[:16], "rows": 1000})
		if err := os.WriteFile(filepath.Join(folder, id+".json"), sealed("entry", e), 0o600); err != nil {
			return err
		}
	}
	slices.SortFunc(included, func(a, b map[string]any) int { return strings.Compare(a["id"].(string), b["id"].(string)) })
	var files []any
	for n := range ledgerFiles {
		place := fmt.Sprintf("lake/logs/product=p%d/environment=prod/%s", n, hour.Format("date=2006-01-02/hour=15"))
		f := ledgerFile(place+"/"+digest(place, n)+".c.parquet", digest(place, n+1), 500*int64(objects), hour)
		f["schema"], f["run"] = 2, "00000001"
		files = append(files, f)
	}
	s := map[string]any{"version": 1, "hour": hour.Format("2006-01-02T15"), "seq": 1, "attempt": "00000001", "included": included, "files": files}
	return os.WriteFile(filepath.Join(hours, "000001.json"), sealed("snapshot", s), 0o600)
}

func ledgerFile(key, sum string, rows int64, hour time.Time) map[string]any {
	return map[string]any{"key": key, "rows": rows, "bytes": rows * 80, "sha256": sum, "min_ms": hour.UnixMilli(), "max_ms": hour.UnixMilli() + 3_599_000, "severe": 3}
}

func digest(name string, n int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %d", name, n))
	return hex.EncodeToString(sum[:])
}

// ledgerBytes sums the ledger's files.
func ledgerBytes(lake string) (entries, packs int64, err error) {
	err = filepath.Walk(filepath.Join(lake, "ledger"), func(name string, info os.FileInfo, err error) error {
		switch {
		case err != nil || info.IsDir():
		case strings.HasSuffix(name, ".pack"):
			packs += info.Size()
		default:
			entries += info.Size()
		}
		return err
	})
	return entries, packs, err
}
