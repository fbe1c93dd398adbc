package ingest_test

import (
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/collector/ingest"
)

func TestLoadOrCreateKey(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data", "firehose.key")
	key, created, err := ingest.LoadOrCreateKey(path)
	if err != nil || !created {
		t.Fatalf("got %v, %v", created, err)
	}
	if b, err := base64.RawURLEncoding.DecodeString(key); err != nil || len(b) != 32 {
		t.Errorf("key %q is not 32 bytes in base64url", key)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode: got %v, %v", info.Mode(), err)
	}
	again, created, err := ingest.LoadOrCreateKey(path)
	if err != nil || created || again != key {
		t.Errorf("second time: got %q, %v, %v", again, created, err)
	}
	if entries, _ := os.ReadDir(filepath.Dir(path)); len(entries) != 1 {
		t.Errorf("left behind: %v", entries)
	}
}

func TestLoadKeyFaults(t *testing.T) {
	for _, tc := range []struct {
		name, text string
		mode       os.FileMode
		says       string
	}{
		{"world can read", strings.Repeat("k", 43), 0o644, "others can read"},
		{"group can read", strings.Repeat("k", 43), 0o640, "others can read"},
		{"empty", "", 0o600, "no access key"},
		{"short", "k", 0o600, "no access key"},
		{"two lines", strings.Repeat("k", 20) + "\n" + strings.Repeat("k", 20), 0o600, "no access key"},
		{"endless", strings.Repeat("k", 5000), 0o600, "no access key"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "key")
			if err := os.WriteFile(path, []byte(tc.text), tc.mode); err != nil {
				t.Fatal(err)
			}
			_, _, err := ingest.LoadOrCreateKey(path)
			fault, ok := errors.AsType[*seamark.Fault](err)
			if !ok || !strings.Contains(fault.What, tc.says) || fault.Remedy == "" || fault.Where != path {
				t.Errorf("got %v, want %q", err, tc.says)
			}
			if strings.Contains(err.Error(), "kkk") {
				t.Error("the error tells the key")
			}
		})
	}
}

func TestCreateKeyRace(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	keys := make([]string, 8)
	var wg sync.WaitGroup
	for i := range keys {
		wg.Go(func() { keys[i], _, _ = ingest.LoadOrCreateKey(path) })
	}
	wg.Wait()
	for _, k := range keys {
		if k == "" || k != keys[0] {
			t.Fatalf("got different keys: %q", keys)
		}
	}
}
