package athena_test

import (
	"slices"
	"testing"

	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/lake/athena"
)

// counted counts listings.
type counted struct {
	lake.Store
	n int
}

func (c *counted) Folders(prefix string) ([]string, error) {
	c.n++
	return c.Store.Folders(prefix)
}

// Products and environments of both tables are found, each once; what is no partition is
// not; and it costs a listing for each table and product, however many files there are.
func TestNamesOf(t *testing.T) {
	d, err := lake.OpenDir(t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{
		"lake/logs/product=booking/environment=prod/date=2026-11-22/hour=08/a", "lake/logs/product=booking/environment=prod/date=2026-11-22/hour=09/b",
		"lake/logs/product=booking/environment=dev/date=2026-11-22/hour=08/a", "lake/access_logs/product=quote/environment=qa/date=2026-11-22/hour=08/a",
		"lake/access_logs/product=booking/environment=prod/x", "lake/logs/product=a,b/environment=prod/x", "lake/logs/product=UPPER/environment=prod/x", "lake/logs/other/environment=x/y", "lake/logs/product=quote/x=y/z",
		"lake/other/product=foreign/environment=foreign/x",
	} {
		if err := d.PutBytes(key, nil); err != nil {
			t.Fatal(err)
		}
	}
	c := &counted{Store: d}
	got, err := athena.NamesOf(c)
	if err != nil || !slices.Equal(got.Products, []string{"booking", "quote"}) || !slices.Equal(got.Environments, []string{"dev", "prod", "qa"}) {
		t.Errorf("%+v, %v", got, err)
	}
	if c.n != 2+4 {
		t.Errorf("%d listings", c.n)
	}
	empty, err := lake.OpenDir(t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := athena.NamesOf(empty); err != nil || len(got.Products)+len(got.Environments) != 0 {
		t.Errorf("an empty lake: %+v, %v", got, err)
	}
}
