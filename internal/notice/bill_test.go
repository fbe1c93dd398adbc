package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/seamark-hq/seamark/internal/lambda/runtimetest"
)

// TestBill: the bill of a built function names the file by its hash and what is linked into it,
// nothing that is linked into others, and each reference leads to a component.
func TestBill(t *testing.T) {
	path := filepath.Join(t.TempDir(), "collector")
	if err := runtimetest.Build("../..", "collector", path); err != nil {
		t.Fatal(err)
	}
	var out, again bytes.Buffer
	for _, w := range []*bytes.Buffer{&out, &again} {
		if err := writeBill(w, "../..", release{"amd64", "1.2.3", "12.2.0"}, []string{path}); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(out.Bytes(), again.Bytes()) {
		t.Error("two bills of one binary differ")
	}
	var b bill
	if err := json.Unmarshal(out.Bytes(), &b); err != nil {
		t.Fatal(err)
	}
	refs := []string{b.Metadata.Component.Ref}
	for _, c := range b.Components {
		refs = append(refs, c.Ref)
	}
	var linked []string
	for _, d := range b.Dependencies {
		for _, ref := range append(d.DependsOn, d.Ref) {
			if !slices.Contains(refs, ref) {
				t.Errorf("%s depends on %s, which is no component", d.Ref, ref)
			}
		}
		if d.Ref == "bin/collector" {
			linked = d.DependsOn
		}
	}
	has := func(name string) bool {
		return slices.ContainsFunc(b.Components, func(c component) bool {
			return c.Name == name && c.Version != "" && slices.Contains(linked, c.Ref)
		})
	}
	if !has("github.com/aws/aws-lambda-go") || !has("std") || has("github.com/duckdb/duckdb-go-bindings") || has("duckdb") {
		t.Errorf("the collector is said to link %v", linked)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(raw)
	if got, want := b.Components[0].Hashes, (hash{"SHA-256", hex.EncodeToString(sum[:])}); len(got) != 1 || got[0] != want {
		t.Errorf("the collector's hash is %v, want %v", got, want)
	}
	if err := writeBill(&out, "../..", release{"amd64", "1.2.3", "12.2.0"}, []string{"main.go"}); err == nil {
		t.Error("there is a bill of main.go")
	}
}

func TestDuckDBVersion(t *testing.T) {
	for bindings, want := range map[string]string{"v0.10505.0": "1.5.5", "v0.11012.1": "1.10.12", "v1.4.0": ""} {
		if got, _ := duckdbVersion(bindings); got != want {
			t.Errorf("%s holds DuckDB %q, want %q", bindings, got, want)
		}
	}
}
