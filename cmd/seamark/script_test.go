package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/seamark-hq/seamark/internal/check"
	"github.com/seamark-hq/seamark/internal/fleet"
)

var updateScripts = flag.Bool("update-scripts", false, "write what the verbs print as what is wanted")

// TestMain lets the scripts run the test's own binary as seamark.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"seamark": main})
}

// TestScripts runs testdata/script/*.txtar: each verb as a user types it.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		UpdateScripts:       *updateScripts,
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("TZ", "UTC")
			env.Setenv("NO_COLOR", "1")
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "object": object, "payload": payload, "cut": cut, "flip": flip, "checked": checked, "same": same,
			"keys": keys, "jsoneq": jsoneq, "lines": lines,
		},
		Condition: func(cond string) (bool, error) { return cond == "root" && os.Getuid() == 0, nil },
	})
}

// exits CODE WORD...: runs seamark and demands its exit code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: exits CODE VERB...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec("seamark", args[1:]...); err != nil {
		code, ok := err.(interface{ ExitCode() int })
		if !ok {
			ts.Fatalf("seamark: %v", err)
		}
		got = code.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// object FILE EVENTS SEED: a landing object as Firehose writes it.
func object(ts *testscript.TestScript, _ bool, args []string) {
	events, err := strconv.Atoi(args[1])
	ts.Check(err)
	seed, err := strconv.ParseUint(args[2], 10, 64)
	ts.Check(err)
	var b bytes.Buffer
	_, err = fleet.Bulk{Seed: seed, Events: events, Products: 2}.Write(&b)
	ts.Check(err)
	write(ts, args[0], b.Bytes())
}

// payload FILE: adds one gzip'd payload of three events to a file.
func payload(ts *testscript.TestScript, _ bool, args []string) {
	name := ts.MkAbs(args[0])
	b, _ := os.ReadFile(name)
	for p := range (fleet.Bulk{Seed: uint64(len(b)), Events: 3, Products: 1, Kinds: []fleet.Kind{fleet.KindAgreed}}).Payloads() {
		b = append(b, p.Data...)
	}
	write(ts, args[0], b)
}

func write(ts *testscript.TestScript, name string, b []byte) {
	name = ts.MkAbs(name)
	ts.Check(os.MkdirAll(filepath.Dir(name), 0o755))
	ts.Check(os.WriteFile(name, b, 0o644))
}

// cut FILE TO BYTES: copies all but the last bytes.
func cut(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.Atoi(args[2])
	ts.Check(err)
	b := ts.ReadFile(args[0])
	write(ts, args[1], []byte(b[:len(b)-n]))
}

// flip FILE AT: flips a bit; AT may count from the end.
func flip(ts *testscript.TestScript, _ bool, args []string) {
	found, err := filepath.Glob(ts.MkAbs(args[0]))
	ts.Check(err)
	if len(found) == 0 {
		ts.Fatalf("no file %s", args[0])
	}
	at, err := strconv.Atoi(args[1])
	ts.Check(err)
	b, err := os.ReadFile(found[0])
	ts.Check(err)
	b[(at+len(b))%len(b)] ^= 4
	ts.Check(os.WriteFile(found[0], b, 0o644))
}

// checked LAKE: the independent checker finds nothing.
func checked(ts *testscript.TestScript, _ bool, args []string) {
	for _, f := range check.Check(ts.MkAbs(args[0]), check.Options{}) {
		ts.Fatalf("%s", f)
	}
}

// same LAKE LAKE: both hold the same rows.
func same(ts *testscript.TestScript, _ bool, args []string) {
	a, rows, err := check.RowHash(ts.MkAbs(args[0]))
	ts.Check(err)
	b, others, err := check.RowHash(ts.MkAbs(args[1]))
	ts.Check(err)
	if a != b || rows == 0 {
		ts.Fatalf("%d rows and %d rows, not the same", rows, others)
	}
}

// keys FILE NAME...: the first line is a JSON object with exactly these keys, in this order.
func keys(ts *testscript.TestScript, _ bool, args []string) {
	line, _, _ := strings.Cut(ts.ReadFile(args[0]), "\n")
	d := json.NewDecoder(strings.NewReader(line))
	var got []string
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		ts.Fatalf("not a JSON object: %s", line)
	}
	for d.More() {
		t, err := d.Token()
		ts.Check(err)
		got = append(got, t.(string))
		var skip json.RawMessage
		ts.Check(d.Decode(&skip))
	}
	if want := strings.Join(args[1:], " "); strings.Join(got, " ") != want {
		ts.Fatalf("keys %s\nwant %s", strings.Join(got, " "), want)
	}
}

// jsoneq FILE KEY VALUE...: in the first line, a JSON object, the keys (a.b for nested
// ones) have these values.
func jsoneq(ts *testscript.TestScript, neg bool, args []string) {
	line, _, _ := strings.Cut(ts.ReadFile(args[0]), "\n")
	for i := 1; i+1 < len(args); i += 2 {
		var v any
		d := json.NewDecoder(strings.NewReader(line))
		d.UseNumber()
		ts.Check(d.Decode(&v))
		for _, key := range strings.Split(args[i], ".") {
			m, _ := v.(map[string]any)
			v = m[key]
		}
		got, ok := v.(string)
		if !ok {
			b, _ := json.Marshal(v)
			got = string(b)
		}
		if (got == args[i+1]) == neg {
			ts.Fatalf("%s is %s, want %s (not: %v)", args[i], got, args[i+1], neg)
		}
	}
}

// lines FILE N: the file has so many lines, each of them JSON.
func lines(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[1])
	ts.Check(err)
	n := 0
	for line := range strings.Lines(ts.ReadFile(args[0])) {
		n++
		if !json.Valid([]byte(line)) {
			ts.Fatalf("line %d is not JSON: %s", n, line)
		}
	}
	if n != want {
		ts.Fatalf("%d lines, want %d", n, want)
	}
}
