"""Prints the events of transformer/testdata/loggers once more, each behind a line "@@ set-up event"."""
import logging, os, sys

os.environ.setdefault("POWERTOOLS_SERVICE_NAME", "booking")
os.environ["_X_AMZN_TRACE_ID"] = "Root=1-62bd5b37-0a1b2c3d4e5f60718293a4b5"
import ecs_logging, structlog
from aws_lambda_powertools import Logger
from pythonjsonlogger.json import JsonFormatter

IDS = {"request_id": "8f507cfc-4697-4c1e-9d1e-0a1b2c3d4e5f", "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"}
DATA, CARGO, LINES = {"bookingId": 123, "userId": "abc"}, {"cargo": {"teu": 2, "ports": ["DEHAM", "CNSHA"]}}, 'port list\nsays "closed"'


class StorageError(Exception):
    pass


def inner():
    raise ConnectionError("connection refused")


def outer():
    try:
        inner()
    except ConnectionError as e:
        raise StorageError("could not store") from e


def show(setup, events):
    for event, run in events.items():
        print(f"@@ {setup} {event}", flush=True)
        run()
        sys.stdout.flush()


def failing(log):
    def run():
        try:
            outer()
        except StorageError:
            log()
    return run


structlog.configure(
    processors=[structlog.processors.add_log_level, structlog.processors.TimeStamper(fmt="iso"), structlog.processors.dict_tracebacks, structlog.processors.JSONRenderer()],
    logger_factory=structlog.PrintLoggerFactory(sys.stdout),
)
s = structlog.get_logger()
show("13-structlog", {
    "a": lambda: s.info("booking confirmed", **DATA), "b": failing(lambda: s.exception("booking failed", bookingId=123)), "c": lambda: s.warning(LINES, **CARGO),
    "d-debug": lambda: s.debug("step"), "e": lambda: s.bind(**IDS).info("booking confirmed"),
})


def logger(name, formatter):
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(formatter)
    log = logging.getLogger(name)
    log.setLevel(logging.DEBUG)
    log.propagate = False
    log.addHandler(handler)
    return log


j = logger("b2", JsonFormatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
show("14-python-json-logger", {
    "a-fmt": lambda: j.info("booking confirmed", extra=DATA), "b-fmt": failing(lambda: j.exception("booking failed", extra={"bookingId": 123})), "c-fmt": lambda: j.warning(LINES, extra=CARGO),
    "d-fmt-debug": lambda: j.debug("step"), "e": lambda: j.info("booking confirmed", extra={**IDS, "span_id": "00f067aa0ba902b7"}),
})
p = Logger(level="DEBUG", stream=sys.stdout)
show("16-powertools-py", {
    "a": lambda: p.info("booking confirmed", extra=DATA), "b": failing(lambda: p.exception("booking failed", extra={"bookingId": 123})), "c": lambda: p.warning(LINES, extra=CARGO), "d-debug": lambda: p.debug("step"),
})
e = logger("booking.ecs", ecs_logging.StdlibFormatter())
show("17-ecs-logging-py", {
    "a": lambda: e.info("booking confirmed", extra=DATA), "b": failing(lambda: e.exception("booking failed", extra={"bookingId": 123})), "c": lambda: e.warning(LINES, extra=CARGO), "d-debug": lambda: e.debug("step"),
})
