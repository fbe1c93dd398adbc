#!/usr/bin/env bash
# hyparquet 1.33.0: numbers in a JSON column of a Parquet file lose digits, although its INT64 columns keep them.
#
# Expected: Parquet's JSON is a logical type of text: the bytes are a JSON document (RFC 8259), whose
#   integers have no limit. hyparquet gives INT64 as BigInt, so that 9007199254740993 stays itself.
# Seen: a JSON column is handed through JSON.parse unasked: 9007199254740993 is ...992, a member that is
#   there twice is there once, 1e400 is Infinity. pyarrow reads the text as it was written.
# For who collects logs: fields of a record often lie in one JSON column. Ids of 64 bits (Datadog's trace
#   and span ids, Snowflake ids, DynamoDB numbers) come back as the id of something else.
set -euo pipefail
room=$(mktemp -d) && trap 'rm -rf "$room"' EXIT && cd "$room"
export PYTHONPATH=$room PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
python3 -m pip install -q --target . pyarrow==26.0.1 || exit 2
npm install --silent --no-audit --no-fund --ignore-scripts hyparquet@1.33.0 >log 2>&1 || { cat log; exit 2; }
cat >write.py <<'PY'
import pyarrow as pa, pyarrow.parquet as pq
texts = ['{"traceId":9007199254740993}', '{"a":1,"a":2}', '{"n":1e400}']
pq.write_table(pa.table({"id": pa.array([9007199254740993] * 3, pa.int64()), "fields": pa.array(texts, pa.json_())}), "t.parquet", compression="none")
for row in pq.read_table("t.parquet").to_pylist():
    print("pyarrow", pa.__version__, "|", row["id"], "|", row["fields"])
PY
cat >read.mjs <<'JS'
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { readFileSync } from 'fs';
const { version } = JSON.parse(readFileSync('node_modules/hyparquet/package.json', 'utf8'));
for (const row of await parquetReadObjects({ file: await asyncBufferFromFile('t.parquet') }))
  console.log('hyparquet', version, '|', row.id, '|', row.fields);
JS
{ python3 write.py; node read.mjs; } >got
cat >seen <<'END'
pyarrow 26.0.1 | 9007199254740993 | {"traceId":9007199254740993}
pyarrow 26.0.1 | 9007199254740993 | {"a":1,"a":2}
pyarrow 26.0.1 | 9007199254740993 | {"n":1e400}
hyparquet 1.33.0 | 9007199254740993n | { traceId: 9007199254740992 }
hyparquet 1.33.0 | 9007199254740993n | { a: 2 }
hyparquet 1.33.0 | 9007199254740993n | { n: Infinity }
END
cat got; diff seen got && echo "still so"
