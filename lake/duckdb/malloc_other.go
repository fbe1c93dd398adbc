//go:build !linux

package duckdb

// giveBack has nothing to do where the C library gives memory back by itself.
func giveBack() {}
