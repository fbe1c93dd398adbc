package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/seamark-hq/seamark/internal/fleet"
)

// The load on the rules of people's own: so many, each with a window of minutes that ends now, over a
// lake of hours as compaction leaves it.
const (
	ownRules    = 500
	ruleHours   = 3
	ruleWindow  = 5 * time.Minute
	ruleEvery   = 15 * time.Second
	ruleSettles = 20 * time.Second // of a start
	ruleLasts   = 3 * time.Minute
)

// ruled is one of the rules: in Seamark's words, and in SQL.
type ruled struct{ yaml, sql string }

// rules measures what it costs an appliance to evaluate rules live, against one statement of plain
// DuckDB for the same counts.
func (b *bench) rules() (string, error) {
	if b.python == "" {
		return "", nil
	}
	lake := filepath.Join(b.work, "rules")
	defer os.RemoveAll(lake)
	begin := time.Now().UTC().Truncate(time.Hour).Add(-(ruleHours - 2) * time.Hour) // until an hour from now
	for i := range ruleHours {
		object, truth, err := b.object("rules.gz", fleet.Bulk{Seed: uint64(i + 1), Events: b.rows / ruleHours, Start: begin.Add(time.Duration(i) * time.Hour)})
		if err != nil {
			return "", err
		}
		if _, err := b.transformInto(lake, "GOMAXPROCS=2", truth, object); err != nil {
			return "", err
		}
	}
	files, size, err := parquet(lake)
	if err != nil {
		return "", err
	}
	list, err := b.ruled(lake)
	if err != nil {
		return "", err
	}
	off := "rules: {every: " + ruleEvery.String() + ", 4xx: {off: true}, 5xx: {off: true}, errors: {off: true}"
	idle, _, err := b.evaluating(lake, off+"}\n")
	if err != nil {
		return "", err
	}
	text, counts := off+", own: [", []string{}
	for _, r := range list {
		text, counts = text+r.yaml+",", append(counts, r.sql)
	}
	busy, instants, err := b.evaluating(lake, text+"]}\n")
	if err != nil {
		return "", err
	}
	peer, err := startPeer(b.python)
	if err != nil {
		return "", err
	}
	defer func() { peer.in.Close(); peer.cmd.Wait() }()
	to := time.Now().UTC()
	theirs, err := peer.ask(fmt.Sprintf("SELECT product, environment, %s FROM read_parquet('%s/lake/logs/*/*/date=%s/hour=%02d/*.parquet', hive_partitioning = true) WHERE timestamp >= epoch_ms(%d::BIGINT)::TIMESTAMPTZ AND timestamp < epoch_ms(%d::BIGINT)::TIMESTAMPTZ GROUP BY ALL",
		strings.Join(counts, ", "), lake, to.Format(time.DateOnly), to.Hour(), to.Add(-ruleWindow).UnixMilli(), to.UnixMilli()))
	if err != nil {
		return "", err
	}
	ours := (busy - idle) / time.Duration(instants)
	return fmt.Sprintf("## Rules\n\n%d rules of people's own over a lake of %d events of both tables in %d hours (%d files, %.0f MB), a window of %v, evaluated live every %v for %v: %d instants took %.2f CPU s more than an appliance without rules, "+
		"%.2f s each: **%.2f of a core**. One statement of plain DuckDB 1.5.5 for the same counts, over the files of the hour alone, took %.2f CPU s: ratio **%.2f**.\n",
		len(list), b.rows, ruleHours, files, mb(size), ruleWindow, ruleEvery, ruleLasts, instants, (busy - idle).Seconds(), ours.Seconds(), ours.Seconds()/ruleEvery.Seconds(), theirs.Seconds(), ours.Seconds()/theirs.Seconds()), nil
}

// ruled are the rules: of each component one, of each again with another filter, until there are
// enough.
func (b *bench) ruled(lake string) ([]ruled, error) {
	found, err := b.ask("SELECT string_agg(DISTINCT product || ' ' || environment || ' ' || component, ',') FROM read_parquet('" + lake + "/lake/logs/*/*/*/*/*.parquet', hive_partitioning = true)")
	if err != nil {
		return nil, err
	}
	components := strings.Split(strings.Trim(found.Answer, "[](),'"), ",")
	filters := []struct{ query, sql string }{
		{"level:>=WARN", "level IN ('WARN', 'ERROR', 'FATAL')"}, {"level:ERROR", "level = 'ERROR'"}, {"error_type:*", "error_type IS NOT NULL"}, {"-level:INFO", "(level IS NULL OR level <> 'INFO')"}, {"event_name:*", "event_name IS NOT NULL"},
	}
	var out []ruled
	for i := range ownRules {
		f := strings.Fields(components[i%len(components)])
		if len(f) != 3 {
			return nil, fmt.Errorf("%q is no component", components[i%len(components)])
		}
		by := filters[i/len(components)%len(filters)]
		out = append(out, ruled{
			fmt.Sprintf("{name: r%d, kind: count, product: %s, environment: %s, filter: 'component:%s %s', window: %v, threshold: 1000000000}", i, f[0], f[1], f[2], by.query, ruleWindow),
			fmt.Sprintf("count(*) FILTER (WHERE product = '%s' AND environment = '%s' AND component = '%s' AND %s)", f[0], f[1], f[2], by.sql),
		})
	}
	return out, nil
}

// evaluating runs an appliance for a while, and says how much CPU it used and how many instants it
// evaluated of the rules that people wrote.
func (b *bench) evaluating(lake, rules string) (used time.Duration, instants int, err error) {
	up, _, data, err := b.applianceUp(lake, rules)
	if err != nil {
		return 0, 0, err
	}
	defer func() { up.Process.Kill(); up.Wait() }()
	time.Sleep(ruleSettles)
	before, from := cpuOf(up.Process.Pid), evaluatedUntil(data)
	time.Sleep(ruleLasts)
	return cpuOf(up.Process.Pid) - before, int(evaluatedUntil(data).Sub(from) / ruleEvery), nil
}

// evaluatedUntil is the last instant that an appliance remembers; zero: none.
func evaluatedUntil(data string) time.Time {
	var m struct{ Until time.Time }
	if b, err := os.ReadFile(filepath.Join(data, "rules.json")); err == nil {
		_ = json.Unmarshal(b, &m) // written whole at every time
	}
	return m.Until
}
