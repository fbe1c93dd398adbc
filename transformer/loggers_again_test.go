package transformer_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestLoggersAgain holds lines that the real libraries have just printed to those that are
// kept, in form, and their rows to what is wanted. scripts/loggers/run.sh (make test-loggers)
// writes the file that SEAMARK_LOGGERS_NEW names.
func TestLoggersAgain(t *testing.T) {
	name := os.Getenv("SEAMARK_LOGGERS_NEW")
	if name == "" {
		t.Skip("SEAMARK_LOGGERS_NEW names no file: make test-loggers")
	}
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	kept, ecosystems := loggerRecords(t)
	forms := map[string]string{}
	for _, r := range kept {
		forms[r.name()] = r.form()
	}
	again := printedAgain(string(b))
	known := readKnown(t)
	rows := loggerRows(t, again)
	for i, r := range again {
		form, ok := forms[r.name()]
		switch {
		case !ok:
			t.Errorf("%s: not kept in lines.jsonl", r.name())
		case form != r.form():
			t.Errorf("%s has a new form:\n\twas %s\n\tis  %s\n\t%.300q", r.name(), form, r.form(), r.text())
		}
		j := newLoggerJudge(r, ecosystems[r.setup])
		delete(j.want, "error_stack") // of other functions
		if j.payload(rows[i]); len(j.faults) > 0 && !known[r.name()] {
			t.Errorf("%s: %s\n\t%.300q", r.name(), strings.Join(j.faults, "; "), r.text())
		}
	}
	t.Logf("%d events printed again, of %d set-ups", len(again), len(setupsOf(again)))
}

// printedAgain takes apart what the programs print: "@@ set-up event" and its lines.
func printedAgain(s string) (records []loggerRecord) {
	for line := range strings.Lines(s) {
		line = strings.TrimSuffix(line, "\n")
		var setup, event string
		if n, _ := fmt.Sscanf(line, "@@ %s %s", &setup, &event); n == 2 {
			records = append(records, loggerRecord{setup: setup, event: event})
		} else if last := len(records) - 1; last >= 0 && line != "" {
			records[last].lines = append(records[last].lines, line)
		}
	}
	return slices.DeleteFunc(records, func(r loggerRecord) bool { return len(r.lines) == 0 })
}

func setupsOf(records []loggerRecord) map[string]bool {
	setups := map[string]bool{}
	for _, r := range records {
		setups[r.setup] = true
	}
	return setups
}

// What differs from machine to machine and from run to run in a line of text.
var (
	formPath   = regexp.MustCompile(`[\w.:/\\-]*[/\\][\w.:/\\-]+`)
	formNumber = regexp.MustCompile(`\d+`)
)

// form is what a line has whatever its values: the members of an object and their kinds, or the
// words of a text without paths and numbers.
func (r loggerRecord) form() string {
	var v any
	if json.Unmarshal([]byte(r.lines[0]), &v) != nil {
		return formNumber.ReplaceAllString(formPath.ReplaceAllString(r.lines[0], "/"), "0")
	}
	paths := map[string]bool{}
	formOf(paths, "", v)
	return strings.Join(slices.Sorted(maps.Keys(paths)), " ")
}

func formOf(paths map[string]bool, path string, v any) {
	switch v := v.(type) {
	case map[string]any:
		for k, m := range v {
			if k == "locals" { // of the program
				m = nil
			}
			formOf(paths, path+"."+k, m)
		}
		if len(v) == 0 {
			paths[path+"{}"] = true
		}
	case []any:
		for _, m := range v {
			formOf(paths, path+"[]", m)
		}
	case string:
		paths[path+":text"] = true
	case float64:
		paths[path+":number"] = true
	default:
		paths[fmt.Sprintf("%s:%v", path, v)] = true
	}
}
