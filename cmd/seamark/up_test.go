package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// until calls stop once what is written matches.
type until struct {
	mu   sync.Mutex
	said bytes.Buffer
	what *regexp.Regexp
	stop func()
}

func (u *until) Write(b []byte) (int, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	n, err := u.said.Write(b)
	if u.what.Match(u.said.Bytes()) {
		u.stop()
	}
	return n, err
}

// TestUpSaysWhereItListens: behind a public name it tells the address on this machine, too, at
// which somebody without that name can look.
func TestUpSaysWhereItListens(t *testing.T) {
	folder := t.TempDir()
	config := filepath.Join(folder, "seamark.yml")
	if err := os.WriteFile(config, []byte("data: "+filepath.Join(folder, "data")+"\nlisten: 127.0.0.1:0\npublicURL: https://seamark.example.com\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	out := &until{what: regexp.MustCompile(`(?m)^page .*\n`), stop: stop}
	var errOut bytes.Buffer
	if code := run(ctx, []string{"up", "--quiet", "--config", config}, strings.NewReader(""), out, &errOut); code != exitDone {
		t.Fatalf("exit %d: %s", code, errOut.String())
	}
	want := regexp.MustCompile(`^listening   http://127\.0\.0\.1:[1-9]\d*\nlake .*\nfront door  https://seamark\.example\.com/ingest/firehose .*\npage        https://seamark\.example\.com\n$`)
	if !want.MatchString(out.said.String()) {
		t.Errorf("it said %q", out.said.String())
	}
}
