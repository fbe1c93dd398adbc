#!/usr/bin/env bash
# Stop the Trino that start.sh started.
#
#   scripts/trino/stop.sh DATA_DIR
#
# Nothing running is fine.
set -euo pipefail

data=$(realpath -m "${1:?data folder}")
pid=$(cat "$data/pid" 2>/dev/null) || exit 0
# The id may belong to another process by now: only a server on this folder is ours.
tr '\0' '\n' <"/proc/$pid/cmdline" 2>/dev/null | grep -F "$data/etc" >/dev/null || { rm -f "$data/pid"; exit 0; }
kill "$pid" 2>/dev/null || true
for _ in $(seq 1 60); do
  kill -0 "$pid" 2>/dev/null || { rm -f "$data/pid"; exit 0; }
  sleep 0.5
done
kill -KILL "$pid"
rm -f "$data/pid"
