package transformer_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/transformer"
)

const pipeFormat = "$context.requestId|$context.identity.sourceIp|$context.httpMethod|$context.resourcePath|$context.status"

// formatPayload is a payload whose filter names a format, with one line of it.
func formatPayload(hash, line string) []byte {
	w := vectorOwner
	w.Format = hash
	return bytes.Replace(payload(line), []byte(vectorFilter), []byte(w.FilterName()), 1)
}

// transformIn makes an object of b done in l.
func transformIn(t *testing.T, l *lake.Lake, b []byte, o *transformer.Options) (*lake.Entry, error) {
	t.Helper()
	src, err := transformer.Spool(bytes.NewReader(b), vectorArrival)
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	res, err := transformer.New(l, o).Transform(context.Background(), src, true)
	return res.Entry, err
}

func openLake(t *testing.T) *lake.Lake {
	t.Helper()
	l, err := lake.Open(context.Background(), t.TempDir(), false)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// A format that arrives later makes access logs of what was kept whole before.
func TestFormatArrivesLater(t *testing.T) {
	l := openLake(t)
	hash := lake.FormatHash(pipeFormat)
	b := formatPayload(hash, "r-1|203.0.113.7|GET|/bookings|200")
	e, err := transformIn(t, l, b, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprint(e.Notes), "map[unknown_format:1]"; got != want {
		t.Errorf("notes %s, want %s", got, want)
	}
	if hits := readAll(t, l); len(hits) != 1 || hits[0].Log == nil || hits[0].Log.Message != "r-1|203.0.113.7|GET|/bookings|200" {
		t.Fatalf("%+v", hits)
	}
	if err := l.PutBytes("formats/"+hash, []byte(pipeFormat)); err != nil {
		t.Fatal(err)
	}
	if e, err = transformIn(t, l, b, nil); err != nil || len(e.Notes) != 0 {
		t.Fatalf("%v, notes %v", err, e.Notes)
	}
	if hits := readAll(t, l); len(hits) != 1 || hits[0].Access == nil || hits[0].Access.RequestID != "r-1" {
		t.Fatalf("%+v", hits)
	}
}

// The hash may have 16 to 64 digits; an object whose content does not have the hash, and
// one that is too large, are as good as missing.
func TestFormatObjects(t *testing.T) {
	sum := sha256.Sum256([]byte(pipeFormat))
	full := hex.EncodeToString(sum[:])
	large := pipeFormat + strings.Repeat(" ", 20_000)
	for name, c := range map[string]struct {
		hash, content string
		access        bool
	}{
		"16 digits": {full[:16], pipeFormat, true},
		"64 digits": {full, pipeFormat, true},
		"8 digits":  {full[:8], pipeFormat, false},
		"other":     {full, pipeFormat + "|$context.protocol", false},
		"too large": {lake.FormatHash(large), large, false},
		"empty":     {lake.FormatHash(""), "", false},
	} {
		t.Run(name, func(t *testing.T) {
			l := openLake(t)
			if err := l.PutBytes("formats/"+c.hash, []byte(c.content)); err != nil {
				t.Fatal(err)
			}
			e, err := transformIn(t, l, formatPayload(c.hash, "r-1|203.0.113.7|GET|/bookings|200"), nil)
			if err != nil {
				t.Fatal(err)
			}
			if hits := readAll(t, l); len(hits) != 1 || (hits[0].Access != nil) != c.access {
				t.Errorf("%+v, notes %v", hits, e.Notes)
			}
		})
	}
}

// brokenStore cannot read formats.
type brokenStore struct{ lake.Store }

func (b brokenStore) ReadFile(key string) ([]byte, error) {
	if strings.HasPrefix(key, lake.FormatsFolder) {
		return nil, errors.New("503 Slow Down")
	}
	return b.Store.ReadFile(key)
}

// A store that fails is no missing format: the object is tried again.
func TestFormatStoreFails(t *testing.T) {
	d, err := lake.OpenDir(t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.PutBytes("formats/"+lake.FormatHash(pipeFormat), []byte(pipeFormat)); err != nil {
		t.Fatal(err)
	}
	_, err = transformIn(t, lake.New(brokenStore{d}), formatPayload(lake.FormatHash(pipeFormat), "x"), nil)
	if got, want := seamark.ClassOf(err), seamark.Temporary; err == nil || got != want {
		t.Errorf("%v of class %v, want %v", err, got, want)
	}
}
