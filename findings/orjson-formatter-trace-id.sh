#!/usr/bin/env bash
# python-json-logger 4.2.0 with OrjsonFormatter: a record that carries OpenTelemetry's trace id is lost.
#
# Expected: SpanContext.trace_id of OpenTelemetry for Python is an int of 128 bits (W3C trace context:
#   16 bytes), and extra={"trace_id": ...} is how a record gets fields. JSON's grammar has no limit
#   for integers, and the package's formatters have a default for what they cannot write.
# Seen: JsonFormatter writes the number. OrjsonFormatter raises "Integer exceeds 64-bit range": orjson
#   does not ask the default for an int. logging then drops the record and prints the exception on
#   standard error, or nothing when logging.raiseExceptions is off, as advised for production.
# For who collects logs: after a change of formatter "for speed", exactly the records inside of traced
#   requests are missing. format(trace_id, "032x") is the form that other tools expect anyway.
set -euo pipefail
room=$(mktemp -d) && trap 'rm -rf "$room"' EXIT && cd "$room"
export PYTHONPATH=$room PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
python3 -m pip install -q --target . python-json-logger==4.2.0 orjson==3.13.0 opentelemetry-sdk==1.45.2 || exit 2
python3 - >got <<'PY'
import io, logging
from importlib.metadata import version
from opentelemetry.sdk.trace import TracerProvider
from pythonjsonlogger.json import JsonFormatter
from pythonjsonlogger.orjson import OrjsonFormatter
logging.raiseExceptions = False
print("python-json-logger", version("python-json-logger"), "orjson", version("orjson"))
with TracerProvider().get_tracer("t").start_as_current_span("request") as span:
    trace_id = span.get_span_context().trace_id | 1 << 127
    for formatter in JsonFormatter, OrjsonFormatter:
        for name, value in ("int", trace_id), ("hex", format(trace_id, "032x")):
            out = io.StringIO()
            handler, logger = logging.StreamHandler(out), logging.Logger("booking")
            handler.setFormatter(formatter())
            logger.addHandler(handler)
            logger.error("booking failed", extra={"trace_id": value})
            print(formatter.__name__, name, "|", "written" if "booking failed" in out.getvalue() else "lost")
PY
cat >seen <<'END'
python-json-logger 4.2.0 orjson 3.13.0
JsonFormatter int | written
JsonFormatter hex | written
OrjsonFormatter int | lost
OrjsonFormatter hex | written
END
cat got; diff seen got && echo "still so"
