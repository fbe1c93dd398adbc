#!/usr/bin/env bash
# Stop the S3 gateway that start.sh started.
#
#   scripts/versitygw/stop.sh [DATA_DIR|PORT]     default: port 7070
#
# Nothing running is fine.
set -euo pipefail

data=${1:-7070}
case $data in *[!0-9]*) ;; *) data=/var/tmp/versitygw-data-$data ;; esac
pid=$(cat "$data/pid" 2>/dev/null) || exit 0
# The id may belong to another process by now: only a gateway over this folder is ours.
tr '\0' '\n' <"/proc/$pid/cmdline" 2>/dev/null | grep -Fx "$(realpath "$data")/buckets" >/dev/null || { rm -f "$data/pid"; exit 0; }
kill "$pid" 2>/dev/null || true
for _ in $(seq 1 50); do
  kill -0 "$pid" 2>/dev/null || { rm -f "$data/pid"; exit 0; }
  sleep 0.1
done
kill -KILL "$pid"
rm -f "$data/pid"
