#!/usr/bin/env bash
# gofmt and vet; file and function sizes are told, not enforced.
set -euo pipefail
cd "$(dirname "$0")/.."
unformatted=$(gofmt -l $(git ls-files '*.go'))
[ -z "$unformatted" ] || { echo "not gofmt-ed:"; echo "$unformatted"; exit 1; }
go vet ./...
if git grep -nE '(registry\.npmjs|proxy\.golang|repo\.maven|repo1\.maven|pypi\.org|deb\.debian)' -- . ':!scripts/lint.sh'; then
	echo "a package registry's host is named: use the clients as set up"; exit 1
fi
