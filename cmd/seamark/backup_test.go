package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/seamark-hq/seamark/internal/check"
)

// TestBackup runs the commands of docs/howto/backup.md, in their order, over a folder of an
// appliance whose lake is partly compacted: each copy holds the same rows, and each verification
// is balanced.
func TestBackup(t *testing.T) {
	text, err := os.ReadFile("../../docs/howto/backup.md")
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	t.Chdir(folder)
	lake := filepath.Join(".seamark", "lake")
	for seed := range uint64(3) {
		addObject(t, lake, seed+1)
	}
	does(t, "replay", "--lake", lake, "--missing", "--yes")
	compacted(t, lake)
	addObject(t, lake, 4)
	does(t, "replay", "--lake", lake, "--missing", "--yes")
	put(t, ".seamark/access-key", strings.Repeat("k", 32))
	if err := os.MkdirAll(filepath.Join(lake, "spool"), 0o700); err != nil {
		t.Fatal(err)
	}
	want, rows, err := check.RowHash(lake)
	if err != nil || rows == 0 {
		t.Fatal(rows, err)
	}
	blocks := regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(string(text), -1)
	if len(blocks) < 8 {
		t.Fatalf("%d blocks of commands", len(blocks))
	}
	for _, b := range blocks {
		out, err := exec.Command("sh", "-ec", b[1]).CombinedOutput()
		if err != nil {
			t.Fatalf("%v in\n%s\n%s", err, b[1], out)
		}
		t.Logf("%s%s", b[1], out)
		if strings.Contains(b[1], "as expected") != strings.Contains(string(out), "without a ledger") {
			t.Errorf("lake files without a ledger: %s", out)
		}
	}
	for _, name := range []string{".seamark", "backup", "backup2", "least", "restored"} {
		got, n, err := check.RowHash(filepath.Join(name, "lake"))
		if err != nil || got != want || n != rows {
			t.Errorf("%s holds %d rows, want the same %d: %v", name, n, rows, err)
		}
	}
}
