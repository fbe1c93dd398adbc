#!/usr/bin/env bash
# awslambdaric 4.2.2: the traceback of a handler's uncaught error is none that a tool for tracebacks reads.
#
# Expected: Python's traceback: lines apart, indented by blanks, the error's cause first ("raise ... from"),
#   and as its last line the error's type and text. Multi-line rules of log shippers and parsers of
#   errors rely on these: `^\s` for what goes on, the last line for what went wrong.
# Seen: in the text format (the default) blanks of the indentation are U+00A0, which `\s` of Go and
#   Java does not match; the cause is not printed; type and text stand in front alone. Where standard
#   output takes the log, as in a container without Lambda's log channel, lines end in CR but the last.
#   With AWS_LAMBDA_LOG_FORMAT=JSON the frames are plain; the cause is missing there too.
# For who collects logs: one failure is cut into events or stays one long line, the last line of a frame
#   is taken for the error, and the database error that caused it is nowhere.
# Seamark: reads U+00A0 as indentation and takes type and text from the first line (transformer/lines/python.go).
set -euo pipefail
room=$(mktemp -d) && trap 'rm -rf "$room"' EXIT && cd "$room"
export PYTHONPATH=$room PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
python3 -m pip install -q --target . awslambdaric==4.2.2 || exit 2
cat >fn.py <<'PY'
def handler(event, context):
    try:
        {}["port"]
    except KeyError as e:
        raise ValueError("no tariff") from e
PY
cat >run.py <<'PY'
import http.server, json, os, subprocess, sys, threading
from importlib.metadata import version
class Runtime(http.server.BaseHTTPRequestHandler):  # Lambda's runtime API, as far as one invocation needs it
    asked = 0
    def log_message(self, *_): pass
    def do_GET(self):
        Runtime.asked += 1
        self.send_response(200 if Runtime.asked == 1 else 500)  # the second question ends the process
        for k, v in {"Aws-Request-Id": "1", "Deadline-Ms": "9999999999999", "Invoked-Function-Arn": "arn:aws:lambda:eu-central-1:111122223333:function:f"}.items():
            self.send_header("Lambda-Runtime-" + k, v)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Runtime)
threading.Thread(target=server.serve_forever, daemon=True).start()
print("awslambdaric", version("awslambdaric"))
for form in "Text", "JSON":
    Runtime.asked = 0
    out = subprocess.run([sys.executable, "-m", "awslambdaric", "fn.handler"], capture_output=True, timeout=60,
        env={**os.environ, "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{server.server_port}", "AWS_LAMBDA_LOG_FORMAT": form, "AWS_LAMBDA_FUNCTION_NAME": "f", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128"}).stdout.decode()
    out = out.split("\n")[0].replace(os.getcwd() + "/", "")
    print(form, "|", ascii(out) if form == "Text" else json.loads(out)["stackTrace"])
    print("  cause named:", "KeyError" in out)
PY
python3 run.py >got
cat >seen <<'END'
awslambdaric 4.2.2
Text | '[ERROR] ValueError: no tariff\rTraceback (most recent call last):\r\xa0\xa0File "fn.py", line 5, in handler\r\xa0\xa0\xa0\xa0raise ValueError("no tariff") from e'
  cause named: False
JSON | ['  File "fn.py", line 5, in handler\n    raise ValueError("no tariff") from e\n']
  cause named: False
END
cat got; diff seen got && echo "still so"
