#!/usr/bin/env bash
# parquet-go 0.32.0: reading a small file into a large slice costs an allocation for each row and column that is not there.
#
# Expected: GenericReader.Read "reads the next rows from the reader into the given rows slice up to
#   len(rows)"; as with io.Reader, a slice larger than what is left costs no more than one that fits.
# Seen: once a column is at its end, it is asked again for each row of the slice that is not filled,
#   and each time a page header is made and decoded from nothing. Five rows of 40 columns read into a
#   slice of 512 make over 20,000 objects more than into a slice of five. Not asking for more rows
#   than NumRows() says are left avoids it.
# For who keeps logs: small files are what a lake has most of before compaction, and a batch of some
#   hundred rows is what one reads them with; nine tenths of the time can go here.
set -euo pipefail
room=$(mktemp -d) && trap 'chmod -R u+w "$room"; rm -rf "$room"' EXIT && cd "$room"
cat >go.mod <<'END'
module finding

go 1.25

require github.com/parquet-go/parquet-go v0.32.0
END
cat >main.go <<'END'
package main

import (
	"bytes"
	"fmt"
	"reflect"
	"testing"

	"github.com/parquet-go/parquet-go"
)

// Columns are 40 text columns.
type Columns struct {
	A0, A1, A2, A3, A4, A5, A6, A7, A8, A9 string
	B0, B1, B2, B3, B4, B5, B6, B7, B8, B9 string
	C0, C1, C2, C3, C4, C5, C6, C7, C8, C9 string
	D0, D1, D2, D3, D4, D5, D6, D7, D8, D9 string
}

func main() {
	var file bytes.Buffer
	w := parquet.NewGenericWriter[Columns](&file)
	w.Write(make([]Columns, 5))
	w.Close()
	read := func(slice int) (n int, allocations float64) {
		allocations = testing.AllocsPerRun(10, func() {
			r := parquet.NewGenericReader[Columns](bytes.NewReader(file.Bytes()))
			n, _ = r.Read(make([]Columns, slice))
			r.Close()
		})
		return n, allocations
	}
	n, fits := read(5)
	m, large := read(512)
	columns := reflect.TypeFor[Columns]().NumField()
	more := (large - fits) / float64((512-5)*columns)
	fmt.Printf("rows read: %d and %d\n", n, m)
	fmt.Printf("objects more for each absent row and column: %.0f\n", more)
}
END
GOFLAGS=-mod=mod go run . >got 2>log || { cat log; exit 2; }
cat >seen <<'END'
rows read: 5 and 5
objects more for each absent row and column: 1
END
cat got; diff seen got && echo "still so"
