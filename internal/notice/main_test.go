package main

import (
	"bytes"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestNotice: NOTICE names all that is linked and carried, in the versions of today.
func TestNotice(t *testing.T) {
	var want bytes.Buffer
	if err := write(&want, "../.."); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../../NOTICE")
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(got), want.String()); d != "" {
		t.Errorf("NOTICE is not of today: run `go run ./internal/notice >NOTICE`\n%.2000s", d)
	}
}

func TestLicence(t *testing.T) {
	for text, want := range map[string]string{
		"  Apache License\n  Version 2.0, January 2004":                                               "Apache-2.0",
		"Neither the name of X nor the names of its\ncontributors may be used to\nendorse or promote": "BSD-3-Clause",
		"Permission is hereby granted, free of charge, to":                                            "MIT",
		"Mozilla Public License, version 2.0":                                                         "MPL-2.0",
		"All rights reserved.":                                                                        "",
	} {
		if got := licence(text); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}
