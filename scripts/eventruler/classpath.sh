#!/usr/bin/env bash
# Fetch AWS's own rule engine, which EventBridge evaluates patterns with, as Maven artifacts, once;
# print the class path. The tests of collector/cloudtrail run scripts/eventruler/Match.java on it.
#
# Environment: EVENTRULER_CACHE (/var/tmp/eventruler-dev)
set -euo pipefail
version=2.1.0
cache=${EVENTRULER_CACHE:-/var/tmp/eventruler-dev}
folder=$cache/$version
mkdir -p "$cache"
( # one at a time
  flock 9
  [ -f "$folder/.ready" ] && exit 0
  rm -rf "$folder" && mkdir -p "$folder"
  cat >"$folder/pom.xml" <<XML
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion><groupId>seamark</groupId><artifactId>rules</artifactId><version>1</version>
  <dependencies><dependency><groupId>software.amazon.event.ruler</groupId><artifactId>event-ruler</artifactId><version>$version</version></dependency></dependencies>
</project>
XML
  mvn -B -q -f "$folder/pom.xml" org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$folder/jars" >&2
  touch "$folder/.ready"
) 9>"$cache/.lock"
echo "$folder/jars/*"
