#!/usr/bin/env bash
# Start MiniStack, an emulator of AWS, for the tests of collector/aws.
#
#   scripts/ministack/start.sh [PORT [DATA_DIR]]     default: 4570 /var/tmp/ministack-data-<PORT>
#
# Standard output is one line: the process id. All else goes to standard error. One that
# already runs on DATA_DIR is left as it is and its id printed. Stop it with
# scripts/ministack/stop.sh DATA_DIR. It keeps everything in memory: an account is a
# 12-digit access key, and begins empty.
#
# It is installed once from PyPI, below .cache, exactly as requirements.txt names it: each file by
# its hash. To raise the version: printf '%s\n' ministack==<version> cbor2 | pip-compile --generate-hashes
# --strip-extras --no-emit-index-url --no-emit-find-links --no-header -o requirements.txt -
#
# Environment: MINISTACK_PYTHON (a Python 3.10 or later; found by itself)
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
port=${1:-4570}
data=$(realpath -m "${2:-/var/tmp/ministack-data-$port}")
url=http://127.0.0.1:$port

say() { echo "ministack: $*" >&2; }
die() { say "$*"; exit 1; }
running() { [ -f "$data/pid" ] && kill -0 "$(cat "$data/pid")" 2>/dev/null; }
answers() { curl -fs -m 2 -o /dev/null "$url/_ministack/health"; }

if running && answers; then
  say "runs already at $url (data $data)"
  cat "$data/pid"
  exit 0
fi
curl -s -m 2 -o /dev/null "$url/" && die "another server answers at $url: stop it, or name another port"

mkdir -p "$data"
venv=$("$here/../venv.sh" "$here/requirements.txt" 3.10 "${MINISTACK_PYTHON:-}")

cd "$data"
env -i PATH="$PATH" HOME="$data" TMPDIR="$data" BIND_HOST=127.0.0.1 GATEWAY_PORT="$port" \
  setsid "$venv/bin/ministack" >"$data/stdout.log" 2>&1 </dev/null &
pid=$!
echo "$pid" >"$data/pid"
for _ in $(seq 1 150); do
  kill -0 "$pid" 2>/dev/null || { tail -20 "$data/stdout.log" >&2; rm -f "$data/pid"; die "it died; its log is $data/stdout.log"; }
  if answers; then
    say "is up at $url (data $data)"
    echo "$pid"
    exit 0
  fi
  sleep 0.2
done
kill "$pid"
die "no answer after 30 s; its log is $data/stdout.log"
