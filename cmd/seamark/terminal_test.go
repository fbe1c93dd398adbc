package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/seamark-hq/seamark/lake/duckdb"
)

// nasty is what a terminal obeys or that reorders text.
const nasty = "a\u009b31mred\u202egnp\u2066x\u2069\x7f\u200b\U000e0041end"

// TestJSONObeysNoLogText: what is printed as JSON is the same text to a program, and none that a
// terminal obeys.
func TestJSONObeysNoLogText(t *testing.T) {
	var out bytes.Buffer
	if err := (&cli{}).writeJSON(&out, map[string]any{"message": nasty, "list": []string{nasty}}); err != nil {
		t.Fatal(err)
	}
	for _, r := range out.String() {
		if r > 0x7e || r < ' ' && r != '\n' {
			t.Errorf("%U is written as it is: %s", r, out.String())
		}
	}
	var back struct{ Message string }
	if err := json.Unmarshal(out.Bytes(), &back); err != nil || back.Message != nasty {
		t.Errorf("%q, %v", back.Message, err)
	}
}

// TestTablesOfLists: lists and objects in a table are as safe as texts, and no cell is padded
// beyond what a person reads.
func TestTablesOfLists(t *testing.T) {
	columns := []duckdb.Column{{Name: "a\nb", Type: "VARCHAR"}, {Name: "b", Type: "VARCHAR[]"}}
	var b bytes.Buffer
	out := bufio.NewWriter(&b)
	rows := &table{}
	rows.add(columns, []any{strings.Repeat("x", 100_000), []any{nasty}})
	rows.add(columns, []any{"short\nline", map[string]any{"k": nasty}})
	rows.print(out, columns)
	out.Flush()
	lines := strings.Split(strings.TrimSpace(b.String()), "\n")
	if len(lines) != 3 {
		t.Fatalf("%d lines", len(lines))
	}
	if n := len(lines[2]); n > 400 {
		t.Errorf("a short row takes %d bytes", n)
	}
	if i := strings.IndexFunc(b.String(), func(r rune) bool { return r > 0x7e || r < ' ' && r != '\n' }); i >= 0 {
		t.Errorf("%q is written as it is", b.String()[i:i+4])
	}
	g := newGrid("a", "b")
	g.add(strings.Repeat("y", 100_000), nasty)
	g.add("z", "short")
	b.Reset()
	g.print(&b)
	if n := len(b.String()); n > 101_000 {
		t.Errorf("a grid takes %d bytes", n)
	}
	if strings.ContainsRune(b.String(), 0x202e) {
		t.Error("a grid shows a bidirectional control as it is")
	}
}
