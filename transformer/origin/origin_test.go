package origin_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/transformer"
	"github.com/seamark-hq/seamark/transformer/origin"
)

const key = "landing/2026/11/22/08/a.json"

func payload(message string) []byte {
	return fmt.Appendf(nil, `{"messageType":"DATA_MESSAGE","owner":"222222222222","logGroup":"/ecs/shop","logStream":"s","subscriptionFilters":["seamark/1/booking/prod/web/eu-central-1/shop"],"logEvents":[{"id":"1","timestamp":1795334400000,"message":%q}]}`, message)
}

// rig is an empty lake, and a bucket of which each address "s3://bucket/key" tells.
type rig struct {
	*origin.Objects
	lake   *lake.Lake
	bucket *lake.Dir
}

func newRig(t *testing.T) *rig {
	t.Helper()
	l, err := lake.Open(t.Context(), t.TempDir(), false)
	if err != nil {
		t.Fatal(err)
	}
	bucket, err := lake.OpenDir(t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return &rig{lake: l, bucket: bucket, Objects: origin.New(l, func(address string) (lake.Store, string, error) {
		name, key, _ := strings.Cut(strings.TrimPrefix(address, "s3://"), "/")
		if name != "bucket" {
			return nil, "", &seamark.Fault{Class: seamark.Rejected, What: "there is no such bucket", Where: address}
		}
		return bucket, key, nil
	})}
}

// Landing objects are found by key, path, file:// URL and address in S3, and listed likewise.
func TestOpenAndWalk(t *testing.T) {
	r := newRig(t)
	if err := r.lake.PutBytes(key, payload("in the lake")); err != nil {
		t.Fatal(err)
	}
	if err := r.bucket.PutBytes(key, payload("in the bucket")); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "b.json")
	if err := os.WriteFile(file, payload("in a file"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, url := range []string{key, file, "file://" + file, "s3://bucket/" + key} {
		src, err := r.Open(url)
		if err != nil {
			t.Errorf("%s: %v", url, err)
			continue
		}
		src.Close()
	}
	for url, want := range map[string]string{"s3://bucket": "a bucket is not a landing object", "s3://other/x": "there is no such bucket", file + "x": "no such file"} {
		if _, err := r.Open(url); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", url, err)
		}
	}
	for address, want := range map[string]string{"": key, filepath.Dir(file): "file://" + file, "s3://bucket/landing": r.bucket.Root() + "/" + key} {
		var got []string
		err := r.Walk(t.Context(), address, func(url string, size int64, arrival time.Time) {
			if got = append(got, url); size == 0 || arrival.IsZero() {
				t.Errorf("%s: %d bytes, arrived %v", url, size, arrival)
			}
		})
		if err != nil || !slices.Equal(got, []string{want}) {
			t.Errorf("%q: %v, %v, want %s", address, got, err, want)
		}
	}
	if err := r.Walk(t.Context(), filepath.Join(filepath.Dir(file), "nothing"), nil); seamark.ClassOf(err) != seamark.Rejected {
		t.Errorf("a folder that is not there: %v", err)
	}
}

// An entry's object is found where a copy of it lies, and one with other bytes is refused.
func TestOf(t *testing.T) {
	r := newRig(t)
	if err := r.lake.PutBytes(key, payload("one")); err != nil {
		t.Fatal(err)
	}
	src, err := r.Open(key)
	if err != nil {
		t.Fatal(err)
	}
	res, err := transformer.New(r.lake, nil).Transform(t.Context(), src, false)
	src.Close()
	if err != nil {
		t.Fatal(err)
	}
	e := *res.Entry
	open := func() error {
		src, err := r.Of(&e)
		if err == nil {
			src.Close()
		}
		return err
	}
	if err := open(); err != nil {
		t.Error(err)
	}
	if err := r.lake.PutBytes(key, payload("two")); err != nil {
		t.Fatal(err)
	}
	if err := open(); err == nil || !strings.Contains(err.Error(), "other bytes") {
		t.Errorf("other bytes: %v", err)
	}
	if err := r.lake.Remove(key); err != nil {
		t.Fatal(err)
	}
	if err := open(); err == nil || !strings.Contains(err.Error(), "is gone") {
		t.Errorf("gone: %v", err)
	}
	if err := r.bucket.PutBytes(key, payload("one")); err != nil {
		t.Fatal(err)
	}
	e.Also = []lake.Origin{{URL: "s3://bucket/" + key}}
	if err := open(); err != nil {
		t.Errorf("a copy: %v", err)
	}
	e.Origin.URL, e.Also = "-", nil
	if err := open(); err == nil || !strings.Contains(err.Error(), "standard input") {
		t.Errorf("of standard input: %v", err)
	}
}

// An object that fails holds up no other, and what is done already is skipped.
func TestTransform(t *testing.T) {
	r := newRig(t)
	var files []string
	for i := range 3 {
		name := filepath.Join(t.TempDir(), "x.json")
		if err := os.WriteFile(name, payload(fmt.Sprint(i)), 0o600); err != nil {
			t.Fatal(err)
		}
		files = append(files, name)
	}
	files[1] += ".missing"
	run := func(ctx context.Context) (origin.Result, int, error) {
		return r.Transform(ctx, origin.Options{Files: files, Transformer: transformer.New(r.lake, nil),
			Failed: func(name string, err error) {
				if name != files[1] || !errors.Is(err, fs.ErrNotExist) {
					t.Errorf("%s: %v", name, err)
				}
			}})
	}
	for i, want := range []origin.Result{{Objects: 2, Events: 2, Rows: 2, FilesWritten: 2}, {ObjectsSkipped: 2}} {
		got, failed, err := run(t.Context())
		got.BytesIn, got.Took = 0, 0
		if err != nil || failed != 1 || got != want {
			t.Errorf("run %d: %+v, %d failed, %v", i, got, failed, err)
		}
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, failed, err := run(ended); !errors.Is(err, context.Canceled) || failed != 0 {
		t.Errorf("ended: %d failed, %v", failed, err)
	}
}
