package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/seamark-hq/seamark/internal/fleet"
)

// searchRepeats is how often a question is asked in each round.
const searchRepeats = 8

var searchStart = time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)

// peerProgram answers questions, a line of JSON each, over plain DuckDB with what the appliance has:
// two threads, 128 MB and no caches. It prints the rows and the CPU seconds.
const peerProgram = `import sys, json, resource, duckdb
c = duckdb.connect(); c.execute("SET threads = 2"); c.execute("SET memory_limit = '128MB'"); c.execute("SET enable_external_file_cache = false"); c.execute("SET enable_progress_bar = false")
def cpu(): u = resource.getrusage(resource.RUSAGE_SELF); return u.ru_utime + u.ru_stime
c.execute("SELECT count(*) FROM range(10)").fetchall()
for line in sys.stdin:
    sql, n = json.loads(line); b = cpu()
    for _ in range(n): r = c.execute(sql).fetchall()
    print(json.dumps([len(r), (cpu() - b) / n]), flush=True)`

// searched is one question: to the page's API, and in SQL over read_parquet.
type searched struct {
	name    string
	path, q string
	last    bool // of the last hour only
	sql     string
}

// searches are what is asked. Text is looked for in the columns that the search language looks in.
func searches(ids map[string]string) []searched {
	texts := func(word string) string {
		var out []string
		for _, c := range []string{"message", "error_type", "error_message", "error_stack", "event_name", "request_id", "trace_id", "event_data"} {
			out = append(out, "contains(lower("+c+"), '"+word+"')")
		}
		return "(" + strings.Join(out, " OR ") + ")"
	}
	list := func(where string) string {
		return "SELECT * REPLACE (epoch_ms(timestamp) AS timestamp, epoch_ms(ingested_at) AS ingested_at) FROM (SELECT * FROM $FROM WHERE " + where +
			" ORDER BY timestamp DESC, event_id DESC, account_id DESC, source DESC LIMIT 501)"
	}
	bars := func(where string) string {
		return "SELECT epoch_ms(timestamp) // 600000, level, count(*) FROM $FROM WHERE " + where + " GROUP BY ALL"
	}
	const logs, histogram = "/api/logs", "/api/logs/histogram"
	questions := []searched{
		{name: "first page, whole span", path: logs, sql: list("true")},
		{name: "level ERROR, first page, whole span", path: logs, q: "level:ERROR", sql: list("level = 'ERROR'")},
		{name: "a common word, first page, whole span", path: logs, q: "booking", sql: list(texts("booking"))},
		{name: "a common word, first page, 1 h", path: logs, q: "booking", last: true, sql: list(texts("booking"))},
		{name: "absent word, whole span", path: logs, q: "zanzibar", sql: list(texts("zanzibar"))},
		{name: "a word of one row, whole span", path: logs, q: last(ids["request_id"]), sql: list(texts(last(ids["request_id"])))},
		{name: "histogram, whole span", path: histogram, sql: bars("true")},
		{name: "histogram of a common word, whole span", path: histogram, q: "booking", sql: bars(texts("booking"))},
	}
	for _, c := range slices.Sorted(maps.Keys(ids)) {
		questions = append(questions, searched{name: c + ", whole span", path: logs, q: c + `:"` + ids[c] + `"`, sql: list(c + " = '" + ids[c] + "'")})
	}
	return questions
}

// last is the last word of an id.
func last(id string) string { return id[strings.LastIndexByte(id, '-')+1:] }

// searchedLake is a lake that is searched.
type searchedLake struct {
	name    string
	hours   int
	objects int // landing objects, one behind the other
	compact bool
}

// The lakes of the same number of events: some hours as they arrive, and a week that is compacted.
var searchedLakes = []searchedLake{
	{"20 hours, not compacted", 20, 60, false},
	{"a week, compacted", 168, 7, true},
}

// search measures the page's own API against plain DuckDB over the same files, question by
// question in turn.
func (b *bench) search() (string, error) {
	if b.python == "" {
		return "", nil
	}
	var w strings.Builder
	fmt.Fprintf(&w, "## Search\n\nThe page's own API (CPU of the appliance) against plain DuckDB 1.5.5 over the same files (2 threads, 128 MB, no caches; 501 rows in the same order), in turn; medians of %d. Text is looked for in eight columns.\n", b.rounds)
	for _, l := range searchedLakes {
		text, err := b.searchIn(l)
		if err != nil {
			return "", fmt.Errorf("%s: %w", l.name, err)
		}
		w.WriteString(text)
	}
	return w.String(), nil
}

// fill makes the lake, and returns how many events it holds.
func (b *bench) fill(lake string, l searchedLake) (events int, err error) {
	each, span := b.rows/10/l.objects, time.Duration(l.hours)*time.Hour/time.Duration(l.objects)
	for i := range l.objects {
		at := searchStart.Add(time.Duration(i) * span)
		object, truth, err := b.object("search.gz", fleet.Bulk{Seed: uint64(i + 1), Events: each, Start: at, Span: span})
		if err != nil {
			return 0, err
		}
		if _, err := b.transformInto(lake, "GOMAXPROCS=2", truth, object); err != nil {
			return 0, err
		}
	}
	if l.compact {
		_, err = measure("", "", b.seamark, "compact", "--lake", lake, "--grace", "0s", "--older-than", "0s")
	}
	return each * l.objects, err
}

