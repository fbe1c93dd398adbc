package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestPlacesAreThere: each place that is broken stands in its file once, so that `make mutate` says what
// tests notice, not that code has moved.
func TestPlacesAreThere(t *testing.T) {
	for _, s := range sabotages {
		b, err := os.ReadFile(filepath.Join("../../..", s.file))
		if n := strings.Count(string(b), s.old); n != 1 || err != nil {
			t.Errorf("%s: it stands in %s %d times, %v", s.name, s.file, n, err)
		}
	}
}
