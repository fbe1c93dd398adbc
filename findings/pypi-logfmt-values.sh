#!/usr/bin/env bash
# logfmt 0.4 (PyPI): an escape other than \" swallows the rest of the line, an empty last value is the one before.
#
# Expected: logfmt writes text in quotes with escapes and an empty value as `key=`: go-kit/log, logrus,
#   charmbracelet/log and Python's logfmter do so. The package reads \" and bare words, so one expects
#   the other escapes to be read, or refused.
# Seen: any backslash in quotes makes the next quote part of the text, wherever it comes, so that the
#   value does not end: it is True, and the keys that follow are gone up to the next quote. An empty
#   value at the end of the line takes the text of the value before it. Neither raises.
# For who collects logs: of a message of two lines, or one with a Windows path, everything behind is
#   lost, the request id for instance; and an empty error field holds somebody's name.
set -euo pipefail
room=$(mktemp -d) && trap 'rm -rf "$room"' EXIT && cd "$room"
export PYTHONPATH=$room PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
python3 -m pip install -q --target . logfmt==0.4 logfmter==0.0.12 || exit 2
python3 - >got <<'PY'
import io, logging
from importlib.metadata import version
import logfmt
from logfmter import Logfmter
print("logfmt", version("logfmt"), "logfmter", version("logfmter"))
for fields in ({"error": "refused", "code": 5}, {"error": 'say "no"', "code": 5}, {"error": "one\ntwo", "code": 5},
               {"error": r"C:\new folder", "code": 5}, {"user": "ann", "error": ""}):
    out = io.StringIO()
    handler, logger = logging.StreamHandler(out), logging.Logger("booking")
    handler.setFormatter(Logfmter(keys=[]))
    logger.addHandler(handler)
    logger.info("m", extra=fields)
    print(out.getvalue().rstrip("\n"), "->", *logfmt.parse(io.StringIO(out.getvalue())))
PY
cat >seen <<'END'
logfmt 0.4 logfmter 0.0.12
msg=m error=refused code=5 -> {'msg': 'm', 'error': 'refused', 'code': '5'}
msg=m error="say \"no\"" code=5 -> {'msg': 'm', 'error': 'say "no"', 'code': '5'}
msg=m error="one\ntwo" code=5 -> {'msg': 'm', 'error': True}
msg=m error="C:\\new folder" code=5 -> {'msg': 'm', 'error': True}
msg=m user=ann error= -> {'msg': 'm', 'user': 'ann', 'error': 'ann'}
END
cat got; diff seen got && echo "still so"
