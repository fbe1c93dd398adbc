#!/usr/bin/env bash
# Builds a release in dist/release: for linux on arm64 and amd64 an archive of the stripped binary,
# the Lambda functions, terraform and the container file; a bill of materials each; checksums.
# The same commit, Go and GCC give the same bytes wherever it is built; --twice proves it, in two
# clones with build caches of their own.
#
#   scripts/release.sh            as the newest version that CHANGELOG.md names
#   scripts/release.sh --twice    builds it twice from nothing, and compares; takes a quarter of an hour
#
# Needed: Python 3.11 or newer with venv (the container file is linted), Debian's g++, unzip, and g++-aarch64-linux-gnu (or g++-x86-64-linux-gnu on arm64). The binary runs
# with glibc 2.34 and newer: Amazon Linux 2023, Debian 12, Ubuntu 22.04.
#
# Environment: ARCHS  which ("arm64 amd64")
set -euo pipefail
cd "$(dirname "$0")/.."
fail() { echo "release: $*" >&2; exit 1; }
git diff --quiet HEAD -- || fail "there are changes that are not committed: a release is of a commit"
version=$(sed -nE 's/^## ([0-9]+\.[0-9]+\.[0-9]+) .*/\1/p' CHANGELOG.md | head -1)
[ -n "$version" ] || fail "CHANGELOG.md has no heading of a version, such as: ## 1.2.3 (2026-11-30)"
epoch=$(git log -1 --format=%ct)
glibc=2.34 # the newest that it may ask for
archs=${ARCHS:-arm64 amd64}

twice() {
	local room n head
	head=$(git rev-parse HEAD)
	room=$(mktemp -d /var/tmp/seamark-release.XXXXXX)
	trap 'chmod -R u+w "$room"; rm -rf "$room"' EXIT
	for n in one second; do
		git clone -q . "$room/$n/seamark"
		git -C "$room/$n/seamark" checkout -q "$head" # which may have moved on meanwhile
		GOCACHE=$room/cache-$n "$room/$n/seamark/scripts/release.sh"
		rm -rf "$room/cache-$n"
	done
	diff -r "$room/one/seamark/dist/release" "$room/second/seamark/dist/release" || fail "two builds differ"
	cat "$room/one/seamark/dist/release/SHA256SUMS"
	echo "release: built twice, equal"
}

# compiler ARCH: the prefix of the GCC that builds for it.
compiler() {
	case $1 in
	arm64) echo aarch64-linux-gnu ;;
	amd64) echo x86_64-linux-gnu ;;
	*) fail "no such architecture: $1; there are arm64 and amd64" ;;
	esac
}

# binary ARCH FILE: seamark, stripped, with libstdc++ inside.
binary() {
	local arch=$1 gcc room newest
	gcc=$(compiler "$arch")
	command -v "$gcc-g++" >/dev/null || fail "$gcc-g++ is missing: apt-get install g++-${gcc//_/-}"
	room=$(mktemp -d)
	ln -s "$("$gcc-g++" -print-file-name=libstdc++.a)" "$room/" # alone in its folder, so that it is preferred to the .so
	"$gcc-gcc" -O2 -c -o "$room/arc4random.o" scripts/release/arc4random.c
	CGO_ENABLED=1 GOOS=linux GOARCH=$arch CC=$gcc-gcc CXX=$gcc-g++ GOFLAGS= go build -trimpath -buildvcs=false \
		-ldflags "-s -w -buildid= -X main.version=$version -extldflags '-L$room $room/arc4random.o -Wl,--build-id=none'" -o "$2" ./cmd/seamark
	newest=$("$gcc-objdump" -T "$2" | grep -oE 'GLIBC_[0-9.]+' | sort -uV | tail -1)
	[ "$(printf '%s\n' "GLIBC_$glibc" "$newest" | sort -V | tail -1)" = "GLIBC_$glibc" ] || fail "$2 asks for $newest, and may for $glibc at most"
	! "$gcc-objdump" -p "$2" | grep -q 'NEEDED.*libstdc++' || fail "$2 asks for a libstdc++"
	rm -rf "$room"
}

# archive ARCH: the archive and its bill of materials.
archive() {
	local arch=$1 name=seamark-$version-linux-$1 functions=(collector transformer indexer alerter) f
	local root=$stage/$name
	mkdir -p "$root/bin" "$root/lambda" "$stage/bill-$arch"
	binary "$arch" "$root/bin/seamark"
	scripts/lambda.sh "$arch"
	for f in "${functions[@]}"; do
		cp "dist/lambda/$f-$arch.zip" "$root/lambda/"
		(cd "$stage/bill-$arch" && unzip -q "$root/lambda/$f-$arch.zip" && mv bootstrap "$f")
	done
	go run ./internal/notice sbom "$arch" "$version" "$("$(compiler "$arch")-gcc" -dumpfullversion)" "$root/bin/seamark" "${functions[@]/#/$stage/bill-$arch/}" >"$out/$name.cdx.json"
	cp README.md CHANGELOG.md NOTICE "$root/"
	cp scripts/release/Containerfile "$root/"
	if [ -e LICENSE ]; then cp LICENSE "$root/"; else echo "release: there is no LICENSE: nobody else may use $name" >&2; fi
	git archive --format=tar HEAD terraform docs | tar -x -C "$root"
	chmod -R u=rwX,go=rX "$root"
	tar --sort=name --format=ustar --owner=0 --group=0 --numeric-owner --mtime="@$epoch" -C "$stage" -c "$name" | gzip -n -9 >"$out/$name.tar.gz"
	echo "$out/$name.tar.gz $(stat -c %s "$out/$name.tar.gz") bytes"
}

case ${1:-} in
--twice) twice; exit ;;
"") ;;
*) fail "unknown: $1; see the head of this file" ;;
esac
out=$PWD/dist/release
stage=$(mktemp -d /var/tmp/seamark-release.XXXXXX)
trap 'rm -rf "$stage"' EXIT
rm -rf "$out" && mkdir -p "$out"
lint=$(scripts/venv.sh scripts/release/requirements.txt 3.11)
"$lint/bin/hadolint" scripts/release/Containerfile
for arch in $archs; do archive "$arch"; done
(cd "$out" && sha256sum -- *.tar.gz *.cdx.json >SHA256SUMS)
