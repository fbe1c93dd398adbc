#!/usr/bin/env bash
# Start LocalEmu, another emulator of AWS, for the tests of collector/aws and collector/cloudtrail.
#
#   scripts/localemu/start.sh [PORT [DATA_DIR]]     default: 4580 /var/tmp/localemu-data-<PORT>
#
# Standard output is one line: the process id. All else goes to standard error. One that
# already runs on DATA_DIR is left as it is and its id printed. Stop it with
# scripts/localemu/stop.sh DATA_DIR. It keeps everything in memory: an account is a
# 12-digit access key, and begins empty.
#
# It is installed once from PyPI, below .cache, exactly as requirements.txt names it: each file by
# its hash. To raise the version: echo localemu==<version> | pip-compile --generate-hashes
# --strip-extras --no-emit-index-url --no-emit-find-links --no-header -o requirements.txt -
#
# Environment: LOCALEMU_PYTHON (a Python 3.13 or later; found by itself)
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
port=${1:-4580}
data=$(realpath -m "${2:-/var/tmp/localemu-data-$port}")
url=http://127.0.0.1:$port

say() { echo "localemu: $*" >&2; }
die() { say "$*"; exit 1; }
running() { [ -f "$data/pid" ] && kill -0 "$(cat "$data/pid")" 2>/dev/null; }
answers() { curl -fs -m 2 -o /dev/null "$url/_localemu/health"; }

if running && answers; then
  say "runs already at $url (data $data)"
  cat "$data/pid"
  exit 0
fi
curl -s -m 2 -o /dev/null "$url/" && die "another server answers at $url: stop it, or name another port"

mkdir -p "$data"
venv=$("$here/../venv.sh" "$here/requirements.txt" 3.13 "${LOCALEMU_PYTHON:-}")

# It listens on all interfaces, whatever --host says: its server is not told. And its
# CloudTrail events take a second to EventBridge, not the minute that AWS may take.
program='
import localemu.services.cloudtrail.recording_hook as trail
trail._EVB_FORWARDING_DELAY_SECONDS = 1
from functools import partial
from twisted.internet import endpoints
endpoints.TCP4ServerEndpoint = partial(endpoints.TCP4ServerEndpoint, interface="127.0.0.1")
from localemu.cli.main import cli
cli()'
cd "$data"
env -i PATH="$PATH" HOME="$data" TMPDIR="$data" LOCALEMU_VOLUME_DIR="$data/volume" SKIP_SSL_CERT_DOWNLOAD=1 DNS_ADDRESS=0 \
  setsid "$venv/bin/python" -c "$program" start --host 127.0.0.1 --port "$port" >"$data/stdout.log" 2>&1 </dev/null &
pid=$!
echo "$pid" >"$data/pid"
for _ in $(seq 1 300); do
  kill -0 "$pid" 2>/dev/null || { tail -20 "$data/stdout.log" >&2; rm -f "$data/pid"; die "it died; its log is $data/stdout.log"; }
  if answers; then
    say "is up at $url (data $data)"
    echo "$pid"
    exit 0
  fi
  sleep 0.2
done
kill "$pid"
die "no answer after 60 s; its log is $data/stdout.log"
