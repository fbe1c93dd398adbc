#!/usr/bin/env bash
# Fetch a real Prometheus for the test of Alertmanager's door: Debian's package.
#
#   scripts/prometheus/fetch.sh
#
# Standard output is one line: the path of the binary. All else goes to standard error. The package is
# fetched by Debian's package client and unpacked below PROMETHEUS_CACHE, once; nothing is installed.
#
# Environment: PROMETHEUS_CACHE (/var/tmp/prometheus-dev)
set -euo pipefail
cache=${PROMETHEUS_CACHE:-/var/tmp/prometheus-dev}
mkdir -p "$cache"
( # one at a time
  flock 9
  [ -f "$cache/root/.ready" ] && exit
  mkdir -p "$cache/debs" "$cache/root"
  cd "$cache/debs"
  apt-get download -q prometheus >&2 || { echo "prometheus: apt-get knows no prometheus: apt-get update" >&2; exit 1; }
  dpkg -x prometheus_*.deb "$cache/root"
  touch "$cache/root/.ready"
) 9>"$cache/.lock"
echo "$cache/root/usr/bin/prometheus"
