#!/usr/bin/env bash
# pycef 1.11: a CEF line whose name holds an escaped pipe loses name and severity.
#
# Expected: ArcSight's Common Event Format: a pipe in a header field is escaped by a backslash (\|), an
#   equals sign in an extension value likewise (\=), and a reader takes the backslash away.
# Seen: for "disk a \| b full" Name is empty and Severity missing; the rest of the name, the severity
#   and the first key together become one key of the extension, "full|9|msg". No error. In values
#   the backslash of \= stays.
# For who collects logs: the line is kept, its severity is not: a rule for "Severity >= 7" does not see
#   it.
set -euo pipefail
room=$(mktemp -d) && trap 'rm -rf "$room"' EXIT && cd "$room"
export PYTHONPATH=$room PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
python3 -m pip install -q --target . pycef==1.11 || exit 2
python3 - >got <<'PY'
from importlib.metadata import version
import pycef
print("pycef", version("pycef"))
for line in (r"CEF:0|Vendor|Product|1.0|100|disk a \| b full|9|msg=free src=192.0.2.1",
             r"CEF:0|Vendor|Product|1.0|100|disk full|9|msg=a\=b src=192.0.2.1"):
    d = pycef.parse(line)
    print(line)
    print("  Name", repr(d.get("Name")), "Severity", repr(d.get("Severity")))
    print("  extension", {k: v for k, v in d.items() if not k.startswith("Device") and k not in ("Name", "Severity", "CEFVersion")})
PY
cat >seen <<'END'
pycef 1.11
CEF:0|Vendor|Product|1.0|100|disk a \| b full|9|msg=free src=192.0.2.1
  Name '' Severity None
  extension {'full|9|msg': 'free', 'src': '192.0.2.1'}
CEF:0|Vendor|Product|1.0|100|disk full|9|msg=a\=b src=192.0.2.1
  Name 'disk full' Severity '9'
  extension {'msg': 'a\\=b', 'src': '192.0.2.1'}
END
cat got; diff seen got && echo "still so"
