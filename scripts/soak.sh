#!/usr/bin/env bash
# Runs the demo for MINUTES at RATE events per second and measures resident memory every five
# seconds. Fails when its peak is above PEAK_MB, or when the least-squares slope over the minima of
# each minute, from minute WARM on, is above SLOPE_MB_H. Before that 5,000 files go through DuckDB.
set -euo pipefail
cd "$(dirname "$0")/.."
minutes=${MINUTES:-30} rate=${RATE:-3000} peak=${PEAK_MB:-300} slope=${SLOPE_MB_H:-20} warm=${WARM:-10}
[ -n "${SKIP_FILES:-}" ] || SEAMARK_SOAK=1 go test -count 1 -run TestManyFiles ./lake/duckdb
data=$(mktemp -d)
bin/seamark demo --seed "${SEED:-1}" --rate "$rate" --data "$data" >"$data/out" 2>"$data/err" &
pid=$!
trap 'kill -TERM $pid 2>/dev/null || true; wait $pid 2>/dev/null || true; rm -rf "$data"' EXIT
for ((i = 0; i < minutes * 12; i++)); do
	sleep 5
	kb=$(awk '/^VmRSS/ {print $2}' /proc/$pid/status 2>/dev/null) || { echo "soak: the demo has ended:"; tail -5 "$data/err"; exit 1; }
	echo "$((i / 12)) $kb"
done >"$data/rss"
awk -v warm="$warm" -v peak="$peak" -v limit="$slope" -v rate="$rate" -v minutes="$minutes" '
	{ if (!($1 in low) || $2 < low[$1]) low[$1] = $2; if ($2 > most) most = $2 }
	END {
		for (m in low) if (m + 0 >= warm) { n++; x += m; y += low[m]; xx += m * m; xy += m * low[m] }
		slope = n > 1 ? (n * xy - x * y) / (n * xx - x * x) * 60 / 1024 : 0
		printf "soak: %d minutes at %d events/s: peak %.0f MB (at most %d), slope %.1f MB/h over %d minutes (at most %d)\n", minutes, rate, most / 1024, peak, slope, n, limit
		if (n < 2) { print "soak: too short for a slope: MINUTES must be above WARM + 1"; exit 1 }
		exit most / 1024 > peak || slope > limit
	}' "$data/rss"
