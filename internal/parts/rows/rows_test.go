package rows_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/internal/config"
	"github.com/seamark-hq/seamark/internal/parts/rows"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/transformer"
)

// What the configuration says must not be stored is not stored, under the key it names.
func TestRowOptionsRedact(t *testing.T) {
	key := filepath.Join(t.TempDir(), "key")
	for _, c := range []struct{ key, fault string }{{"0123456789abcdef", ""}, {"short", "too short"}} {
		if err := os.WriteFile(key, []byte(c.key+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		cfg, err := config.Parse("test", []byte("redact: {keyFile: "+key+", rules: [{name: mail, patterns: [email], action: hash}]}"))
		if err != nil {
			t.Fatal(err)
		}
		o, err := rows.Options(cfg)
		if c.fault != "" {
			if err == nil || !strings.Contains(err.Error(), c.fault) || strings.Contains(err.Error(), c.key+"\n") || seamark.ClassOf(err) != seamark.Rejected {
				t.Errorf("key %q: %v", c.key, err)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if got := storedMessage(t, o); strings.Contains(got, "bob@example.com") || !strings.HasPrefix(got, "hello [mail-") {
			t.Errorf("stored %q", got)
		}
	}
}

// storedMessage is the message of the only row that a line with an address becomes.
func storedMessage(t *testing.T, o *transformer.Options) (message string) {
	t.Helper()
	l, err := lake.Open(context.Background(), t.TempDir(), false)
	if err != nil {
		t.Fatal(err)
	}
	const payload = `{"messageType":"DATA_MESSAGE","owner":"1","logGroup":"g","logStream":"s","subscriptionFilters":[],"logEvents":[{"id":"1","timestamp":1656575735341,"message":"hello bob@example.com"}]}`
	src, err := transformer.Spool(bytes.NewReader([]byte(payload)), time.UnixMilli(1656575735341))
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	if _, err := transformer.New(l, o).Transform(context.Background(), src, false); err != nil {
		t.Fatal(err)
	}
	for _, f := range l.Files(seamark.TableLogs, seamark.Span{}) {
		if err := l.ReadLogs(f.FileRef, func(rows []seamark.Log) error {
			message += rows[0].Message
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	return message
}
