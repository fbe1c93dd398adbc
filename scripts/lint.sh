#!/usr/bin/env bash
# gofmt, vet, and staticcheck with a few more by golangci-lint (.golangci.yml), which is built once,
# below GOLANGCI_CACHE (/var/tmp/golangci-dev), by `go install`.
set -euo pipefail
cd "$(dirname "$0")/.."
version=v2.15.0
cache=${GOLANGCI_CACHE:-/var/tmp/golangci-dev}
program=$cache/golangci-lint-$version
unformatted=$(gofmt -l $(git ls-files '*.go'))
[ -z "$unformatted" ] || { echo "not gofmt-ed:"; echo "$unformatted"; exit 1; }
for script in $(git ls-files '*.sh'); do bash -n "$script"; done
if git grep -nE '(registry\.npmjs|proxy\.golang|repo\.maven|repo1\.maven|pypi\.org|deb\.debian)' -- . ':!scripts/lint.sh'; then
	echo "a package registry's host is named: use the clients as set up"; exit 1
fi
go vet ./...
mkdir -p "$cache"
( # one at a time
	flock 9
	[ -x "$program" ] && exit 0
	echo "lint: building golangci-lint $version once; it takes minutes"
	cd "$cache" # not in this module: its go.mod is not concerned
	GOFLAGS= GOBIN=$cache/bin go install "github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$version"
	mv "$cache/bin/golangci-lint" "$program"
) 9>"$cache/.lock"
"$program" run --allow-parallel-runners --timeout 15m ./...
