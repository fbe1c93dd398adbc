package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestPlaces: every place that is to be broken is there once, and the test that must notice has not
// been renamed. Whether it notices is what `make mutate` tries.
func TestPlaces(t *testing.T) {
	t.Chdir("../../..")
	for _, s := range sabotages {
		if _, err := s.broken(); err != nil {
			t.Errorf("%s: %v", s.name, err)
		}
		if !s.hasTest(t) {
			t.Errorf("%s: no test of %s matches %s", s.name, s.pkg, s.run)
		}
	}
}

// hasTest reports whether a package has the tests that shall notice.
func (s sabotage) hasTest(t *testing.T) bool {
	t.Helper()
	wanted := regexp.MustCompile(`(?m)^func (Test\w+)\(`)
	found := false
	err := filepath.WalkDir(strings.TrimSuffix(s.pkg, "/..."), func(name string, _ os.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(name, "_test.go") {
			return err
		}
		b, err := os.ReadFile(name)
		for _, m := range wanted.FindAllStringSubmatch(string(b), -1) {
			found = found || regexp.MustCompile(s.run).MatchString(m[1])
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	return found
}
