package transformer_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	seamark "github.com/seamark-hq/seamark"
)

// sample is one record of testdata/samples: the events it became and what a person expects of
// their rows. A file holds records like
//
//	@ 6 nginx 1.26, error.log          kind of docs/formats/record.md and where it comes from
//	2024/05/02 10:00:01 [crit] 31#31:  an event a line; with "@+" all lines are one event
//	> level=FATAL | request_id=        columns of the first event's row; empty: NULL
//	>2 level=                          of the second
//	! reason                           it falls short, and why
//
// ␉ is a tab, ␛ an escape, ␍ a carriage return, ⍽ U+00A0, ␤ a line feed in a wanted value.
// "~=" asks for a text within, "table=access_logs" for the table, "event_data.a" for a member,
// "counted=1" how many rows have a fingerprint. "@ 6 group=/aws/rds/x source" sets the log group.
type sample struct {
	file  string
	line  int
	kind  string
	from  string
	group string
	lines []string
	wants map[int][]sampleWant
	short string // why it falls short, for good; "" when it must not
}

type sampleWant struct{ column, op, value string }

func (s *sample) name() string { return fmt.Sprintf("%s:%d", s.file, s.line) }

var sampleWanted = regexp.MustCompile(`^>\d* [a-z_]+(\.[^= ]+)?~?=`)

var sampleSigns = strings.NewReplacer("␉", "\t", "␛", "\x1b", "␍", "\r", "⍽", "\u00a0")

// readSamples reads a file of samples.
func readSamples(t testing.TB, name string) (samples []*sample) {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var s *sample
	whole := false
	end := func() {
		if s != nil && whole {
			s.lines = []string{strings.Join(s.lines, "\n")}
		}
	}
	n := 0
	for line := range strings.SplitSeq(strings.TrimSuffix(string(b), "\n"), "\n") {
		n++
		head, isHead := strings.CutPrefix(line, "@ ")
		together, isWhole := strings.CutPrefix(line, "@+ ")
		switch {
		case isHead || isWhole:
			end()
			whole = isWhole
			kind, from, _ := strings.Cut(head, " ")
			if isWhole {
				kind, from, _ = strings.Cut(together, " ")
			}
			s = &sample{file: filepath.Base(name), line: n, kind: kind, from: from, group: "/ecs/booking", wants: map[int][]sampleWant{}}
			if group, rest, ok := strings.Cut(from, " "); ok && strings.HasPrefix(group, "group=") {
				s.group, s.from = group[len("group="):], rest
			}
			samples = append(samples, s)
		case s == nil, strings.HasPrefix(line, "## "):
		case sampleWanted.MatchString(line):
			at, columns, _ := strings.Cut(line[1:], " ")
			row := 1
			if at != "" {
				row, _ = strconv.Atoi(at)
			}
			for w := range strings.SplitSeq(columns, " | ") {
				column, value, ok := strings.Cut(w, "=")
				if !ok {
					t.Fatalf("%s:%d: %q", name, n, w)
				}
				op := "="
				if strings.HasSuffix(column, "~") {
					column, op = column[:len(column)-1], "~"
				}
				s.wants[row-1] = append(s.wants[row-1], sampleWant{strings.TrimSpace(column), op, sampleSigns.Replace(strings.ReplaceAll(value, "␤", "\n"))})
			}
		case strings.HasPrefix(line, "! ") && len(s.wants) > 0:
			s.short = line[2:]
		case line == "" && !whole && (len(s.wants) > 0 || len(s.lines) == 0):
		case len(s.wants) > 0:
			if line != "" {
				t.Fatalf("%s:%d: %q behind what is wanted", name, n, line)
			}
		default:
			s.lines = append(s.lines, sampleSigns.Replace(line))
		}
	}
	end()
	return samples
}

var samplesTime = time.Date(2026, 11, 30, 5, 0, 0, 0, time.UTC)

