#!/usr/bin/env bash
# Measures the transform against DuckDB (from PyPI, one thread) in the same run, two cores, redaction,
# lookups, search, the ledger, compaction, the front door, the collector, the alerter, rules and the functions, and writes docs/benchmarks.md. ONLY=transform,… runs less.
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p .cache
if [ ! -x .cache/venv/bin/python ]; then
	python3 -m venv .cache/venv
	.cache/venv/bin/pip install -q duckdb==1.5.5
fi
# A plain Alertmanager of the version that is linked, from its module, with an empty page in place of the one that npm builds.
if [ ! -x .cache/alertmanager ]; then
	am=$(mktemp -d)
	trap 'rm -rf "$am"' EXIT
	cp -r "$(go list -m -f '{{.Dir}}' github.com/prometheus/alertmanager)/." "$am"
	chmod -R u+w "$am"
	mkdir -p "$am/ui/app/dist" && echo '<html></html>' >"$am/ui/app/dist/index.html"
	(cd "$am" && go build -o "$OLDPWD/.cache/alertmanager" ./cmd/alertmanager)
fi
go run ./internal/bench -alertmanager .cache/alertmanager -rows "${ROWS:-10000000}" -seamark bin/seamark -python .cache/venv/bin/python -events "${EVENTS:-600000}" -rounds "${ROUNDS:-5}" -files "${FILES:-10000}" -objects "${OBJECTS:-1000000}" -only "${ONLY:-}" -out docs/benchmarks.md
