#!/usr/bin/env bash
# Everything that must hold, on a fresh machine too: sets up what is missing, starts the servers
# that the tests talk to, and stops them. Nothing is skipped silently, nothing is tried twice.
#
#   scripts/test.sh             all steps (`make test`)
#   scripts/test.sh STEP…       these alone, with the servers they need: lint build unit fuzz
#                               browser emulators terraform s3 opensearch amtool zabbix end-to-end demo
#
# Steps run in tracks side by side: one computes, one waits for servers and processes most of its
# time, and one is the emulators' and terraform's. What needs none of their servers is done by the
# track that is free first.
# A step that fails is told at once; the others go on, and the end names all that failed, with the
# tests and how to run them alone. What a step printed is in .cache/logs/<step>.log.
#
# Environment: SEED      of the properties (20261122: so that a run can be repeated)
#              FUZZTIME  of each fuzz target, as `go test -fuzztime` takes it
#              RACE=1    the fast tests under the race detector
set -uo pipefail
cd "$(dirname "$0")/.." || exit 2
# What is built in one clone serves the next (-trimpath), and DuckDB is linked into twenty tests
# without the debugger's tables (-w): 128 s of CPU for all links, and 60 without. Stack traces stay.
export GOFLAGS="-trimpath -ldflags=-w ${GOFLAGS:-}"
computing="lint build unit"
waiting="s3 opensearch end-to-end"
watching="emulators terraform"
free="fuzz browser demo amtool zabbix"
all="$computing $free $waiting $watching"
wanted=${*:-$all}
for name in $wanted; do
	case " $all " in
	*" $name "*) ;;
	*) echo "test: no step is called $name; there are: $all" >&2; exit 2 ;;
	esac
done
wants() { case " $wanted " in *" $1 "*) return 0 ;; esac; return 1; }

mkdir -p .cache/logs bin
room=$(mktemp -d /var/tmp/seamark-test.XXXXXX)
chmod 711 "$room" # OpenSearch runs as a user of its own
results=$room/results
: >"$results"
began=$SECONDS
declare -A port # by server
groups=() # process groups of what runs in the background
# The end stops what still runs, and every server, however this script ends.
finish() {
	trap - EXIT INT TERM
	for group in "${groups[@]}"; do kill -- "-$group" 2>/dev/null; done
	for name in opensearch versitygw ministack localemu zabbix; do scripts/$name/stop.sh "$room/$name" >/dev/null 2>&1; done
	rm -rf "$room"
}
trap finish EXIT
trap 'echo "== stopped"; exit 130' INT TERM
background() { # COMMAND…: in a process group of its own, so that finish stops all of it
	set -m
	"$@" &
	groups+=($!)
	set +m
}

# step NAME COMMAND…: runs it, its output in the step's log, and notes how it ended. Its CPU is told
# beside its time: on a busy machine only that says what a step costs. (Servers count for themselves.)
step() {
	local name=$1 at=$SECONDS verdict=passed TIMEFORMAT='%0U %0S' cpu
	shift
	{ time "$@" >".cache/logs/$name.log" 2>&1 </dev/null; } 2>"$room/$name.cpu" || verdict=FAILED
	cpu=$(tail -1 "$room/$name.cpu")
	echo "$name $verdict $((SECONDS - at))" >>"$results"
	echo "== $name $verdict in $((SECONDS - at)) s, $((${cpu% *} + ${cpu#* })) s of CPU"
	[ $verdict = passed ] || blame "$name"
}

# blame NAME: the failed tests of a step, or the end of its log, and how to run it alone.
blame() {
	local log=.cache/logs/$1.log
	{ grep -E '^ *--- FAIL|^FAIL|^panic:|^fuzz .*FAILED|^!!' "$log" | head -20 | grep . || tail -20 "$log"; } | sed 's/^/   /'
	echo "   all of it: $log   alone: scripts/test.sh $1"
}

# start SERVER: starts one, its log beside those of the steps.
start() {
	scripts/"$1"/start.sh "${port[$1]}" "$room/$1" >".cache/logs/$1-server.log" 2>&1 </dev/null
	echo $? >"$room/$1.rc"
}

# after STEP COMMAND…: runs it once the step, if it is wanted at all, is over: both use the same servers' accounts.
after() {
	local name=$1
	shift
	while wants "$name" && ! grep -q "^$name " "$results"; do sleep 0.2; done
	"$@"
}

# with SERVER… -- COMMAND…: runs it once they are up. A server that did not start fails the step.
with() {
	local name
	while name=$1; shift; [ "$name" != -- ]; do
		until [ -s "$room/$name.rc" ]; do sleep 0.2; done
		[ "$(cat "$room/$name.rc")" = 0 ] || { echo "!! $name did not start:"; tail -20 ".cache/logs/$name-server.log"; return 1; }
	done
	"$@"
}

# The fast tests. What needs a server has its own step, so CI is not told here. Properties draw
# from a fixed seed, so that a run can be repeated; `make unit` draws anew. What another clone has
# passed counts for nothing here (-count=1): a test that fails sometimes shall be seen. Three packages
# at a time, since many wait for the disk.
unit() {
	local drawing others failed=0 race=${RACE:+-race}
	drawing=$(grep -rlE '^[[:space:]]*(import )?"pgregory.net/rapid"$' --include='*_test.go' . | xargs -n1 dirname | sort -u)
	others=$(comm -23 <(go list -f '{{.Dir}}' ./... | sed "s#^$PWD#.#" | sort -u) <(echo "$drawing"))
	env -u CI go test -p 3 -count=1 $race $others || failed=1
	env -u CI go test -p 3 -count=1 $race $drawing -rapid.seed="${SEED:-20261122}" || failed=1
	return $failed
}

