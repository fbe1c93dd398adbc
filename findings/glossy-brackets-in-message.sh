#!/usr/bin/env bash
# glossy 0.1.7 (npm): of a syslog message with structured data, what stands before the last ] is gone.
#
# Expected: RFC 5424, section 6: structured data ends before the blank that follows its last element,
#   and all that follows is MSG, free text. Brackets in it are ordinary characters.
# Seen: where structured data is present, glossy takes all up to the last word of the line that ends
#   in ] for it: "job [42] failed" arrives as "failed", "queue [a] [b]" as an empty message, without
#   an error. Without structured data, or without brackets, the message is whole. nsyslog-parser
#   0.10.1 reads all four.
# For who collects logs: [thread], [pid] and [module] in front of the text are everyday; the record
#   arrives, on time and with the right severity, and says something else.
set -euo pipefail
room=$(mktemp -d) && trap 'rm -rf "$room"' EXIT && cd "$room"
npm install --silent --no-audit --no-fund --ignore-scripts glossy@0.1.7 nsyslog-parser@0.10.1 >log 2>&1 || { cat log; exit 2; }
cat >main.cjs <<'JS'
const glossy = require('glossy').Parse, nsyslog = require('nsyslog-parser');
for (const name of ['glossy', 'nsyslog-parser']) console.log(name, require(name + '/package.json').version);
const head = '<165>1 2026-11-30T08:00:00.000Z host app 1 ID47 ';
for (const rest of ['[a@32473 k="1"] job [42] failed', '[a@32473 k="1"] queue [a] [b]', '[a@32473 k="1"] job failed', '- job [42] failed'])
  glossy.parse(head + rest, (m) => console.log(rest, '| glossy', JSON.stringify(m.message), '| nsyslog-parser', JSON.stringify(nsyslog(head + rest).message)));
JS
node main.cjs >got
cat >seen <<'END'
glossy 0.1.7
nsyslog-parser 0.10.1
[a@32473 k="1"] job [42] failed | glossy "failed" | nsyslog-parser "job [42] failed"
[a@32473 k="1"] queue [a] [b] | glossy "" | nsyslog-parser "queue [a] [b]"
[a@32473 k="1"] job failed | glossy "job failed" | nsyslog-parser "job failed"
- job [42] failed | glossy "job [42] failed" | nsyslog-parser "job [42] failed"
END
cat got; diff seen got && echo "still so"
