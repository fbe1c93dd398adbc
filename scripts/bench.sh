#!/usr/bin/env bash
# Measures the transform against DuckDB (from PyPI, one thread) in the same run, two cores, redaction,
# lookups, compaction, the front door and the collector, and writes docs/benchmarks.md. ONLY=transform,… runs less.
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p .cache
if [ ! -x .cache/venv/bin/python ]; then
	python3 -m venv .cache/venv
	.cache/venv/bin/pip install -q duckdb==1.5.5
fi
go run ./internal/bench -seamark bin/seamark -python .cache/venv/bin/python -events "${EVENTS:-600000}" -rounds "${ROUNDS:-5}" -files "${FILES:-10000}" -only "${ONLY:-}" -out docs/benchmarks.md
