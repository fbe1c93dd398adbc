#!/usr/bin/env bash
# What a release must survive: the faults of the real processes as often as a release
# demands, each test with its seed, and internal/check after every one. Takes hours;
# SCALE=10 does a tenth of it. What scripts/test.sh does in minutes is the same with
# smaller figures.
#
#   scripts/torture.sh [go test's arguments]      such as -run PowerCuts -seed 7
#
# Not here yet: 10^9 fuzz executions (`FUZZTIME=1h make fuzz`), a soak of 24 h.
set -euo pipefail
cd "$(dirname "$0")/.."
scale=${SCALE:-1}
times() { echo $((($1 + scale - 1) / scale)); }
mkdir -p .cache bin
log=.cache/torture.log
go build -o bin/seamark ./cmd/seamark
loop=$(scripts/loop.sh)
s3data=$(mktemp -d /var/tmp/seamark-torture-s3.XXXXXX)
. scripts/ports.sh
reserve_port
s3port=$reserved
trap 'scripts/versitygw/stop.sh "$s3data" >/dev/null 2>&1 || true; rm -rf "$s3data"' EXIT
scripts/versitygw/start.sh "$s3port" "$s3data"
began=$SECONDS
export SEAMARK_S3="http://127.0.0.1:$s3port" SEAMARK_S3_DIR="$s3data/buckets"
env SEAMARK_E2E=1 SEAMARK_TORTURE=1 SEAMARK_LOOP="$loop" SEAMARK_BINARY="$PWD/bin/seamark" \
	SEAMARK_KILLS="$(times 500)" SEAMARK_CUTS="$(times 2000)" SEAMARK_FILLS="$(times 50)" \
	SEAMARK_VERB_KILLS="$(times 200)" SEAMARK_VERB_CUTS="$(times 200)" SEAMARK_RACES="$(times 200)" SEAMARK_CLOCKS="$(times 100)" \
	go test -count=1 -timeout 24h -v ./internal/torture "$@" 2>&1 | tee "$log" | grep -E --line-buffered '^(=== RUN|---|    ---|ok|FAIL|PASS)|_test.go'
if [ $# -eq 0 ]; then # the stores, the transformer and the collector, without processes
	env SEAMARK_TORTURE=1 go test -count=1 -timeout 24h ./lake/... ./transformer/... ./collector ./collector/state ./collector/history ./collector/rehearsal
fi
echo "== torture passed in $((SECONDS - began)) s; its log is $log"
[ "$loop" = 1 ] || echo "!! without power cuts and full disks"
