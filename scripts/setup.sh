#!/usr/bin/env bash
# Looks whether this machine has what the tests need, all of it in one go, installs what Debian's
# package client can (as root), and says what is left to be installed by hand. Does nothing
# where everything is there already.
#
#   scripts/setup.sh [STEPS]     the steps of scripts/test.sh that will run (all)
set -uo pipefail
cd "$(dirname "$0")/.." || exit 2
steps=${1:-lint build unit fuzz emulators terraform s3 opensearch amtool zabbix end-to-end browser demo}
packages=() missing=()
wants() { local s; for s in "$@"; do case " $steps " in *" $s "*) return 0 ;; esac; done; return 1; }
has() { command -v "$1" >/dev/null 2>&1; }
# lack WHAT PACKAGE WHY: PACKAGE is Debian's, or - where it has none that will do.
lack() { [ "$2" = - ] || packages+=("$2"); missing+=("$1: $3"); }

at_least() { # WANTED FOUND
	[ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -1)" = "$1" ]
}
any_python() { # VERSION: is there one, with its venv module? The search is scripts/venv.sh's.
	scripts/venv.sh --find "$1" >/dev/null 2>&1
}
any_jdk() { scripts/opensearch/start.sh --find-java >/dev/null 2>&1; }

check() {
	packages=() missing=()
	has go && at_least go1.26 "$(go env GOVERSION)" || lack "Go 1.26 or newer" - "the language of Seamark"
	has gcc || lack "a C compiler" gcc "DuckDB is linked with cgo"
	has git || lack git git "the linter asks it for the files"
	if wants emulators s3 opensearch end-to-end terraform; then
		has curl || lack curl curl "the start scripts of the servers ask with it"
	fi
	if wants emulators end-to-end terraform; then
		any_python 3.10 || lack "Python 3.10 or newer with venv" python3-venv "MiniStack, an emulator of AWS"
	fi
	if wants emulators end-to-end; then
		any_python 3.13 || lack "Python 3.13 or newer with venv, on the path or through pyenv" - "LocalEmu, another emulator of AWS"
	fi
	if wants terraform; then # terraform itself has no package: scripts/terraform.sh says what is missing
		any_python 3.11 || lack "Python 3.11 or newer with venv" python3-venv "the checks of what is in terraform/"
	fi
	if wants emulators opensearch end-to-end terraform; then
		has mvn || lack Maven maven "the tests' OpenSearch and AWS's rule engine come as Maven artifacts"
		any_jdk || lack "a JDK 17, 21 or 11" openjdk-17-jdk-headless "OpenSearch 2.19 runs on it"
	fi
	if wants amtool; then
		has apt-get || lack apt-get - "it fetches Debian's Prometheus"
	fi
	if wants zabbix; then
		ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || lack PostgreSQL postgresql "the Zabbix server of the tests keeps its data in it"
		has apt-get || lack apt-get - "it fetches Debian's Zabbix server"
	fi
	if wants browser; then
		has npm && at_least v20 "$(node --version 2>/dev/null)" || lack "Node.js 20 or newer with npm" - "the page is built and tested with it"
		[ -n "${SEAMARK_CHROMIUM:-}" ] || has chromium || lack Chromium chromium "the page is tested in it; SEAMARK_CHROMIUM names another"
	fi
	[ ${#missing[@]} = 0 ]
}

check && exit 0
if [ ${#packages[@]} -gt 0 ] && [ "$(id -u)" = 0 ] && has apt-get; then
	echo "setup: installing ${packages[*]}"
	apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null
	check && exit 0
fi
echo "setup: this machine lacks, for the steps $steps:"
printf '  - %s\n' "${missing[@]}"
[ ${#packages[@]} = 0 ] || echo "Debian has: apt-get install ${packages[*]}"
echo "The fast tests need Go and a C compiler alone: make unit"
exit 1