func (b *bench) searchIn(l searchedLake) (string, error) {
	lake := filepath.Join(b.work, "search")
	defer os.RemoveAll(lake)
	events, err := b.fill(lake, l)
	if err != nil {
		return "", err
	}
	files, size, err := parquet(lake)
	if err != nil {
		return "", err
	}
	ids, err := b.idsOf(lake)
	if err != nil {
		return "", err
	}
	up, base, err := b.seamarkUp(lake, "http://127.0.0.1:1")
	if err != nil {
		return "", err
	}
	defer func() { up.Process.Kill(); up.Wait() }()
	peer, err := startPeer(b.python)
	if err != nil {
		return "", err
	}
	defer func() { peer.in.Close(); peer.cmd.Wait() }()
	var w strings.Builder
	fmt.Fprintf(&w, "\n### %s\n\n%d events of both tables, %d files, %.0f MB, %.1f MB of filters.\n\n| question over logs | Seamark CPU ms | DuckDB CPU ms | ratio |\n|---|---|---|---|\n",
		l.name, events, files, mb(size), mb(sizeOf(filepath.Join(lake, "ledger", "filters"))))
	for _, q := range searches(ids) {
		var ours, theirs []sample
		for range b.rounds {
			o, t, err := askBoth(up.Process.Pid, base, peer, lake, l.hours, q)
			if err != nil {
				return "", fmt.Errorf("%s: %w", q.name, err)
			}
			ours, theirs = append(ours, sample{cpu: o}), append(theirs, sample{cpu: t})
		}
		o, t := median(ours).cpu, median(theirs).cpu
		fmt.Fprintf(&w, "| %s | %.0f | %.0f | **%.2f** |\n", q.name, o.Seconds()*1000, t.Seconds()*1000, o.Seconds()/t.Seconds())
	}
	return w.String(), nil
}

// idsOf are ids of one row of the lake, by their columns.
func (b *bench) idsOf(lake string) (map[string]string, error) {
	ids := map[string]string{}
	for _, c := range idColumns {
		a, err := b.ask("SELECT min(" + c + ") FROM read_parquet('" + lake + "/lake/logs/*/*/*/hour=10/*.parquet') WHERE level = 'ERROR' AND " + c + " IS NOT NULL")
		if err != nil {
			return nil, err
		}
		if id := strings.Trim(a.Answer, "[](),'"); id != "None" {
			ids[c] = id
		}
	}
	return ids, nil
}

// idColumns are those by which people look for one thing.
var idColumns = []string{"request_id", "trace_id", "event_id", "fingerprint"}

// sizeOf sums the files below a folder.
func sizeOf(folder string) (size int64) {
	_ = filepath.Walk(folder, func(_ string, info os.FileInfo, err error) error {
		if err == nil && !info.IsDir() {
			size += info.Size()
		}
		return nil
	})
	return size
}

// askBoth asks both the same question, several times each, and returns the CPU of one.
func askBoth(pid int, base string, p *peer, lake string, hours int, q searched) (ours, theirs time.Duration, err error) {
	from, to, where := searchStart, searchStart.Add(time.Duration(hours)*time.Hour), "*/*"
	if q.last {
		from = to.Add(-time.Hour)
		where = from.Format("date=2006-01-02/hour=15")
	}
	target := base + q.path + "?" + url.Values{"from": {strconv.FormatInt(from.UnixMilli(), 10)}, "to": {strconv.FormatInt(to.UnixMilli(), 10)}, "q": {q.q}}.Encode()
	before := cpuOf(pid)
	for range searchRepeats {
		resp, err := http.Get(target)
		if err != nil {
			return 0, 0, err
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || resp.StatusCode != http.StatusOK {
			return 0, 0, fmt.Errorf("%s: %s: %.200s: %w", target, resp.Status, body, err)
		}
	}
	ours = (cpuOf(pid) - before) / searchRepeats
	theirs, err = p.ask(strings.ReplaceAll(q.sql, "$FROM", "read_parquet('"+lake+"/lake/logs/*/*/"+where+"/*.parquet', hive_partitioning = true)"))
	return ours, theirs, err
}

// cpuOf is the CPU that a process has used, to 10 ms.
func cpuOf(pid int) time.Duration {
	b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid)) // none: 0, and the question fails
	_, rest, _ := strings.Cut(string(b), ") ")
	f := strings.Fields(rest)
	if len(f) < 13 {
		return 0
	}
	user, _ := strconv.Atoi(f[11])
	system, _ := strconv.Atoi(f[12])
	return time.Duration(user+system) * 10 * time.Millisecond
}

// peer is a plain DuckDB that is asked line by line.
type peer struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

func startPeer(python string) (*peer, error) {
	cmd := exec.Command(python, "-c", peerProgram)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	return &peer{cmd, in, bufio.NewReader(out)}, cmd.Start()
}

func (p *peer) ask(sql string) (time.Duration, error) {
	if err := json.NewEncoder(p.in).Encode([]any{sql, searchRepeats}); err != nil {
		return 0, err
	}
	line, err := p.out.ReadBytes('\n')
	var answer [2]float64 // rows, CPU seconds
	if err == nil {
		err = json.Unmarshal(line, &answer)
	}
	return time.Duration(answer[1] * float64(time.Second)), err
}