// sampleRows transforms each sample in a payload of its own.
func sampleRows(t *testing.T, samples []*sample) [][]seamark.Hit {
	t.Helper()
	var object bytes.Buffer
	for i, s := range samples {
		var events []string
		for n, line := range s.lines {
			quoted, _ := json.Marshal(line)
			events = append(events, fmt.Sprintf(`{"id":"%d-%d","timestamp":%d,"message":%s}`, i, n, samplesTime.UnixMilli(), quoted))
		}
		fmt.Fprintf(&object, `{"messageType":"DATA_MESSAGE","owner":"222222222222","logGroup":%q,"logStream":"s%d","subscriptionFilters":["seamark/1/booking/prod/web-mobile/eu-central-1/shop"],"logEvents":[%s]}`,
			s.group, i, strings.Join(events, ","))
	}
	hits, entry := transformAt(t, object.Bytes(), loggersArrival)
	if entry.Accounts.Quarantined != 0 {
		t.Fatalf("accounts %+v", entry.Accounts)
	}
	rows := make([][]seamark.Hit, len(samples))
	for i, s := range samples {
		rows[i] = make([]seamark.Hit, len(s.lines))
	}
	for _, h := range hits {
		id := ""
		if h.Log != nil {
			id = h.Log.EventID
		} else {
			id = h.Access.EventID
		}
		i, n, _ := strings.Cut(id, "-")
		at, _ := strconv.Atoi(i)
		line, _ := strconv.Atoi(n)
		rows[at][line] = h
	}
	return rows
}

// TestSamples holds the lines of testdata/samples to what is wanted of them.
func TestSamples(t *testing.T) {
	files, err := filepath.Glob("testdata/samples/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	if only := os.Getenv("SEAMARK_SAMPLES"); only != "" {
		files = strings.Fields(only)
	}
	for _, name := range files {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txt"), func(t *testing.T) {
			samples := readSamples(t, name)
			rows := sampleRows(t, samples)
			right, kinds := 0, map[string][2]int{}
			for i, s := range samples {
				faults := s.judge(t, rows[i])
				k := kinds[s.kind]
				k[1]++
				switch {
				case len(faults) == 0 && s.short == "":
					right++
					k[0]++
				case len(faults) == 0:
					t.Errorf("%s is right now: strike %q out", s.name(), s.short)
				case s.short == "":
					t.Errorf("%s (%s %s): %s\n\t%.400q", s.name(), s.kind, s.from, strings.Join(faults, "; "), strings.Join(s.lines, "⏎"))
				}
				kinds[s.kind] = k
			}
			t.Logf("%d of %d right; by kind: %v", right, len(samples), kinds)
		})
	}
}

// judge compares the rows of a sample with what is wanted.
func (s *sample) judge(t *testing.T, rows []seamark.Hit) (faults []string) {
	if len(s.wants) == 0 || len(s.lines) == 0 {
		t.Fatalf("%s: nothing is wanted of it", s.name())
	}
	for n := range s.lines {
		if rows[n].Log == nil && rows[n].Access == nil {
			return []string{fmt.Sprintf("event %d has no row", n+1)}
		}
	}
	for n := range s.lines {
		for _, w := range s.wants[n] {
			if got := sampleColumn(rows, n, w.column); w.op == "=" && got != w.value || w.op == "~" && !strings.Contains(got, w.value) {
				at := ""
				if len(s.lines) > 1 {
					at = fmt.Sprintf("event %d: ", n+1)
				}
				faults = append(faults, fmt.Sprintf("%s%s is %.160q, want %q", at, w.column, got, w.value))
			}
		}
	}
	return faults
}

// sampleColumn is a column of a row as text; "" is NULL.
func sampleColumn(rows []seamark.Hit, n int, column string) string {
	h := rows[n]
	switch column {
	case "table":
		return string(h.Table)
	case "counted":
		counted := 0
		for _, r := range rows {
			if r.Log != nil && r.Log.Fingerprint != "" {
				counted++
			}
		}
		return strconv.Itoa(counted)
	}
	var v any = h.Log
	if h.Log == nil {
		v = h.Access
	}
	b, _ := json.Marshal(v)
	column, member, inside := strings.Cut(column, ".")
	var row map[string]any
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	if d.Decode(&row) != nil {
		return "?"
	}
	got, ok := row[column]
	if !ok || got == nil {
		return ""
	}
	if inside {
		var data map[string]any
		d := json.NewDecoder(strings.NewReader(fmt.Sprint(got)))
		d.UseNumber()
		_ = d.Decode(&data)
		if got, ok = data[member]; !ok {
			return ""
		}
		if _, isText := got.(string); !isText {
			b, _ := json.Marshal(got)
			return string(b)
		}
	}
	return fmt.Sprint(got)
}
