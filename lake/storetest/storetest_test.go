package storetest_test

import (
	"testing"

	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/lake/storetest"
)

func TestDir(t *testing.T) {
	storetest.Run(t, func(t *testing.T) lake.Store {
		d, err := lake.OpenDir(t.TempDir(), nil)
		if err != nil {
			t.Fatal(err)
		}
		return d
	})
}
