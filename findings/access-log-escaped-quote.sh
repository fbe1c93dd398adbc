#!/usr/bin/env bash
# An escaped quote in an access log: npm's clf-parser 0.0.2 shifts the columns, PyPI's clfparser 0.3 empties them.
#
# Expected: Apache's httpd escapes a quote inside of %r and %{...}i by a backslash (mod_log_config,
#   "Format Notes"), so that "GET /a?q=\"x\" HTTP/1.1" is one field. Clients send such paths and agents.
# Seen: clf-parser ends the request at the first quote: the status is NaN, and the true status, 500,
#   stands in body_bytes_sent, the size in http_referer. clfparser gives a row with all its keys and
#   every value an empty text. Neither raises. apachelogs 0.6.1 (PyPI) reads the line.
# For who collects logs: a 500 that counts as 500 bytes, or as no request at all, so that the error
#   rate stays green.
# Seamark: reads the escape (docs/formats/access-log.md).
set -euo pipefail
room=$(mktemp -d) && trap 'rm -rf "$room"' EXIT && cd "$room"
export PYTHONPATH=$room PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
python3 -m pip install -q --target . clfparser==0.3 apachelogs==0.6.1 || exit 2
npm install --silent --no-audit --no-fund --ignore-scripts clf-parser@0.0.2 >log 2>&1 || { cat log; exit 2; }
cat >line <<'END'
192.0.2.7 - - [30/Nov/2026:08:00:00 +0000] "GET /a?q=\"x\" HTTP/1.1" 500 1234 "-" "curl/8.5.0"
END
{
	node -e 'const r = require("clf-parser")(require("fs").readFileSync("line", "utf8").trim());
		console.log("clf-parser", require("clf-parser/package.json").version, "| status", r.status, "| bytes", r.body_bytes_sent, "| request", r.request)'
	python3 - <<'PY'
from importlib.metadata import version
import apachelogs, clfparser
line = open("line").read().strip()
r = clfparser.CLFParser.logDict(line)
print("clfparser", version("clfparser"), "| status", repr(r["s"]), "| bytes", repr(r["b"]), "| request", repr(r["r"]))
r = apachelogs.LogParser(apachelogs.COMBINED).parse(line)
print("apachelogs", version("apachelogs"), "| status", r.final_status, "| bytes", r.bytes_sent, "| request", r.request_line)
PY
} >got
cat >seen <<'END'
clf-parser 0.0.2 | status NaN | bytes 500 | request GET /a?q=\"x\
clfparser 0.3 | status '' | bytes '' | request ''
apachelogs 0.6.1 | status 500 | bytes 1234 | request GET /a?q="x" HTTP/1.1
END
cat got; diff seen got && echo "still so"
