#!/usr/bin/env bash
# Runs every fuzz target, or those of the packages named, for FUZZTIME each: a number of
# executions such as 20000x, or a duration such as 1h. A run that ends by time may be called a
# failure without a finding by Go before 1.27 (golang/go#75804); one that counts is not.
#
#   scripts/fuzz.sh [FOLDER…]        such as ./transformer
set -uo pipefail
cd "$(dirname "$0")/.." || exit 2
root=$PWD
room=$(mktemp -d /var/tmp/seamark-fuzz.XXXXXX)
trap 'rm -rf "$room"' EXIT
[ $# -gt 0 ] || mapfile -t folders < <(grep -rlE '^func Fuzz' --include='*_test.go' . | xargs -n1 dirname | sort -u)
[ $# -eq 0 ] || folders=("$@")
failed=0
for folder in "${folders[@]}"; do
	go test -c -fuzz=. -o "$room/fuzz.test" "$folder" || { echo "fuzz $folder FAILED: it does not build"; failed=1; continue; }
	for target in $(grep -hoE '^func Fuzz[A-Za-z0-9_]+' "$folder"/*_test.go | sed 's/^func //'); do
		# Inputs worth keeping from run to run lie below .cache; a finding is written to the package's testdata.
		if (cd "$folder" && "$room/fuzz.test" -test.run='^$' -test.fuzz="^$target\$" -test.fuzztime="${FUZZTIME:-2000x}" -test.fuzzminimizetime=0x \
			-test.fuzzcachedir="$root/.cache/fuzz/$folder") >"$room/log" 2>&1 </dev/null; then
			echo "fuzz $folder $target: $(grep -oE 'execs: [0-9]+' "$room/log" | tail -1)"
		else
			failed=1
			echo "fuzz $folder $target FAILED; alone: go test $folder -run '^\$' -fuzz '^$target\$' -fuzztime ${FUZZTIME:-2000x}"
			cat "$room/log"
		fi
	done
done
exit $failed
