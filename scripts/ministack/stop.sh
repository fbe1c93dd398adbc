#!/usr/bin/env bash
# Stop the MiniStack that start.sh started.
#
#   scripts/ministack/stop.sh [DATA_DIR|PORT]     default: port 4570
#
# Nothing running is fine.
set -euo pipefail

data=${1:-4570}
case $data in *[!0-9]*) ;; *) data=/var/tmp/ministack-data-$data ;; esac
pid=$(cat "$data/pid" 2>/dev/null) || exit 0
# The id may belong to another process by now: only a MiniStack in this folder is ours.
if [ "$(readlink "/proc/$pid/cwd" 2>/dev/null)" != "$(realpath "$data")" ]; then
  rm -f "$data/pid"
  exit 0
fi
kill "$pid" 2>/dev/null || true
for _ in $(seq 1 50); do
  kill -0 "$pid" 2>/dev/null || { rm -f "$data/pid"; exit 0; }
  sleep 0.1
done
kill -KILL "$pid"
rm -f "$data/pid"
