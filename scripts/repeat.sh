#!/usr/bin/env bash
# Finds tests that fail sometimes: every package's tests that need no server, N times over in a
# shuffled order, from a seed that is printed when they fail.
#
#   scripts/repeat.sh [-j JOBS] N [PACKAGE…]     (`make repeat N=30`; JOBS: packages at a time, 2)
#
# A line a package: its name, seconds of CPU and by the clock, and the verdict. What one printed is in
# .cache/repeat/<package>.log. It ends with 1 when any failed.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 2
export GOFLAGS="-trimpath -ldflags=-w ${GOFLAGS:-}"
jobs=2
if [ "${1:-}" = -j ]; then jobs=$2; shift 2; fi
case "${1:-}" in '' | *[!0-9]* | 0) echo "usage: scripts/repeat.sh [-j JOBS] N [PACKAGE…]" >&2; exit 2 ;; esac
export N=$1
shift
mkdir -p .cache/repeat

line() { printf '%-52s %5d %5d  %s\n' "$@"; }

# repeat PACKAGE FOLDER: builds its tests, and runs them N times in one process.
repeat() {
	local name=${1#*/*/} log verdict=passed TIMEFORMAT='%0U %0S %0R' took
	log=$PWD/.cache/repeat/${name//\//-}.log
	go test -c -o "$log.test" "$1" >"$log" 2>&1 || { line "$1" 0 0 "does not build"; return 1; }
	[ -e "$log.test" ] || return 0 # it has no tests
	took=$({ time (cd "$2" && env -u CI "$log.test" -test.count="$N" -test.shuffle=on -test.timeout=3h >"$log" 2>&1 </dev/null); } 2>&1) || verdict=FAILED
	rm -f "$log.test"
	grep -q '^FAIL\|^panic:' "$log" && verdict=FAILED
	read -r user system clock <<<"$(tail -1 <<<"$took")"
	line "$1" $((user + system)) "$clock" $verdict
	[ $verdict = passed ]
}
export -f line repeat

go list -f '{{.ImportPath}} {{.Dir}}' "${@:-./...}" | xargs -P "$jobs" -L 1 bash -c 'repeat "$@"' repeat
exit "${PIPESTATUS[1]}"
