#!/usr/bin/env bash
# Put OpenSearch together from its Maven artifacts; start.sh calls it when needed.
#
#   scripts/opensearch/assemble.sh VERSION CACHE_DIR
#
# The published minimal distribution holds the transport module only; the modules that
# an index, a search or a dashboard may ask for are added from their own artifacts.
set -euo pipefail

version=$1 cache=$2
home=$cache/opensearch-$version
build=$cache/build-$version

say() { echo "opensearch: $*" >&2; }

say "assembling $version below $cache (once)"
rm -rf "$build" "$home"
mkdir -p "$build"
chmod a+rx "$cache"

{
  echo '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>'
  echo '<groupId>local</groupId><artifactId>opensearch-modules</artifactId><version>1</version><packaging>pom</packaging><dependencies>'
  for artifact in aggs-matrix-stats-client analysis-common ingest-common lang-painless mapper-extras-client reindex-client; do
    echo "<dependency><groupId>org.opensearch.plugin</groupId><artifactId>$artifact</artifactId><version>$version</version></dependency>"
  done
  echo "<dependency><groupId>org.opensearch</groupId><artifactId>opensearch</artifactId><version>$version</version></dependency>"
  echo '</dependencies></project>'
} >"$build/pom.xml"

mvn() { command mvn -B -q -f "$build/pom.xml" "$@"; }
zip=org.opensearch.distribution.integ-test-zip:opensearch:$version:zip
mvn dependency:get -Dartifact=$zip -Dtransitive=false
mvn dependency:copy -Dartifact=$zip -DoutputDirectory="$build"
mvn dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$build/jars"
(cd "$build" && python3 -m zipfile -e "opensearch-$version.zip" x)
mv "$build/x/opensearch-$version" "$home"
chmod +x "$home"/bin/*
mkdir -p "$home/config/jvm.options.d" "$home/plugins" "$home/logs"

# module NAME CLASS EXTENDED_MODULES JAR_GLOB...   jars that lib/ has are left out
module() {
  local name=$1 class=$2 extends=$3 glob jar dir=$home/modules/$1
  shift 3
  mkdir -p "$dir"
  for glob in "$@"; do
    for jar in "$build"/jars/$glob; do
      [ -e "$jar" ] || { say "module $name lacks $glob"; exit 1; }
      [ -e "$home/lib/${jar##*/}" ] || cp "$jar" "$dir/"
    done
  done
  printf '%s\n' "description=$name" "name=$name" "version=$version" "opensearch.version=$version" "java.version=11" \
    "classname=$class" "extended.plugins=$extends" "custom.foldername=" "has.native.controller=false" >"$dir/plugin-descriptor.properties"
}
# allow NAME PERMISSION...   what the security manager grants the module
allow() {
  local name=$1
  shift
  { echo 'grant {'; printf '  permission %s;\n' "$@"; echo '};'; } >"$home/modules/$name/plugin-security.policy"
}

module lang-painless org.opensearch.painless.PainlessPlugin '' "lang-painless-$version.jar" 'antlr4-runtime-*.jar' 'asm-*.jar' "opensearch-scripting-painless-spi-$version.jar"
allow lang-painless 'java.lang.RuntimePermission "createClassLoader"' 'java.lang.RuntimePermission "getClassLoader"'
module analysis-common org.opensearch.analysis.common.CommonAnalysisPlugin lang-painless "analysis-common-$version.jar"
module ingest-common org.opensearch.ingest.common.IngestCommonPlugin lang-painless "ingest-common-$version.jar" "opensearch-grok-$version.jar" "opensearch-dissect-$version.jar" 'joni-*.jar' 'jcodings-*.jar'
module mapper-extras org.opensearch.index.mapper.MapperExtrasPlugin '' "mapper-extras-client-$version.jar"
module aggs-matrix-stats org.opensearch.search.aggregations.matrix.MatrixAggregationPlugin '' "aggs-matrix-stats-client-$version.jar"
module reindex org.opensearch.index.reindex.ReindexPlugin '' "reindex-client-$version.jar" "opensearch-rest-client-$version.jar" "opensearch-ssl-config-$version.jar" 'http*.jar' 'commons-codec-*.jar' 'commons-logging-*.jar'
allow reindex 'java.net.SocketPermission "*", "connect"'

rm -rf "$build"
touch "$home/.ready"
