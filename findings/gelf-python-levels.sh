#!/usr/bin/env bash
# GELF from Python: a level of one's own (NOTICE, 25) is lost by pygelf 0.4.3 and sent as 25 by graypy 2.1.0.
#
# Expected: Python's logging lets a program name levels of its own (logging.addLevelName), as
#   verboselogs does (25). GELF 1.1 says `level` is a standard syslog level, which is 0 to 7: NOTICE
#   is 5 there.
# Seen: pygelf looks the number up among Python's five and raises KeyError, so that logging.Handler
#   drops the record (without a word where logging.raiseExceptions is off, as Python advises for production).
#   graypy hands Python's own number on: 25 for NOTICE, 5 for a TRACE of 5, which in GELF reads as
#   NOTICE, more severe than its own DEBUG (7) and INFO (6).
# For who collects logs: with one sender the record is missing, with the other TRACE passes every
#   filter for "INFO and worse", and NOTICE passes none.
set -euo pipefail
room=$(mktemp -d) && trap 'rm -rf "$room"' EXIT && cd "$room"
export PYTHONPATH=$room PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
python3 -m pip install -q --target . graypy==2.1.0 pygelf==0.4.3 || exit 2
python3 - >got <<'PY'
import json, logging, socket, zlib
from importlib.metadata import version
import graypy, pygelf
logging.raiseExceptions = False
logging.addLevelName(5, "TRACE")
logging.addLevelName(25, "NOTICE")
sink = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sink.bind(("127.0.0.1", 0))
sink.settimeout(2)
host, port = sink.getsockname()
def level(handler, n):
    logger = logging.Logger("booking", 1)
    logger.addHandler(handler)
    logger.log(n, "port closed")
    logger.log(logging.ERROR, "end")  # sent in any case, so that nothing is waited for
    got = []
    while not got or got[-1]["short_message"] != "end":
        b = sink.recv(65536)
        got.append(json.loads(zlib.decompress(b) if b[:1] == b"\x78" else b))
    return got[0]["level"] if len(got) == 2 else "nothing sent"
print("graypy", version("graypy"), "pygelf", version("pygelf"))
for n in (5, 10, 20, 25, 30):
    print(logging.getLevelName(n), "| graypy", level(graypy.GELFUDPHandler(host, port), n),
          "| pygelf", level(pygelf.GelfUdpHandler(host=host, port=port), n))
PY
cat >seen <<'END'
graypy 2.1.0 pygelf 0.4.3
TRACE | graypy 5 | pygelf nothing sent
DEBUG | graypy 7 | pygelf 7
INFO | graypy 6 | pygelf 6
NOTICE | graypy 25 | pygelf nothing sent
WARNING | graypy 4 | pygelf 4
END
cat got; diff seen got && echo "still so"
