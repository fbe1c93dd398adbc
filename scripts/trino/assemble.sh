#!/usr/bin/env bash
# Fetch Trino from Maven and keep what reading a lake needs; start.sh calls it when needed.
#
#   scripts/trino/assemble.sh VERSION CACHE_DIR
#
# The archive has 820 MB and stays in Maven's own repository; what is kept here, the
# server and its hive plugin, has a third of that.
set -euo pipefail

version=$1 cache=$2
home=$cache/trino-$version
build=$cache/build-$version

say() { echo "trino: $*" >&2; }

say "fetching $version (820 MB, once) and assembling it below $cache"
rm -rf "$build" "$home"
mkdir -p "$build"
plugin=org.apache.maven.plugins:maven-dependency-plugin:3.6.1
artifact=io.trino:trino-server:$version:tar.gz
cd "$build" # no pom.xml of anybody's
mvn -B -q -Dstyle.color=never $plugin:get -Dartifact=$artifact -Dtransitive=false >&2
mvn -B -q -Dstyle.color=never $plugin:copy -Dartifact=$artifact -DoutputDirectory="$build" >&2
# Jars that plugins share are hard links into other plugins, so all of it is unpacked first.
tar -xzf "trino-server-$version.tar.gz" -C "$build"
find "$build/trino-server-$version/plugin" -mindepth 1 -maxdepth 1 ! -name hive -exec rm -rf {} +
mv "$build/trino-server-$version" "$home"
rm -rf "$build"
touch "$home/.ready"
