#!/usr/bin/env bash
# Ask the database of a Zabbix server that start.sh started.
#
#   scripts/zabbix/sql.sh DATA_DIR "SELECT value FROM history_text"
set -euo pipefail
bin=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -1)
exec "$bin/psql" -q -h "$(realpath "$1")/run" -U zabbix -d zabbix -tAc "$2"
