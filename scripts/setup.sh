#!/usr/bin/env bash
# Installs what the tests need beyond Go, gcc, node and a JDK with Maven: a Chromium.
# Does nothing where it is there already.
set -euo pipefail
need() { command -v "$1" >/dev/null || { echo "setup: $1 is missing: $2" >&2; exit 1; }; }
need go "install Go 1.26"
need gcc "install a C compiler; DuckDB is linked with cgo"
need npm "install Node.js 20 or newer; the page's tests need it"
need python3 "install Python 3.10 or newer, and Python 3.13 beside it or through pyenv: the emulators of AWS need them"
need mvn "install Maven and a JDK 17; the tests' OpenSearch comes as Maven artifacts"
if [ -z "${SEAMARK_CHROMIUM:-}" ] && ! command -v chromium >/dev/null; then
	[ "$(id -u)" = 0 ] || { echo "setup: chromium is missing: install it, or set SEAMARK_CHROMIUM" >&2; exit 1; }
	echo "setup: installing chromium"
	apt-get update -qq
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null
fi
