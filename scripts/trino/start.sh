#!/usr/bin/env bash
# Start a real Trino, the engine behind Athena, for tests and developers.
#
#   scripts/trino/start.sh PORT DATA_DIR
#
# Standard output is one line: the process id. All else goes to standard error. The URL is
# http://127.0.0.1:PORT, loopback only. The server sees no files but those below
# DATA_DIR/files: lakes are put there; local:///x names DATA_DIR/files/x. Stop it with
# scripts/trino/stop.sh DATA_DIR.
#
# It needs a JDK 24 or newer, Maven and curl.
#
# Environment: TRINO_CACHE (/var/tmp/seamark-trino)  TRINO_HEAP (2G)  TRINO_JAVA_HOME
set -euo pipefail

version=476
port=${1:?port} data=$(realpath -m "${2:?data folder}")
cache=${TRINO_CACHE:-/var/tmp/seamark-trino}
heap=${TRINO_HEAP:-2G}
here=$(cd "$(dirname "$0")" && pwd)
home=$cache/trino-$version
url=http://127.0.0.1:$port

say() { echo "trino: $*" >&2; }
die() { say "$*"; exit 1; }

release() { sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release" 2>/dev/null; }
find_java() {
  local d
  for d in "${TRINO_JAVA_HOME:-}" "${JAVA_HOME:-}" /usr/lib/jvm/*; do
    if [ -x "$d/bin/java" ] && [ "$(release "$d")" -ge 24 ] 2>/dev/null; then echo "$d"; return; fi
  done
  die "no JDK 24 or newer found: install Temurin 25 (package temurin-25-jdk of packages.adoptium.net), or set TRINO_JAVA_HOME"
}

configure() {
  mkdir -p "$data"/{etc/catalog,var,files/metastore}
  # -XX:+ExitOnOutOfMemoryError: a server without memory answers nonsense
  printf '%s\n' -server "-Xmx$heap" -XX:+ExitOnOutOfMemoryError -XX:+UseSerialGC -Dfile.encoding=UTF-8 \
    -Djdk.attach.allowAttachSelf=true --add-modules=jdk.incubator.vector >"$data/etc/jvm.config"
  printf '%s\n' node.environment=test node.id=seamark-1 "node.data-dir=$data/var" node.internal-address=127.0.0.1 node.bind-ip=127.0.0.1 >"$data/etc/node.properties"
  printf '%s\n' coordinator=true node-scheduler.include-coordinator=true "http-server.http.port=$port" "discovery.uri=$url" \
    query.max-memory=512MB query.max-memory-per-node=512MB catalog.management=static >"$data/etc/config.properties"
  # What Athena does by itself: projected partitions that do not exist are empty.
  printf '%s\n' connector.name=hive hive.metastore=file hive.metastore.catalog.dir=local:///metastore fs.native-local.enabled=true "local.location=$data/files" \
    hive.partition-projection-enabled=true hive.non-managed-table-writes-enabled=true hive.ignore-absent-partitions=true hive.parquet.time-zone=UTC >"$data/etc/catalog/hive.properties"
}

running() { [ -f "$data/pid" ] && kill -0 "$(cat "$data/pid")" 2>/dev/null; }
ready() { curl -fs -m 5 "$url/v1/info" 2>/dev/null | grep -q '"starting":false'; }

if running && ready; then
  say "runs already at $url (data $data)"
  cat "$data/pid"
  exit 0
fi
ready && die "another server answers at $url: stop it, or name another port"

java=$(find_java)
command -v mvn >/dev/null || die "mvn is missing: install Maven; Trino comes as a Maven artifact"
mkdir -p "$cache"
( # one at a time
  flock 9
  [ -f "$home/.ready" ] || "$here/assemble.sh" "$version" "$cache" >&2
) 9>"$cache/.lock"
configure

cd "$data"
JAVA_HOME=$java PATH="$java/bin:$PATH" setsid "$home/bin/launcher" run --etc-dir="$data/etc" >"$data/stdout.log" 2>&1 </dev/null &
pid=$!
echo "$pid" >"$data/pid"
for _ in $(seq 1 360); do
  kill -0 "$pid" 2>/dev/null || { tail -40 "$data/stdout.log" >&2; rm -f "$data/pid"; die "the server died; its log is $data/stdout.log"; }
  if ready; then
    say "$version is up at $url (data $data)"
    echo "$pid"
    exit 0
  fi
  sleep 0.5
done
tail -40 "$data/stdout.log" >&2
kill "$pid"
die "not ready after 180 s; its log is $data/stdout.log"
