#!/usr/bin/env bash
# Start a real Trino, run the tests that have it read a lake, and stop it.
#
#   scripts/trino/test.sh [go test's arguments]
set -euo pipefail
cd "$(dirname "$0")/../.."
began=$SECONDS
# A port that nobody listens on, as the kernel gives it.
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
data=$(mktemp -d /var/tmp/seamark-test-trino.XXXXXX)
trap 'scripts/trino/stop.sh "$data" || true; rm -rf "$data"' EXIT
trap 'exit 130' INT TERM
scripts/trino/start.sh "$port" "$data" >/dev/null
echo "== Trino is up after $((SECONDS - began)) s"
SEAMARK_TRINO="http://127.0.0.1:$port" SEAMARK_TRINO_FILES="$data/files" go test -count=1 -timeout 20m -v "$@" ./internal/trinotest
echo "== test-athena passed in $((SECONDS - began)) s"
