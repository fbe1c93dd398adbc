#!/usr/bin/env bash
# Values in RFC 5424 structured data: nsyslog-parser 0.10.1 (npm) splits them, and syslog-rfc5424-parser 0.3.2 (PyPI) leaves the escapes in.
#
# Expected: RFC 5424, section 6.3.3: a value stands in quotes and may hold anything; quote, backslash and
#   ] are escaped by a backslash, which a reader takes away. Blanks and = are ordinary characters.
# Seen: nsyslog-parser makes of q="a b=c" the two parameters q: a and b: c. With an escaped quote in a
#   value it finds no structured data at all, and all of it stands in front of the message. Both hand
#   other values on with the backslashes of the escapes. go-syslog 4.6.0 reads all three lines.
# For who collects logs: a query string or a rule in a parameter brings new, invented fields, or moves
#   request id and user into the text; and C:\\logs of the one reader is not C:\logs of the other.
set -euo pipefail
room=$(mktemp -d) && trap 'rm -rf "$room"' EXIT && cd "$room"
export PYTHONPATH=$room PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
cat >lines <<'END'
<165>1 2026-11-30T08:00:00.000Z host app 1 ID47 [a@32473 user="ann" q="a b=c"] searched
<165>1 2026-11-30T08:00:00.000Z host app 1 ID47 [a@32473 user="ann" path="C:\\logs"] searched
<165>1 2026-11-30T08:00:00.000Z host app 1 ID47 [a@32473 user="ann" q="say \"no\""] searched
END
cat >main.go <<'GO'
package main

import (
	"bytes"
	"fmt"
	"os"

	"github.com/leodido/go-syslog/v4/rfc5424"
)

func main() {
	b, _ := os.ReadFile("lines")
	for _, line := range bytes.Split(bytes.TrimSpace(b), []byte("\n")) {
		m, err := rfc5424.NewParser().Parse(line)
		s := m.(*rfc5424.SyslogMessage)
		fmt.Println("go-syslog", *s.StructuredData, *s.Message, err)
	}
}
GO
cat >main.cjs <<'JS'
const parse = require('nsyslog-parser');
for (const line of require('fs').readFileSync('lines', 'utf8').trim().split('\n')) { const m = parse(line); console.log('nsyslog-parser', JSON.stringify(m.structuredData), m.message); }
JS
cat >main.py <<'PY'
from syslog_rfc5424_parser import SyslogMessage
for line in open("lines"):
    m = SyslogMessage.parse(line.rstrip("\n"))
    print("syslog-rfc5424-parser", m.sd, m.msg)
PY
python3 -m pip install -q --target . syslog-rfc5424-parser==0.3.2 || exit 2
npm install --silent --no-audit --no-fund --ignore-scripts nsyslog-parser@0.10.1 >log 2>&1 || { cat log; exit 2; }
{ go mod init x && go get github.com/leodido/go-syslog/v4@v4.6.0 && go mod tidy && go build -o x .; } 2>log || { tail log; exit 2; }
go list -m github.com/leodido/go-syslog/v4
node -p '"nsyslog-parser " + require("nsyslog-parser/package.json").version'
python3 -c 'from importlib.metadata import version; print("syslog-rfc5424-parser", version("syslog-rfc5424-parser"))'
{ ./x; node main.cjs; python3 main.py; } >got
cat >seen <<'END'
go-syslog map[a@32473:map[q:a b=c user:ann]] searched <nil>
go-syslog map[a@32473:map[path:C:\logs user:ann]] searched <nil>
go-syslog map[a@32473:map[q:say "no" user:ann]] searched <nil>
nsyslog-parser [{"$id":"a@32473","user":"ann","q":"a","b":"c"}] searched
nsyslog-parser [{"$id":"a@32473","user":"ann","path":"C:\\\\logs"}] searched
nsyslog-parser [] [a@32473 user="ann" q="say \"no\""] searched
syslog-rfc5424-parser {'a@32473': {'user': 'ann', 'q': 'a b=c'}} searched
syslog-rfc5424-parser {'a@32473': {'user': 'ann', 'path': 'C:\\\\logs'}} searched
syslog-rfc5424-parser {'a@32473': {'user': 'ann', 'q': 'say \\"no\\"'}} searched
END
cat got; diff seen got && echo "still so"
