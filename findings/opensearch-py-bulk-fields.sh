#!/usr/bin/env bash
# opensearch-py 3.2.0: the bulk helpers take a log record's own fields for bulk metadata.
#
# Expected: a document handed to helpers.bulk() without "_source" is the document; what is meant for
#   the Bulk API begins with an underscore (_index, _id, _op_type, _routing, ...), as in search hits.
# Seen: the fields parent, pipeline, routing, version and version_type, without underscore, leave the
#   document too and become metadata of the action. The Bulk API's own names decide: `version` is an
#   integer there, `pipeline` an ingest pipeline that must exist, `routing` a shard key.
# For who collects logs: `"version": "1.2.3"` or `"pipeline": "deploy"` is a common field of a log
#   record. Such records are refused one by one, or stored without the field on another shard, while
#   all others pass. Putting the record below "_source" keeps it whole.
# Seamark: writes action and document as separate lines by itself (indexer/document.go).
set -euo pipefail
room=$(mktemp -d) && trap 'rm -rf "$room"' EXIT && cd "$room"
export PYTHONPATH=$room PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
python3 -m pip install -q --target . opensearch-py==3.2.0 || exit 2

python3 - >got <<'PY'
from importlib.metadata import version
from opensearchpy.helpers import expand_action
record = {"message": "deployed", "level": "INFO", "version": "1.2.3", "pipeline": "deploy", "routing": "eu"}
print("opensearch-py", version("opensearch-py"))
for name, action in {"flat": {"_index": "logs", **record}, "below _source": {"_index": "logs", "_source": record}}.items():
    head, document = expand_action(action)
    print(name)
    print("  action  ", head)
    print("  document", document)
PY
cat >seen <<'END'
opensearch-py 3.2.0
flat
  action   {'index': {'_index': 'logs', 'pipeline': 'deploy', 'routing': 'eu', 'version': '1.2.3'}}
  document {'message': 'deployed', 'level': 'INFO'}
below _source
  action   {'index': {'_index': 'logs'}}
  document {'message': 'deployed', 'level': 'INFO', 'version': '1.2.3', 'pipeline': 'deploy', 'routing': 'eu'}
END
cat got; diff seen got && echo "still so"
