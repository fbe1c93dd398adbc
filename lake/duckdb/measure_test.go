package duckdb_test

import (
	"testing"

	"github.com/seamark-hq/seamark/query/querytest"
)

// What one statement counts is what it means of the rows.
func TestMeasureMeansTheSame(t *testing.T) {
	db, all := generated(t, 400)
	querytest.Measures(t, "DuckDB", db, all, generatedHour)
}
