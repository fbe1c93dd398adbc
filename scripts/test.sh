#!/usr/bin/env bash
# Everything that must hold, on a fresh machine too: sets up what is missing, starts the
# servers that the tests talk to, and stops them. Nothing is skipped silently.
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p .cache bin
began=$SECONDS
passed=0
step() { # name, command...
	local name=$1 at=$SECONDS
	shift
	echo "== $name"
	"$@" || { echo "== $name FAILED after $((SECONDS - at)) s"; exit 1; }
	echo "== $name passed in $((SECONDS - at)) s"
	passed=$((passed + 1))
}
# The fast tests. What needs a server has its own step below, so CI is not told here.
# Properties draw from a fixed seed, so that a run can be repeated; `make unit` draws anew.
unit() {
	local drawing all
	drawing=$(grep -rlF 'pgregory.net/rapid' --include='*_test.go' . | xargs -n1 dirname | sort -u)
	all=$(go list -f '{{.Dir}}' ./... | sed "s#^$PWD#.#" | sort -u)
	env -u CI go test $(comm -23 <(echo "$all") <(echo "$drawing")) &&
		env -u CI go test $drawing -rapid.seed="${SEED:-20261122}"
}
port=$((20000 + RANDOM % 20000))
data=$(mktemp -d /var/tmp/seamark-test-opensearch.XXXXXX)
s3port=$((port + 1))
s3data=$(mktemp -d /var/tmp/seamark-test-s3.XXXXXX)
awsdata=$(mktemp -d /var/tmp/seamark-test-aws.XXXXXX)
aws=(SEAMARK_MINISTACK="http://127.0.0.1:$((port + 2))" SEAMARK_LOCALEMU="http://127.0.0.1:$((port + 3))")
trap 'scripts/opensearch/stop.sh "$data" >/dev/null 2>&1 || true; scripts/versitygw/stop.sh "$s3data" >/dev/null 2>&1 || true
	scripts/ministack/stop.sh "$awsdata/ministack" >/dev/null 2>&1 || true; scripts/localemu/stop.sh "$awsdata/localemu" >/dev/null 2>&1 || true
	rm -rf "$data" "$s3data" "$awsdata"' EXIT
s3=(SEAMARK_S3="http://127.0.0.1:$s3port" SEAMARK_S3_DIR="$s3data/buckets")

step setup scripts/setup.sh
step lint scripts/lint.sh
step build go build -o bin/seamark ./cmd/seamark
step unit unit
step fuzz env FUZZTIME="${FUZZTIME:-2s}" scripts/fuzz.sh
step ministack-start scripts/ministack/start.sh "$((port + 2))" "$awsdata/ministack"
step localemu-start scripts/localemu/start.sh "$((port + 3))" "$awsdata/localemu"
step emulators env "${aws[@]}" go test -count=1 ./collector/aws ./collector/cloudtrail
step opensearch-start scripts/opensearch/start.sh "$port" "$data"
step opensearch env SEAMARK_OPENSEARCH="http://127.0.0.1:$port" "${aws[@]}" go test -count=1 ./indexer/... ./internal/app/... ./cmd/seamark
step opensearch-stop scripts/opensearch/stop.sh "$data"
step s3-start scripts/versitygw/start.sh "$s3port" "$s3data"
step s3 env "${s3[@]}" go test -count=1 ./lake/s3
loop=$(scripts/loop.sh)
step end-to-end env SEAMARK_E2E=1 SEAMARK_LOOP="$loop" "${s3[@]}" "${aws[@]}" go test -count=1 -timeout 20m ./internal/... ./cmd/...
step s3-stop scripts/versitygw/stop.sh "$s3data"
step localemu-stop scripts/localemu/stop.sh "$awsdata/localemu"
step ministack-stop scripts/ministack/stop.sh "$awsdata/ministack"
step browser env SEAMARK_BROWSER=1 SEAMARK_SCREENSHOTS="$PWD/.cache/screenshots" go test -count=1 -timeout 20m ./dashboards -run TestWeb
echo "== all of it in $((SECONDS - began)) s; screenshots in .cache/screenshots"
echo "$passed passed, 0 failed"
