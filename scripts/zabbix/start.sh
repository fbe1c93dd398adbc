#!/usr/bin/env bash
# Start a real Zabbix server for the test of alerter/zabbix: Debian's zabbix-server-pgsql over a
# PostgreSQL of its own, with one host that has one trapper item.
#
#   scripts/zabbix/start.sh [PORT [DATA_DIR]]     default: 10051 /var/tmp/zabbix-data-<PORT>
#
# Standard output is one line: the process id. All else goes to standard error. The host is called
# seamark-booking, its item seamark.incident. What the server was sent can be read with
# scripts/zabbix/sql.sh DATA_DIR. Stop it with scripts/zabbix/stop.sh DATA_DIR.
#
# The packages are fetched by Debian's package client and unpacked below ZABBIX_CACHE, once;
# nothing is installed. PostgreSQL 13 or newer must be there (postgresql). Both refuse to run as
# root: started by root, they run as a system user.
#
# Environment: ZABBIX_CACHE (/var/tmp/zabbix-dev)  ZABBIX_USER (nobody)
set -euo pipefail

port=${1:-10051}
data=$(realpath -m "${2:-/var/tmp/zabbix-data-$port}")
cache=${ZABBIX_CACHE:-/var/tmp/zabbix-dev}
user=${ZABBIX_USER:-nobody}

say() { echo "zabbix: $*" >&2; }
die() { say "$*"; exit 1; }

bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)
[ -n "$bin" ] || die "no PostgreSQL found: apt-get install postgresql"
mkdir -p "$cache"
( # one at a time
  flock 9
  [ -f "$cache/root/.ready" ] && exit
  mkdir -p "$cache/debs" "$cache/root"
  cd "$cache/debs"
  needed=$(apt-get install -y --no-install-recommends --print-uris zabbix-server-pgsql | sed -n "s/^'[^']*' \([^_]*\)_.*/\1/p") || die "apt-get knows no zabbix-server-pgsql: apt-get update"
  apt-get download -q $needed >&2
  for deb in *.deb; do dpkg -x "$deb" "$cache/root"; done
  touch "$cache/root/.ready"
) 9>"$cache/.lock"

if [ -f "$data/pid" ] && kill -0 "$(cat "$data/pid")" 2>/dev/null; then
  cat "$data/pid"
  exit 0
fi
mkdir -p "$data/run"
as=()
if [ "$(id -u)" = 0 ]; then
  chown -R "$user" "$data"
  chmod -R a+rX "$cache/root"
  as=(setpriv --reuid="$user" --regid="$(id -g "$user")" --clear-groups)
fi
cd "$data"
libs=$cache/root/usr/lib/$(uname -m)-linux-gnu
run() { env HOME="$data" LD_LIBRARY_PATH="$libs" "${as[@]}" "$@"; }

if [ ! -d db ]; then
  run "$bin/initdb" -D db -U zabbix -A trust -E UTF8 --no-locale >db.log 2>&1 || die "initdb failed; see $data/db.log"
fi
run "$bin/pg_ctl" -D db status >/dev/null 2>&1 || run "$bin/pg_ctl" -D db -w -t 60 -l run/postgres.log -o "-c listen_addresses='' -c unix_socket_directories='$data/run' -c fsync=off -c shared_buffers=16MB" start >/dev/null || die "PostgreSQL did not start; see $data/run/postgres.log"
sql() { run "$bin/psql" -q -v ON_ERROR_STOP=1 -h "$data/run" -U zabbix "$@"; }
if ! sql -d postgres -tAc "SELECT 1 FROM pg_database WHERE datname='zabbix'" | grep -q 1; then
  sql -d postgres -c "CREATE DATABASE zabbix" >&2
  share=$cache/root/usr/share/zabbix-server-pgsql
  for part in schema images data; do gunzip -c "$share/$part.sql.gz" | sql -d zabbix >>db.log 2>&1 || die "the schema could not be made; see $data/db.log"; done
  sql -d zabbix >>db.log 2>&1 <<'SQL'
UPDATE hosts SET status = 1 WHERE status = 0; -- the sample host that it looks after by itself
INSERT INTO hosts (hostid, host, name, status, flags) VALUES (99001, 'seamark-booking', 'seamark-booking', 0, 0);
INSERT INTO hosts_groups (hostgroupid, hostid, groupid) SELECT 99001, 99001, min(groupid) FROM hstgrp;
INSERT INTO items (itemid, type, hostid, name, key_, delay, history, trends, value_type, status) VALUES (99001, 2, 99001, 'incident', 'seamark.incident', '0', '90d', '0', 4, 0);
INSERT INTO item_rtdata (itemid) VALUES (99001);
SQL
fi
cat >zabbix.conf <<CONF
ListenIP=127.0.0.1
ListenPort=$port
DBHost=$data/run
DBName=zabbix
DBUser=zabbix
LogType=file
LogFile=$data/zabbix.log
LogFileSize=1
PidFile=$data/run/zabbix.pid
SocketDir=$data/run
FpingLocation=$cache/root/usr/bin/fping
StartPollers=1
StartPingers=0
StartDiscoverers=0
StartHTTPPollers=0
StartTrappers=2
StartPreprocessors=1
StartODBCPollers=0
StartHistoryPollers=0
StartReportWriters=0
CacheUpdateFrequency=1
CONF
(exec env HOME="$data" LD_LIBRARY_PATH="$libs" "${as[@]}" setsid "$cache/root/usr/sbin/zabbix_server" -f -c "$data/zabbix.conf" >out.log 2>&1 </dev/null) &
pid=$!
echo "$pid" >pid
for _ in $(seq 1 120); do
  kill -0 "$pid" 2>/dev/null || { cat zabbix.log out.log 2>/dev/null | tail -20 >&2; die "the server died; its log is $data/zabbix.log"; }
  if grep -q 'server #0 started' zabbix.log 2>/dev/null && (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
    say "is up at 127.0.0.1:$port (data $data)"
    echo "$pid"
    exit 0
  fi
  sleep 0.5
done
die "not up after 60 s; its log is $data/zabbix.log"
