#!/usr/bin/env bash
# Stop the OpenSearch that start.sh started.
#
#   scripts/opensearch/stop.sh [--kill] [DATA_DIR|PORT]     default: port 9200
#
# --kill ends it at once, as a crash would. Nothing running is fine.
set -euo pipefail

signal=TERM
if [ "${1:-}" = --kill ]; then signal=KILL; shift; fi
data=${1:-9200}
case $data in *[!0-9]*) ;; *) data=/var/tmp/opensearch-data-$data ;; esac

pid=$(cat "$data/pid" 2>/dev/null) || exit 0
# The id may belong to another process by now: only a server on this folder is ours.
tr '\0' '\n' <"/proc/$pid/environ" 2>/dev/null | grep -Fx "OPENSEARCH_PATH_CONF=$(realpath "$data")/config" >/dev/null || { rm -f "$data/pid"; exit 0; }
kill -s "$signal" "$pid" 2>/dev/null || true
for _ in $(seq 1 60); do
  kill -0 "$pid" 2>/dev/null || { rm -f "$data/pid"; exit 0; }
  sleep 0.5
done
kill -KILL "$pid"
rm -f "$data/pid"
