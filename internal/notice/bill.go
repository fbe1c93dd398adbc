package main

import (
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// release is what the binaries of a bill are: a GOARCH, Seamark's version, and the full version
// of the GCC whose libstdc++ is linked in.
type release struct {
	arch, version, compiler string
}

// A bill of materials in CycloneDX 1.6, https://cyclonedx.org/docs/1.6/json/. It tells no time and
// has no serial number: the same binaries make the same bytes.
type bill struct {
	Format       string       `json:"bomFormat"`
	Spec         string       `json:"specVersion"`
	Version      int          `json:"version"`
	Metadata     metadata     `json:"metadata"`
	Components   []component  `json:"components"`
	Dependencies []dependency `json:"dependencies"`
}

type metadata struct {
	Component component `json:"component"`
}

type component struct {
	Type     string `json:"type"` // application, library or platform
	Ref      string `json:"bom-ref"`
	Name     string `json:"name"`
	Version  string `json:"version,omitempty"`
	PURL     string `json:"purl,omitempty"`
	Hashes   []hash `json:"hashes,omitempty"`
	Licences []spdx `json:"licenses,omitempty"`
}

type hash struct {
	Algorithm string `json:"alg"`
	Content   string `json:"content"`
}

type spdx struct {
	Expression string `json:"expression"`
}

type dependency struct {
	Ref       string   `json:"ref"`
	DependsOn []string `json:"dependsOn"`
}

// writeBill writes the bill of built binaries: what each was linked of, as the linker wrote it into it.
func writeBill(w io.Writer, root string, r release, binaries []string) error {
	licences, err := licences(root, r.arch)
	if err != nil {
		return err
	}
	self := component{Type: "application", Ref: "seamark", Name: "seamark", Version: r.version}
	b := bill{Format: "CycloneDX", Spec: "1.6", Version: 1, Metadata: metadata{self}}
	libraries, whole := map[string]component{}, dependency{Ref: self.Ref}
	for _, path := range binaries {
		program, parts, err := contents(path, r, licences)
		if err != nil {
			return err
		}
		program.Version = r.version
		b.Components = append(b.Components, program)
		whole.DependsOn = append(whole.DependsOn, program.Ref)
		needs := dependency{Ref: program.Ref}
		for _, c := range parts {
			libraries[c.Ref] = c
			needs.DependsOn = append(needs.DependsOn, c.Ref)
		}
		b.Dependencies = append(b.Dependencies, needs)
	}
	carried, err := packages(root)
	if err != nil {
		return err
	}
	for _, p := range carried {
		c := library("pkg:npm/"+url.PathEscape(p.name)+"@"+p.version, p.name, p.version, p.licence)
		libraries[c.Ref] = c
		whole.DependsOn = append(whole.DependsOn, c.Ref)
	}
	for _, ref := range slices.Sorted(maps.Keys(libraries)) {
		b.Components = append(b.Components, libraries[ref])
	}
	b.Dependencies = append([]dependency{whole}, b.Dependencies...)
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(b)
}

// licences are those of all modules that are linked, by path and version.
func licences(root, arch string) (map[string]string, error) {
	linked, err := modules(root, arch)
	if err != nil {
		return nil, err
	}
	by := map[string]string{}
	for _, p := range linked {
		by[p.name+"@"+p.version] = p.licence
	}
	return by, nil
}

// contents are a binary and what it holds.
func contents(path string, r release, licences map[string]string) (component, []component, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return component{}, nil, err
	}
	info, err := buildinfo.ReadFile(path)
	if err != nil {
		return component{}, nil, fmt.Errorf("%s: %w", path, err)
	}
	sum := sha256.Sum256(raw)
	name := filepath.Base(info.Path)
	program := component{Type: "application", Ref: "bin/" + name, Name: name, Hashes: []hash{{"SHA-256", hex.EncodeToString(sum[:])}}}
	goVersion := strings.TrimPrefix(info.GoVersion, "go")
	parts := []component{library("pkg:golang/std@"+goVersion, "std", goVersion, "BSD-3-Clause")}
	for _, m := range info.Deps {
		if m.Replace != nil {
			return component{}, nil, fmt.Errorf("%s: %s is replaced: no bill is written of what cannot be looked up", path, m.Path)
		}
		expression := licences[m.Path+"@"+m.Version]
		if expression == "" {
			return component{}, nil, fmt.Errorf("%s links %s %s, which go.mod does not: build it anew", path, m.Path, m.Version)
		}
		parts = append(parts, library("pkg:golang/"+m.Path+"@"+m.Version, m.Path, m.Version, expression))
		if strings.HasPrefix(m.Path, "github.com/duckdb/duckdb-go-bindings/lib/") {
			v, err := duckdbVersion(m.Version)
			if err != nil {
				return component{}, nil, err
			}
			parts = append(parts, library("pkg:github/duckdb/duckdb@v"+v, "duckdb", v, "MIT"),
				library("pkg:generic/libstdc%2B%2B@"+r.compiler, "libstdc++", r.compiler, "GPL-3.0-or-later WITH GCC-exception-3.1"))
		}
	}
	return program, parts, nil
}

func library(purl, name, version, expression string) component {
	return component{Type: "library", Ref: purl, Name: name, Version: version, PURL: purl, Licences: []spdx{{expression}}}
}

// duckdbVersion is DuckDB's own in the version of its bindings: v0.10505.0 holds 1.5.5.
func duckdbVersion(bindings string) (string, error) {
	f := strings.Split(bindings, ".")
	if len(f) == 3 {
		if n, err := strconv.Atoi(f[1]); err == nil && n >= 10000 {
			return fmt.Sprintf("%d.%d.%d", n/10000, n/100%100, n%100), nil
		}
	}
	return "", fmt.Errorf("no version of DuckDB in %s", bindings)
}
