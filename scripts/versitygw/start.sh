#!/usr/bin/env bash
# Start a real S3 gateway over a folder (versitygw) for tests and developers.
#
#   scripts/versitygw/start.sh [PORT [DATA_DIR]]     default: 7070 /var/tmp/versitygw-data-<PORT>
#
# Standard output is one line: the process id. All else goes to standard error. Buckets are
# the folders below DATA_DIR/buckets; user and password are "seamark" and "seamark-secret".
# A gateway that already runs on DATA_DIR is left as it is and its id printed. Stop it with
# scripts/versitygw/stop.sh DATA_DIR. The program is built once, below VERSITYGW_CACHE, by
# `go install`; DATA_DIR must lie on a file system with extended attributes.
#
# Environment: VERSITYGW_CACHE (/var/tmp/versitygw-dev)
set -euo pipefail

version=v1.8.0
port=${1:-7070}
data=$(realpath -m "${2:-/var/tmp/versitygw-data-$port}")
cache=${VERSITYGW_CACHE:-/var/tmp/versitygw-dev}
program=$cache/versitygw-$version
url=http://127.0.0.1:$port

say() { echo "versitygw: $*" >&2; }
die() { say "$*"; exit 1; }
running() { [ -f "$data/pid" ] && kill -0 "$(cat "$data/pid")" 2>/dev/null; }
# Without a signature every request is refused: that is an answer too.
answers() { curl -s -m 2 -o /dev/null "$url/"; }

if running && answers; then
  say "runs already at $url (data $data)"
  cat "$data/pid"
  exit 0
fi
answers && die "another server answers at $url: stop it, or name another port"

mkdir -p "$cache" "$data/buckets"
( # one at a time
  flock 9
  [ -x "$program" ] && exit 0
  say "building $version once; it takes minutes"
  cd "$cache" # not in this module: its go.mod is not concerned
  GOFLAGS= GOBIN=$cache/bin go install "github.com/versity/versitygw/cmd/versitygw@$version" >&2
  mv "$cache/bin/versitygw" "$program"
) 9>"$cache/.lock"

ROOT_ACCESS_KEY=seamark ROOT_SECRET_KEY=seamark-secret VGW_PORT=127.0.0.1:$port \
  setsid "$program" --quiet --keep-alive posix "$data/buckets" >"$data/stdout.log" 2>&1 </dev/null &
pid=$!
echo "$pid" >"$data/pid"
for _ in $(seq 1 100); do
  kill -0 "$pid" 2>/dev/null || { tail -20 "$data/stdout.log" >&2; rm -f "$data/pid"; die "it died; its log is $data/stdout.log"; }
  if answers; then
    say "$version is up at $url (data $data)"
    echo "$pid"
    exit 0
  fi
  sleep 0.1
done
kill "$pid"
die "no answer after 10 s; its log is $data/stdout.log"
