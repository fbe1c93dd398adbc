#!/usr/bin/env bash
# Stop the Zabbix server that start.sh started, and its PostgreSQL.
#
#   scripts/zabbix/stop.sh [DATA_DIR|PORT]     default: port 10051
#
# Nothing running is fine.
set -uo pipefail

data=${1:-10051}
case $data in *[!0-9]*) ;; *) data=/var/tmp/zabbix-data-$data ;; esac
[ -d "$data" ] || exit 0
data=$(realpath "$data")

# end PID MARK: ends a process, if it is still the one whose command line holds MARK.
end() {
  [ -n "$1" ] && tr '\0' ' ' <"/proc/$1/cmdline" 2>/dev/null | grep -F -- "$2" >/dev/null || return 0
  kill -s "$3" "$1" 2>/dev/null
  for _ in $(seq 1 60); do
    kill -0 "$1" 2>/dev/null || return 0
    sleep 0.5
  done
  kill -KILL "$1"
}
end "$(cat "$data/pid" 2>/dev/null)" "$data/zabbix.conf" TERM
end "$(head -1 "$data/db/postmaster.pid" 2>/dev/null)" "-D db" INT
rm -f "$data/pid"