# The adapters of AWS against emulators, and the collector's event patterns in AWS's own rule engine.
emulators() {
	local classes
	classes=$(scripts/eventruler/classpath.sh) || return 1
	with ministack localemu -- env "${aws[@]}" SEAMARK_EVENTRULER="$classes" go test -count=1 ./collector/aws ./collector/cloudtrail ./alerter/eventbridge ./alerter/topic ./lake/glue ./internal/probe
}

# Whole processes, against all servers. Of the commands' tests only those that need one (their files
# import internal/servertest): the others have run in unit.
end_to_end() {
	local whole=(./internal/torture ./internal/functions) commands names
	mapfile -t commands < <(grep -rl 'internal/servertest"' --include='*_test.go' cmd)
	names=$(grep -hoE '^func Test[A-Za-z0-9_]*' internal/torture/*_test.go internal/functions/*_test.go "${commands[@]}" | sed 's/^func //' | sort -u | paste -sd'|')
	with opensearch versitygw ministack localemu -- env SEAMARK_E2E=1 SEAMARK_LOOP="$loop" "${index[@]}" "${s3[@]}" "${aws[@]}" \
		go test -count=1 -timeout 20m -run "^($names)\$" -skip '^TestDemo$' "${whole[@]}" $(dirname "${commands[@]}" | sort -u | sed 's#^#./#')
}

# Alertmanager's own command line, of the version that is linked, and Debian's Prometheus against our API.
amtool() {
	local version prometheus
	version=$(go list -m -f '{{.Version}}' github.com/prometheus/alertmanager) || return 1
	GOBIN="$PWD/.cache/amtool" go install "github.com/prometheus/alertmanager/cmd/amtool@$version" &&
		env CI=1 SEAMARK_AMTOOL="$PWD/.cache/amtool/amtool" go test -count=1 -run Amtool ./alerter/alertmanager &&
		prometheus=$(scripts/prometheus/fetch.sh) &&
		env CI=1 SEAMARK_PROMETHEUS="$prometheus" go test -count=1 -run '^TestPrometheus$' ./internal/app
}

# The receiver of Zabbix against Debian's own server.
zabbix() {
	scripts/zabbix/start.sh "${port[zabbix]}" "$room/zabbix" || return 1
	env CI=1 SEAMARK_ZABBIX="127.0.0.1:${port[zabbix]}" SEAMARK_ZABBIX_DIR="$room/zabbix" go test -count=1 ./alerter/zabbix
	local verdict=$?
	scripts/zabbix/stop.sh "$room/zabbix"
	return $verdict
}

# track STEP…: does these, and then those of the free ones that no other track has taken.
track() {
	local name
	for name in "$@" $free; do
		wants "$name" && mkdir "$room/taken-$name" 2>/dev/null || continue
		case $name in
		lint) step lint scripts/lint.sh ;;
		build) step build go build -o bin/seamark ./cmd/seamark ;;
		unit) step unit unit ;;
		fuzz) step fuzz nice scripts/fuzz.sh ;; # what waits beside it comes first
		emulators) step emulators emulators ;;
		terraform) step terraform nice scripts/terraform.sh ;; # what waits beside it comes first
		s3) step s3 with versitygw -- env "${s3[@]}" go test -count=1 ./lake/s3 ;;
		amtool) step amtool amtool ;;
		zabbix) step zabbix zabbix ;;
		opensearch) step opensearch with opensearch -- env "${index[@]}" go test -count=1 ./indexer/... ./internal/parts/search ./dashboards/boards ;;
		end-to-end) after emulators step end-to-end end_to_end ;;
		demo) step demo env SEAMARK_E2E=1 go test -count=1 -timeout 20m -run '^TestDemo$' ./internal/torture ;;
		browser) step browser env SEAMARK_BROWSER=1 SEAMARK_SCREENSHOTS="$PWD/.cache/screenshots" go test -count=1 -timeout 20m ./dashboards -run TestWeb ;;
		esac
	done
}

main() {
	step setup scripts/setup.sh "$wanted"
	grep -E '^setup:' .cache/logs/setup.log
	grep -q FAILED "$results" && exit 1

	. scripts/ports.sh
	for name in ministack localemu versitygw opensearch zabbix; do
		reserve_port || exit 1
		port[$name]=$reserved
	done
	at=http://127.0.0.1
	aws=(SEAMARK_MINISTACK="$at:${port[ministack]}" SEAMARK_LOCALEMU="$at:${port[localemu]}")
	s3=(SEAMARK_S3="$at:${port[versitygw]}" SEAMARK_S3_DIR="$room/versitygw/buckets")
	index=(SEAMARK_OPENSEARCH="$at:${port[opensearch]}")
	loop=
	if wants end-to-end; then loop=$(scripts/loop.sh); fi
	if wants emulators || wants end-to-end; then background start ministack; fi
	if wants emulators || wants end-to-end; then background start localemu; fi
	if wants s3 || wants end-to-end; then background start versitygw; fi
	if wants opensearch || wants end-to-end; then background start opensearch; fi

	local tracks=()
	for steps in "$computing" "$waiting" "$watching"; do
		background track $steps
		tracks+=($!)
	done
	wait "${tracks[@]}"

	failed=$(grep -c FAILED "$results")
	echo "== all of it in $((SECONDS - began)) s; logs in .cache/logs$(wants browser && echo ', screenshots in .cache/screenshots')"
	[ "$failed" = 0 ] || echo "== failed: $(grep FAILED "$results" | cut -d' ' -f1 | tr '\n' ' ')"
	echo "$(grep -c passed "$results") passed, $failed failed"
	[ "$failed" = 0 ]
}
main; exit # read to its end before it runs: it may be edited meanwhile
