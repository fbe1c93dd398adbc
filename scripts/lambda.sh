#!/usr/bin/env bash
# Builds the Lambda functions: dist/lambda/<function>-<arch>.zip, each with one static file,
# bootstrap, for the runtime provided.al2023. The same source gives the same bytes.
#
#   scripts/lambda.sh [arm64|amd64 …]      both without an argument
#
# Environment: FUNCTIONS  which (collector transformer indexer alerter, as far as cmd/ has them)
set -euo pipefail
cd "$(dirname "$0")/.."
for arch in "$@"; do
	case $arch in
	arm64 | amd64) ;;
	*) echo "lambda: no such architecture: $arch; there are arm64 and amd64" >&2; exit 2 ;;
	esac
done
out=dist/lambda
most=15000000 # bytes of a zip: 15 MB
mkdir -p "$out"
[ $# -gt 0 ] || set -- arm64 amd64
for arch in "$@"; do
	for function in ${FUNCTIONS:-collector transformer indexer alerter}; do
		[ -d "cmd/$function" ] || { echo "lambda: there is no cmd/$function" >&2; exit 1; }
		room=$(mktemp -d)
		CGO_ENABLED=0 GOOS=linux GOARCH=$arch go build -trimpath -buildvcs=false -tags lambda.norpc -ldflags '-s -w -buildid=' -o "$room/bootstrap" "./cmd/$function"
		zip=$out/$function-$arch.zip
		go run ./internal/lambda/zip "$room/bootstrap" >"$zip"
		rm -rf "$room"
		bytes=$(stat -c %s "$zip")
		echo "$zip $bytes bytes"
		[ "$bytes" -le $most ] || { echo "lambda: $zip has more than $most bytes" >&2; exit 1; }
	done
done
