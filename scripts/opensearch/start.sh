#!/usr/bin/env bash
# Start a real single-node OpenSearch for tests and developers.
#
#   scripts/opensearch/start.sh [PORT [DATA_DIR]]     default: 9200 /var/tmp/opensearch-data-<PORT>
#   scripts/opensearch/start.sh --find-java           prints the JDK that it would run on
#
# Standard output is one line: the process id. All else goes to standard error.
# The URL is http://127.0.0.1:PORT. A server that already runs on DATA_DIR is left as
# it is and its id printed. Stop it with scripts/opensearch/stop.sh DATA_DIR.
#
# The server is put together from its Maven artifacts with the mvn client as it is set
# up on this machine, once, below OPENSEARCH_CACHE. It needs JDK 11, 17 or 21 (2.x needs
# the security manager, which later ones have lost), mvn, curl and python3. OpenSearch
# refuses to run as root: started by root, it runs as a system user of its own.
#
# Environment: OPENSEARCH_CACHE (/var/tmp/opensearch-dev)  OPENSEARCH_HEAP (1g)
#              OPENSEARCH_JAVA_HOME  OPENSEARCH_USER (opensearch)
set -euo pipefail

version=2.19.4
find=${1:-}
[ "$find" != --find-java ] || set --
port=${1:-9200}
data=$(realpath -m "${2:-/var/tmp/opensearch-data-$port}")
cache=${OPENSEARCH_CACHE:-/var/tmp/opensearch-dev}
heap=${OPENSEARCH_HEAP:-1g}
user=${OPENSEARCH_USER:-opensearch}
here=$(cd "$(dirname "$0")" && pwd)
home=$cache/opensearch-$version
url=http://127.0.0.1:$port

say() { echo "opensearch: $*" >&2; }
die() { say "$*"; exit 1; }

find_java() {
  local v d
  [ -n "${OPENSEARCH_JAVA_HOME:-}" ] && { echo "$OPENSEARCH_JAVA_HOME"; return; }
  for v in 17 21 11; do
    for d in /usr/lib/jvm/java-$v-openjdk* /usr/lib/jvm/temurin-$v-jdk* /usr/lib/jvm/*-$v-*; do
      [ -x "$d/bin/java" ] && { echo "$d"; return; }
    done
  done
  die "no JDK 17, 21 or 11 found: install one, or set OPENSEARCH_JAVA_HOME"
}

[ "$find" != --find-java ] || { find_java; exit; }

configure() {
  mkdir -p "$data"/{config/jvm.options.d,data,logs,tmp,repo}
  cp "$home/config/log4j2.properties" "$data/config/"
  sed -e "s#logs/#$data/logs/#g" -e "s#HeapDumpPath=data#HeapDumpPath=$data#" "$home/config/jvm.options" >"$data/config/jvm.options"
  printf -- '-Xms%s\n-Xmx%s\n' "$heap" "$heap" >"$data/config/jvm.options.d/heap.options"
  cat >"$data/config/opensearch.yml" <<YML
cluster.name: seamark-dev
node.name: seamark-dev-1
path.data: $data/data
path.logs: $data/logs
path.repo: ["$data/repo"]
network.host: 127.0.0.1
http.port: $port
transport.port: 9300-9999
discovery.type: single-node
cluster.routing.allocation.disk.threshold_enabled: false
YML
}

running() { [ -f "$data/pid" ] && kill -0 "$(cat "$data/pid")" 2>/dev/null; }
healthy() { curl -fs -m 5 "$url/_cluster/health?wait_for_status=yellow&timeout=2s" >/dev/null 2>&1; }

if running && healthy; then
  say "runs already at $url (data $data)"
  cat "$data/pid"
  exit 0
fi
healthy && die "another server answers at $url: stop it, or name another port"

java=$(find_java)
mkdir -p "$cache"
( # one at a time
  flock 9
  [ -f "$home/.ready" ] || "$here/assemble.sh" "$version" "$cache" >&2
) 9>"$cache/.lock"
configure

run=()
if [ "$(id -u)" = 0 ]; then
  id "$user" >/dev/null 2>&1 || useradd --system --no-create-home --shell /usr/sbin/nologin "$user"
  chown -R "$user" "$data"
  chmod -R a+rX "$home"
  run=(setpriv --reuid="$user" --regid="$(id -g "$user")" --clear-groups)
fi

cd "$data"
env -u JAVA_HOME OPENSEARCH_JAVA_HOME="$java" OPENSEARCH_PATH_CONF="$data/config" OPENSEARCH_TMPDIR="$data/tmp" HOME="$data" \
  setsid "${run[@]}" "$home/bin/opensearch" >"$data/stdout.log" 2>&1 </dev/null &
pid=$!
echo "$pid" >"$data/pid"
for _ in $(seq 1 240); do
  kill -0 "$pid" 2>/dev/null || { tail -40 "$data/stdout.log" >&2; rm -f "$data/pid"; die "the server died; its log is $data/stdout.log"; }
  if healthy; then
    say "$version is up at $url (data $data)"
    echo "$pid"
    exit 0
  fi
  sleep 0.5
done
tail -40 "$data/stdout.log" >&2
kill "$pid"
die "not healthy after 120 s; its log is $data/stdout.log"
