package parquetfile_test

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/internal/fleet"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/transformer"
)

// corpus is the rows of a fleet's landing object, file by file as the lake has them.
type corpus struct {
	logs   [][]seamark.Log
	access [][]seamark.AccessLog
	rows   int
}

// fleetRows makes the rows of so many events of all kinds. They own their text.
func fleetRows(t testing.TB, events int) corpus {
	t.Helper()
	l, err := lake.Open(t.Context(), t.TempDir(), false)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if _, err := fleet.WriteObject(&b, 1, events); err != nil {
		t.Fatal(err)
	}
	src, err := transformer.Spool(&b, time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	res, err := transformer.New(l, nil).Transform(t.Context(), src, false)
	if err != nil {
		t.Fatal(err)
	}
	var c corpus
	for _, f := range res.Entry.Files {
		p, _, err := lake.ParseFileKey(f.Key)
		if err != nil {
			t.Fatal(err)
		}
		if p.Table == seamark.TableAccessLogs {
			c.access = append(c.access, collect(t, l.ReadAccessLogs, f))
		} else {
			c.logs = append(c.logs, collect(t, l.ReadLogs, f))
		}
		c.rows += int(f.Rows)
	}
	return c
}

func collect[T any](t testing.TB, read func(lake.FileRef, func([]T) error) error, f lake.FileRef) (rows []T) {
	t.Helper()
	err := read(f, func(batch []T) error {
		for _, r := range batch {
			rows = append(rows, *clone(&r))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// clone copies a row with its text.
func clone[T any](row *T) *T {
	c := *row
	for v, i := reflect.ValueOf(&c).Elem(), 0; i < v.NumField(); i++ {
		if v.Field(i).Kind() == reflect.String {
			v.Field(i).SetString(strings.Clone(v.Field(i).String()))
		}
	}
	return &c
}
