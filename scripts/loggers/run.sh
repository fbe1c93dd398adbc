#!/usr/bin/env bash
# Has the real logging libraries, pinned, print the events of transformer/testdata/loggers once more,
# and holds their lines to the kept ones in form, and their rows to what is wanted. A new major
# version shows its new form here. Needs node, python3, go, mvn with a JDK and cargo; an ecosystem
# whose tools are not there is left out, and said so.
#
#   scripts/loggers/run.sh [npm pip go maven cargo]
set -euo pipefail
cd "$(dirname "$0")/../.."
here=$PWD/scripts/loggers
room=$(mktemp -d "${TMPDIR:-/tmp}/seamark-loggers.XXXXXX")
trap 'rm -rf "$room"' EXIT
mkdir -p "$room"/{npm,pip,go,maven,cargo/src}

with_npm() {
	cp "$here/npm.mjs" "$room/npm/" && cd "$room/npm" && npm init -y >/dev/null &&
		npm install --no-audit --no-fund --silent pino@10.4.0 bunyan@2.0.5 winston@3.19.0 log4js@6.9.1 tslog@5.1.0 consola@3.4.2 @elastic/ecs-pino-format@1.5.0 @elastic/ecs-winston-format@1.5.3 \
			@logtape/logtape@2.4.2 @aws-lambda-powertools/logger@2.36.0 >&2 && node npm.mjs
}
with_pip() {
	python3 -m venv "$room/pip/venv" && "$room/pip/venv/bin/pip" install -q --disable-pip-version-check structlog==26.1.0 python-json-logger==4.2.0 aws-lambda-powertools==3.37.0 ecs-logging==2.3.0 >&2 &&
		"$room/pip/venv/bin/python" "$here/pip.py"
}
with_go() {
	cp "$here/go/main.go.txt" "$room/go/main.go" && cd "$room/go" && go mod init loggers 2>/dev/null &&
		go get go.uber.org/zap@v1.28.0 github.com/rs/zerolog@v1.35.1 github.com/sirupsen/logrus@v1.10.2 github.com/phuslu/log@v1.0.121 github.com/inconshreveable/log15@v2.16.0+incompatible github.com/apex/log@v1.9.0 >&2 &&
		go mod tidy >&2 && GOFLAGS=-mod=mod go run .
}
with_maven() {
	cd "$room/maven" && cat >pom.xml <<-'POM' &&
		<project><modelVersion>4.0.0</modelVersion><groupId>loggers</groupId><artifactId>loggers</artifactId><version>0</version><dependencies>
		<dependency><groupId>ch.qos.logback</groupId><artifactId>logback-classic</artifactId><version>1.6.7</version></dependency>
		<dependency><groupId>net.logstash.logback</groupId><artifactId>logstash-logback-encoder</artifactId><version>9.0</version></dependency>
		</dependencies></project>
	POM
	mvn -B -q dependency:build-classpath -Dmdep.outputFile=cp.txt >&2 && java -cp "$(cat cp.txt)" "$here/maven/Main.java"
}
with_cargo() {
	cp "$here/cargo/Cargo.toml.txt" "$room/cargo/Cargo.toml" && cp "$here/cargo/main.rs.txt" "$room/cargo/src/main.rs" && cd "$room/cargo" && cargo run -q
}

[ $# -gt 0 ] || set -- npm pip go maven cargo
failed=0
for ecosystem in "$@"; do
	case $ecosystem in npm) tool=node ;; pip) tool=python3 ;; maven) tool=mvn ;; *) tool=$ecosystem ;; esac
	if ! command -v "$tool" >/dev/null; then
		echo "loggers: $ecosystem left out: there is no $tool"
		continue
	fi
	if (with_"$ecosystem") >"$room/$ecosystem.txt" 2>"$room/$ecosystem.err"; then
		cat "$room/$ecosystem.txt" >>"$room/lines.txt"
		echo "loggers: $ecosystem printed $(grep -c '^@@ ' "$room/$ecosystem.txt") events"
	else
		echo "loggers: $ecosystem FAILED:"; tail -20 "$room/$ecosystem.err"; failed=1
	fi
done
[ -s "$room/lines.txt" ] || exit 1
SEAMARK_LOGGERS_NEW=$room/lines.txt go test ./transformer -count=1 -run '^TestLoggersAgain$' -v | grep -v '^=== ' || failed=1
exit $failed
