// Command sabotage breaks the code on purpose, in one place at a time, and runs the tests that
// must notice: each line of the list below that survives is a test that cannot fail. The sources
// stay as they are; the go command is given the broken file as an overlay.
//
//	go run ./internal/check/sabotage [-run REGEXP] [-list]
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// sabotage is one place broken, and the test that must fail by it.
type sabotage struct {
	name     string
	file     string
	old, new string
	pkg, run string // of the test
}

func main() {
	only := flag.String("run", "", "only those whose name matches")
	list := flag.Bool("list", false, "only name them")
	flag.Parse()
	pattern, err := regexp.Compile(*only)
	if err != nil {
		fmt.Fprintln(os.Stderr, "sabotage:", err)
		os.Exit(2)
	}
	begin, caught, all := time.Now(), 0, 0
	for _, s := range sabotages {
		if !pattern.MatchString(s.name) {
			continue
		}
		if all++; *list {
			fmt.Printf("%-40s %s\n", s.name, s.file)
			continue
		}
		verdict, err := s.try()
		if err != nil {
			fmt.Fprintf(os.Stderr, "sabotage: %s: %v\n", s.name, err)
			os.Exit(2)
		}
		fmt.Printf("%-9s %-40s %s -run %s\n", verdict, s.name, s.pkg, s.run)
		if verdict == "caught" {
			caught++
		}
	}
	if *list {
		return
	}
	fmt.Printf("%d of %d caught, %v\n", caught, all, time.Since(begin).Round(time.Second))
	if caught < all {
		os.Exit(1)
	}
}

// broken is the file with the place broken.
func (s sabotage) broken() (string, error) {
	b, err := os.ReadFile(s.file)
	if err != nil {
		return "", err
	}
	if n := strings.Count(string(b), s.old); n != 1 {
		return "", fmt.Errorf("%s holds the place to break %d times, not once: mend the list", s.file, n)
	}
	return strings.Replace(string(b), s.old, s.new, 1), nil
}

// try runs the tests over the broken file.
func (s sabotage) try() (verdict string, err error) {
	text, err := s.broken()
	if err != nil {
		return "", err
	}
	folder, err := os.MkdirTemp("", "seamark-sabotage-*")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(folder)
	broken := filepath.Join(folder, filepath.Base(s.file))
	if err := os.WriteFile(broken, []byte(text), 0o600); err != nil {
		return "", err
	}
	abs, err := filepath.Abs(s.file)
	if err != nil {
		return "", err
	}
	overlay, err := json.Marshal(map[string]map[string]string{"Replace": {abs: broken}})
	if err != nil {
		return "", err
	}
	name := filepath.Join(folder, "overlay.json")
	if err := os.WriteFile(name, overlay, 0o600); err != nil {
		return "", err
	}
	if out, err := exec.Command("go", "vet", "-overlay", name, s.pkg).CombinedOutput(); err != nil {
		return "", fmt.Errorf("does not build: %s", out)
	}
	if exec.Command("go", "test", "-overlay", name, "-count", "1", "-timeout", "10m", "-run", s.run, s.pkg).Run() == nil {
		return "SURVIVED", nil
	}
	return "caught", nil
}
