// Command notice writes NOTICE: what the binaries link and the page carries, under which licences,
// with the texts that those licences ask to be handed on. Of built binaries it writes the bill of
// materials of a release.
//
//	go run ./internal/notice >NOTICE
//	go run ./internal/notice sbom ARCH VERSION COMPILER BINARY… >seamark.cdx.json
//
// Its test fails where NOTICE and go.mod or the page's package-lock.json say different things.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// part is a module or package of others.
type part struct {
	name, version string
	folder        string // where its files lie
	licence       string // its SPDX identifier
}

func main() {
	err := error(nil)
	switch args := os.Args[1:]; {
	case len(args) == 0:
		err = write(os.Stdout, ".")
	case args[0] == "sbom" && len(args) > 4:
		err = writeBill(os.Stdout, ".", release{args[1], args[2], args[3]}, args[4:])
	default:
		err = errors.New("usage: notice, or notice sbom ARCH VERSION COMPILER BINARY…")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "notice:", err)
		os.Exit(1)
	}
}

// write writes NOTICE for the repository at root.
func write(w io.Writer, root string) error {
	linked, err := modules(root, "amd64") // the same on every machine
	if err != nil {
		return err
	}
	carried, err := packages(root)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "Seamark contains software of others.\nMade by `go run ./internal/notice >NOTICE`.\n\nLinked into the binaries:\n\n%s\nBuilt into the page (dashboards/web/dist):\n\n%s", table(linked), table(carried))
	texts := map[string][]string{} // by text: whose it is
	var order []string
	for _, p := range linked {
		files, err := legal(p.folder)
		if err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		for _, text := range files {
			if texts[text] == nil {
				order = append(order, text)
			}
			texts[text] = append(texts[text], p.name)
		}
	}
	for _, text := range order {
		fmt.Fprintf(w, "\n%s\n%s\n\n%s\n", strings.Repeat("-", 80), strings.Join(texts[text], "\n"), text)
	}
	fmt.Fprintf(w, "\n%s\n%s\n\n%s", strings.Repeat("-", 80), strings.Join(names(carried), "\n"), mit)
	return nil
}

// modules are those of which a package is linked into one of the commands, for Linux on arch.
func modules(root, arch string) ([]part, error) {
	cmd := exec.Command("go", "list", "-deps", "-f", "{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}} {{.Dir}}{{end}}{{end}}", "./cmd/...")
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "GOOS=linux", "GOARCH="+arch, "CGO_ENABLED=1")
	var faults bytes.Buffer
	cmd.Stderr = &faults
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w: %s", err, faults.String())
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	slices.Sort(lines)
	var all []part
	for _, line := range slices.Compact(lines) {
		f := strings.SplitN(line, " ", 3)
		if len(f) != 3 {
			continue
		}
		p := part{name: f[0], version: f[1], folder: f[2]}
		texts, err := legal(p.folder)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p.name, err)
		}
		if p.licence = licence(strings.Join(texts, "\n")); p.licence == "" {
			return nil, fmt.Errorf("%s %s: no licence that is known here: look at it, and add it to internal/notice", p.name, p.version)
		}
		all = append(all, p)
	}
	goroot, err := exec.Command("go", "env", "GOROOT").Output()
	return append(all, part{name: "the Go runtime and standard library", folder: strings.TrimSpace(string(goroot)), licence: "BSD-3-Clause"}), err
}

// packages are the npm packages that the page's build takes in: the dependencies and theirs.
func packages(root string) ([]part, error) {
	b, err := os.ReadFile(filepath.Join(root, "dashboards/web/package-lock.json"))
	if err != nil {
		return nil, err
	}
	var lock struct {
		Packages map[string]struct {
			Version, License string
			Dev, Optional    bool
		}
	}
	if err := json.Unmarshal(b, &lock); err != nil {
		return nil, err
	}
	var all []part
	for folder, p := range lock.Packages {
		name, is := strings.CutPrefix(folder, "node_modules/")
		if !is || p.Dev || p.Optional {
			continue
		}
		if p.License != "MIT" {
			return nil, fmt.Errorf("%s: licence %q: only MIT is known here", name, p.License)
		}
		all = append(all, part{name: name, version: p.Version, licence: p.License})
	}
	slices.SortFunc(all, func(a, b part) int { return strings.Compare(a.name, b.name) })
	return all, nil
}

// legal are the texts of a module's licences and notices, in its own folder.
func legal(folder string) ([]string, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	var texts []string
	for _, e := range entries {
		name := strings.ToUpper(e.Name())
		if e.IsDir() || !strings.HasPrefix(name, "LICENSE") && !strings.HasPrefix(name, "LICENCE") && !strings.HasPrefix(name, "COPYING") && !strings.HasPrefix(name, "NOTICE") {
			continue
		}
		b, err := os.ReadFile(filepath.Join(folder, e.Name()))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		} else if err != nil {
			return nil, err
		}
		texts = append(texts, strings.TrimSpace(strings.ReplaceAll(string(b), "\r\n", "\n")))
	}
	if len(texts) == 0 {
		return nil, errors.New("it has no licence file")
	}
	return texts, nil
}

// licence names the licence of a text, by sentences that only it has.
func licence(text string) string {
	text = strings.ToLower(strings.Join(strings.Fields(text), " ")) // some write "version 2.0"
	for _, l := range []struct{ spdx, sentence string }{
		{"Apache-2.0", "Apache License Version 2.0"},
		{"MPL-2.0", "Mozilla Public License Version 2.0"},
		{"BSD-3-Clause", "contributors may be used to endorse or promote"},
		{"BSD-2-Clause", "Redistributions in binary form must reproduce"},
		{"ISC", "Permission to use, copy, modify, and/or distribute"},
		{"MIT", "Permission is hereby granted, free of charge"},
	} {
		if strings.Contains(strings.ReplaceAll(text, ",", ""), strings.ToLower(strings.ReplaceAll(l.sentence, ",", ""))) {
			return l.spdx
		}
	}
	return ""
}

func table(parts []part) string {
	var b strings.Builder
	for _, p := range parts {
		b.WriteString(strings.TrimRight(fmt.Sprintf("  %-14s%s %s", p.licence, p.name, p.version), " ") + "\n")
	}
	return b.String()
}

func names(parts []part) []string {
	all := make([]string, len(parts))
	for i, p := range parts {
		all[i] = p.name
	}
	return all
}

// mit is the licence of the page's packages, whose files are not at hand without npm; their
// authors are Jason Miller (preact, signals) and Leon Sorokin (uplot).
const mit = `The MIT License (MIT)

Copyright (c) 2015-present Jason Miller (preact), 2022-present Preact Team (@preact/signals, @preact/signals-core), 2022 Leon Sorokin (uplot)

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the
"Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish,
distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to
the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF
MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY
CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE
SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
`
