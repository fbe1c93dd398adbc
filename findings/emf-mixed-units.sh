#!/usr/bin/env bash
# aws-embedded-metrics 4.2.1 (npm) and 3.5.0 (PyPI): a value in another unit is counted in the first one's.
#
# Expected: put_metric(name, value, unit) takes a unit for each value. The embedded metric format has
#   one Unit for a metric of a document, so a second unit calls for a second document, a conversion
#   or an error; both do refuse NaN.
# Seen: the unit of the first call stays, the values are joined: 1 Seconds and 1000 Milliseconds, the
#   same duration twice, become the values 1 and 1000 in Seconds. No error, no warning.
# For who collects logs: a maximum of 1000 s where nothing took longer than one, and an alarm that
#   fires or never fires, depending on which call came first.
set -euo pipefail
room=$(mktemp -d) && trap 'rm -rf "$room"' EXIT && cd "$room"
export PYTHONPATH=$room PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore AWS_EMF_ENVIRONMENT=Local
python3 -m pip install -q --target . aws-embedded-metrics==3.5.0 || exit 2
npm install --silent --no-audit --no-fund --ignore-scripts aws-embedded-metrics@4.2.1 >log 2>&1 || { cat log; exit 2; }
cat >main.cjs <<'JS'
const { createMetricsLogger, Unit } = require('aws-embedded-metrics');
const m = createMetricsLogger();
m.putMetric('duration', 1, Unit.Seconds);
m.putMetric('duration', 1000, Unit.Milliseconds);
m.flush();
JS
cat >main.py <<'PY'
import asyncio
from aws_embedded_metrics.logger.metrics_logger_factory import create_metrics_logger
m = create_metrics_logger()
m.put_metric("duration", 1, "Seconds")
m.put_metric("duration", 1000, "Milliseconds")
asyncio.run(m.flush())
PY
cat >say.py <<'PY'
import json, sys
for line in sys.stdin:
    d = json.loads(line)
    print(sys.argv[1], d["duration"], d["_aws"]["CloudWatchMetrics"][0]["Metrics"])
PY
{
	node main.cjs | python3 say.py "npm $(node -p 'require("aws-embedded-metrics/package.json").version')"
	python3 main.py | python3 say.py "PyPI $(python3 -c 'from importlib.metadata import version; print(version("aws-embedded-metrics"))')"
} >got
cat >seen <<'END'
npm 4.2.1 [1, 1000] [{'Name': 'duration', 'Unit': 'Seconds'}]
PyPI 3.5.0 [1, 1000] [{'Name': 'duration', 'Unit': 'Seconds'}]
END
cat got; diff seen got && echo "still so"
