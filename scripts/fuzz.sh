#!/usr/bin/env bash
# Runs every fuzz target for FUZZTIME (default 5s) each.
set -euo pipefail
cd "$(dirname "$0")/.."
grep -rlE '^func Fuzz' --include='*_test.go' . | xargs -n1 dirname | sort -u | while read -r folder; do
	grep -hoE '^func Fuzz[A-Za-z0-9_]+' "$folder"/*_test.go | sed 's/^func //' | while read -r target; do
		printf 'fuzz %s %s: ' "$folder" "$target"
		go test -run '^$' -fuzz "^$target\$" -fuzztime "${FUZZTIME:-5s}" -fuzzminimizetime 5x "$folder" </dev/null >.cache/fuzz.log 2>&1 ||
			{ echo failed; cat .cache/fuzz.log; exit 1; }
		grep -oE 'execs: [0-9]+' .cache/fuzz.log | tail -1 | grep . || echo 'the known inputs alone' # a large cache of them takes all the time
	done
done
