package transformer_test

import (
	"path"
	"regexp"
	"strings"
)

// What the lines of testdata/loggers mean: each set-up was asked to say the same five
// things, and the rows that are expected follow from that and from what stands in the
// line, never from what the transformer makes of it.
//
//	a  information "booking confirmed" with bookingId 123 and userId abc
//	b  an error "booking failed": StorageError "could not store", caused by "connection refused"
//	c  a warning of two lines: port list⏎says "closed"
//	d  "step" at each level, or "cannot go on" at the last
//	e  a within a request: request id, trace id and span id; e-b is b within one
//	x  other set-ups of the library; x-…-a, x-…-b and x-…-c are a, b and c
//
// An event that ends in @write is several lines in one log event.

// want holds columns. "" is NULL, "~text" contains, "a|b" either, "?" anything. "bare": "no"
// leaves a record out of those that are tried without an envelope.
type want map[string]string

// The ids that every set-up was given.
const (
	wantRequest = "8f507cfc-4697-4c1e-9d1e-0a1b2c3d4e5f"
	wantTrace   = "4bf92f3577b34da6a3ce929d0e0e4736"
	wantSpan    = "00f067aa0ba902b7"
	wantXRay    = "1-62bd5b37-0a1b2c3d4e5f60718293a4b5"
	wantOTel    = "938ce83879f2979fa493758c08e8f81d"
)

// wantLevels are the levels of the events d by the name behind the last hyphen.
var wantLevels = map[string]string{
	"trace": "TRACE", "silly": "TRACE", "debug": "DEBUG", "verbose": "DEBUG", "print": "DEBUG",
	"info": "INFO", "notice": "INFO", "log": "INFO", "success": "INFO", "ready": "INFO", "start": "INFO", "box": "INFO", "mark": "INFO",
	"http": "INFO|DEBUG", "help": "INFO|DEBUG", "data": "INFO|DEBUG", "prompt": "INFO|DEBUG", "input": "INFO|DEBUG",
	"warn": "WARN", "warning": "WARN", "error": "ERROR", "fail": "ERROR|INFO",
	"fatal": "FATAL", "critical": "FATAL", "crit": "FATAL", "alert": "FATAL", "emerg": "FATAL", "panic": "FATAL", "dpanic": "FATAL",
	"nolevel": "", "diag": "|INFO|DEBUG", // a level of the test's own, between INFO and DEBUG
}

// wantErrors are the error's columns in the events b by ecosystem: what the language calls it.
var wantErrors = map[string]want{
	"npm":   {"error_type": "StorageError", "error_message": "could not store"},
	"pip":   {"error_type": "StorageError|common.StorageError", "error_message": "could not store"},
	"go":    {"error_type": "", "error_message": "could not store: connection refused"},
	"cargo": {"error_type": "", "error_message": "could not store"},
	"maven": {"error_type": "Main$StorageException|Main.StorageException", "error_message": "could not store"},
}

// wantFrames find a frame of the failing function in a line, and what of it the stack must show.
var wantFrames = map[string]struct {
	in    *regexp.Regexp
	stack string
}{
	"npm":   {regexp.MustCompile(`at mk \(|"method":"mk"|method\\":\\"mk`), "mk"},
	"pip":   {regexp.MustCompile(`in outer|"name": "outer"`), "outer"},
	"go":    {regexp.MustCompile(`stacktrace|goroutine 1|"func":"mkPkg"|main\.doZap`), "do"},
	"cargo": {regexp.MustCompile(`\x00`), ""},
	"maven": {regexp.MustCompile(`Main\.mk\(|"methodName":"mk"|"method" ?: ?"mk"`), "Main.mk"},
}

// wantOverrides say what a set-up does differently; later ones win.
var wantOverrides = []struct {
	setup, event string
	want         want
}{
	// npm
	{"*pino", "b*", want{"error_message": "could not store: connection refused"}}, // pino's err serializer joins the causes
	{"*", "*erronly", want{"message": "could not store"}},
	{"01-pino", "b-errWithCause", want{"error_message": "could not store"}},
	{"01-pino", "b-aggregate", want{"error_type": "AggregateError", "error_message": "two failed"}},
	{"*pino", "x-*", want{"message": "late", "level": "WARN"}},
	{"01-pino", "x-customLevel", want{"message": "port closed", "level": "INFO|WARN"}}, // 35, between 30 and 40
	{"09-ecs-pino", "b*", want{"error_message": "could not store"}},
	{"09-ecs-pino", "e-http", want{"message": "got it"}},
	{"02-bunyan", "x-*", want{"message": "late", "level": "WARN"}},
	{"03-winston", "b*", want{"message": "booking failed could not store"}}, // winston joins them
	{"03-winston", "b*erronly", want{"message": "could not store"}},
	{"03-winston", "b-meta-*", want{"message": "booking failed", "error_message": "?"}}, // it prints the name only
	{"03-winston", "b-json-only-erronly", want{"message": "?", "error_type": "?", "error_message": "?"}},
	{"03-winston", "b-log-level-err", want{"message": "could not store", "error_type": "Error"}},
	{"03-winston", "x-*", want{"message": "late", "level": "WARN"}},
	{"03-winston", "x-metadata", want{"bare": "no"}},                             // its time lies inside
	{"04-log4js", "b*", want{"error_message": "?", "message": "booking failed"}}, // Error.message is not enumerable there
	{"04-log4js", "b-erronly", want{"message": "?"}},
	{"04-log4js", "x-basic-error*", want{"level": "ERROR", "message": "booking failed", "error_type": "StorageError", "error_message": "could not store", "error_stack": "~connection refused"}},
	{"04-log4js", "x-basic-warn*", want{"level": "WARN", "message": "port list"}},
	{"04-log4js", "d-fatal", want{"message": "step"}},
	{"*tslog*", "a-objonly", want{"message": "?"}},
	{"*tslog*", "b-err*", want{"message": "could not store|booking failed|"}},
	{"05-tslog", "b-fields", want{"error_type": "", "error_message": ""}},
	{"05-tslog", "x-template", want{"message": "a %s b", "level": "WARN"}},
	{"*consola", "b*", want{"error_message": "?"}},
	{"*consola", "b-erronly", want{"message": "?"}},
	{"07b-loglevel", "*", want{"level": ""}}, // it prints none
	{"07b-loglevel", "b*", want{"level": "ERROR"}},
	{"*loglevel", "x-prefix-a", want{"level": "INFO"}},
	{"*loglevel", "x-prefix-b*", want{"level": "ERROR"}},
	{"*loglevel", "d-trace*", want{"level": "TRACE", "error_type": ""}}, // console.trace is no error
	{"07b-loglevel", "d-debug", want{"level": "DEBUG"}},
	{"L-node-*loglevel", "d-debug", want{"level": "INFO|DEBUG"}}, // printed by console.log
	{"08-powertools-ts", "x-two-errors", want{"level": "ERROR", "message": "booking failed", "error_type": "StorageError", "error_message": "could not store"}},
	{"10-ecs-winston", "b-errmeta", want{"message": "booking failed could not store"}},
	{"*logtape", "a-template", want{"message": `booking 123 confirmed for "abc"`}},
	{"*logtape", "b-erronly", want{"message": `"could not store"`}},
	{"*logtape", "b-inmsg", want{"message": "~booking failed: "}},
	{"*logtape", "x-prepend-template", want{"level": "WARN", "message": "~booking {bookingId} late"}},
	{"L-node*plain", "a", want{"message": "~booking confirmed"}},
	{"L-node*plain", "a-fmt", want{"message": "booking 123 confirmed"}},
	{"L-node*", "*jsonstring", want{"event_name": "?"}},
	{"L-node*", "a-jsonstring", want{"event_name": "Booking confirmed"}},
	{"L-node*", "b", want{"message": "~booking failed"}},
	{"L-node*plain", "b-erronly", want{"message": "?"}},
	{"L-node*plain", "b-invoke", want{"message": "?"}},
	{"L-node*plain", "b-uncaught", want{"message": "?"}},
	{"L-node*plain", "b-warn", want{"level": "WARN", "message": "~booking failed"}},
	{"L-node*plain", "b-objerr", want{"message": "booking failed"}},
	{"L-node*plain", "c", want{"message": "~port list"}},
	{"L-node-JSON-*loglevel", "*", want{"message": "?"}},
	{"P-pino-errors", "b-zod", want{"message": "~invalid_type", "error_type": "ZodError", "error_message": "~invalid_type"}},
	{"P-pino-errors", "b-named", want{"error_type": "PrismaClientKnownRequestError|Error", "error_message": "could not store"}},
	{"P-pino-errors", "b-text", want{"error_type": "", "error_message": "plain text error"}},
	{"P-pino-errors", "b-plainerr", want{"error_type": "", "error_message": ""}},
	{"P-pino-errors", "b-code", want{"error_type": "", "error_message": ""}},
	{"P-pino-errors", "b-fmt", want{"message": "booking failed: Error: boom", "error_type": "?", "error_message": "?"}},
	{"P-pino-errors", "b-msgonly", want{"error_type": "", "error_message": "m only"}},

	// PyPI
	{"13-structlog", "b-group", want{"error_type": "ExceptionGroup", "error_message": "~two failed"}},
	{"13-structlog", "x-callsite", want{"level": "WARN", "message": "late"}},
	{"13-structlog", "x-stack_info", want{"level": "WARN", "message": "late", "error_type": ""}},
	{"13-structlog", "x-logfmt-c", want{"event_data": `~port list\nsays \"closed\"`}},
	{"14-python-json-logger", "?", want{"level": ""}}, // the default format prints none
	{"14-python-json-logger", "e", want{"level": "INFO"}},
	{"14-python-json-logger", "d-*", want{"level": ""}},
	{"14-python-json-logger", "b*", want{"level": "ERROR"}},
	{"14-python-json-logger", "d-fmt-debug", want{"level": "DEBUG"}},
	{"14-python-json-logger", "d-fmt-critical", want{"level": "FATAL"}},
	{"14-python-json-logger", "a-dictnomsg", want{"message": ""}},
	{"14-python-json-logger", "a-args", want{"message": "booking 123 confirmed"}},
	{"14-python-json-logger", "x-rename-ts", want{"level": "WARN", "message": "late"}},
	{"14-python-json-logger", "x-b-array", want{"level": "ERROR", "message": "booking failed"}},
	{"14-python-json-logger", "x-stack-array", want{"level": "WARN", "message": "late", "error_type": ""}},
	{"14-python-json-logger", "x-notset", want{"level": "|TRACE|DEBUG", "message": "step"}}, // "Level 5"
	{"14-python-json-logger", "x-notice", want{"level": "|INFO", "message": "step"}},        // "Level 25"
	{"16-powertools-py", "a-dict", want{"message": "?"}},
	{"16-powertools-py", "e-event", want{"message": "?"}},
	{"16-powertools-py", "*b", want{"error_type": "StorageError"}}, // exception_name says it
	{"16-powertools-py", "x-jsonmsg", want{"level": "WARN", "message": "?"}},
	{"17-ecs-logging-py", "x-structlog-b", want{"error_type": "?", "error_message": "?"}}, // it prints neither
	{"20-otel-py", "a*", want{"trace_id": "", "span_id": ""}},                             // all zero
	{"20-otel-py", "b", want{"error_message": "?"}},                                       // cut off before it
	{"L-python-TEXT-plain", "a-args", want{"message": "booking 123 confirmed"}},
	{"L-python-TEXT-plain", "a-dict", want{"message": "~'event': 'confirmed'"}},
	{"L-python-TEXT-plain", "a-jsonstring", want{"event_name": "Booking confirmed"}},
	{"L-python-TEXT-plain", "b-repr", want{"error_type": "", "error_message": "?"}},
	{"L-python-TEXT-plain", "b-uncaught", want{"message": "~StorageError"}},
	{"P-awslambdaric-uncaught", "b*", want{"message": "?"}},
	{"P-awslambdaric-uncaught", "b-ValueError", want{"error_type": "ValueError", "error_message": "no tariff", "error_stack": "~in h1"}},
	{"P-awslambdaric-uncaught", "b-KeyError", want{"error_type": "KeyError", "error_message": "'port'", "error_stack": "~in h2"}},
	{"P-awslambdaric-uncaught", "b-intError", want{"error_type": "ValueError", "error_message": "invalid literal for int() with base 10: 'x: y'", "error_stack": "~in h3"}},
	{"P-awslambdaric-uncaught", "b-colon", want{"error_type": "ValueError", "error_message": "code: 7", "error_stack": "~in h4"}},
	{"P-awslambdaric-uncaught", "b-loop", want{"error_type": "KeyError", "error_message": "'port'", "error_stack": "~in h5"}},
	{"P-awslambdaric-uncaught", "b-cause", want{"error_type": "RuntimeError", "error_message": "could not store", "error_stack": "~in h6"}},
	{"P-awslambdaric-uncaught", "b-assert", want{"error_type": "AssertionError", "error_message": "bad state: closed", "error_stack": "~in h7"}},
	{"P-awslambdaric-uncaught", "b-empty", want{"error_type": "TimeoutError", "error_message": "", "error_stack": "~in h8"}},
	{"P-python-real-errors", "b-pyd", want{"error_type": "pydantic_core._pydantic_core.ValidationError", "error_message": "~2 validation errors for Booking"}},
	{"P-python-real-errors", "b-sqla", want{"error_type": "sqlalchemy.exc.OperationalError", "error_message": "~(sqlite3.OperationalError) no such table: booking"}},
	{"P-python-real-errors", "b-sqla2", want{"error_type": "sqlalchemy.exc.NoResultFound", "error_message": "No row was found when one was required"}},
	{"P-python-real-errors", "b-boto", want{"error_type": "botocore.errorfactory.NoSuchKey", "error_message": "An error occurred (NoSuchKey) when calling the GetObject operation: The specified key does not exist."}},
	{"P-python-real-errors", "b-boto2", want{"error_type": "botocore.errorfactory.ConditionalCheckFailedException", "error_message": "~when calling the PutItem operation: The conditional request failed"}},
	{"P-python-real-errors", "b-req", want{"error_type": "requests.exceptions.ConnectionError", "error_message": "~Max retries exceeded with url"}},

	// Go
	{"21-slog", "d-fatal12", want{"level": "ERROR|FATAL", "message": "cannot go on"}}, // ERROR+4
	{"21-slog", "d-trace-8", want{"level": "DEBUG|TRACE"}},                            // DEBUG-4
	{"21-slog", "d-notice2", want{"level": "INFO"}},
	{"21-slog", "d-warn1", want{"level": "WARN"}},
	{"21-slog", "b-joined", want{"error_message": "first\nsecond"}},
	{"21-slog", "x-*", want{"level": "WARN", "message": "late"}},
	{"21-slog", "x-text-?", want{"message": "booking|port list"}},
	{"21-slog", "x-text-a", want{"level": "INFO"}},
	{"21-slog", "x-text-b", want{"level": "ERROR"}},
	{"*", "x-text-c", want{"event_data": `~port list\nsays \"closed\"`}},
	{"22-zap", "b-errors", want{"error_message": "?"}}, // an array of errors
	{"22-zap", "b-named", want{"error_message": "?"}},  // a key of its own
	{"22-zap", "x-*", want{"level": "WARN", "message": "late"}},
	{"22-zap", "x-namespace", want{"level": "ERROR", "message": "booking failed", "error_type": "", "error_stack": "~doZap"}},
	{"22-zap", "x-*-a", want{"level": "INFO", "message": "booking confirmed"}},
	{"22-zap", "x-*-b*", want{"level": "ERROR", "message": "booking failed"}},
	{"22-zap", "x-dev-c*", want{"message": "port list"}},
	{"23-zerolog", "b-errs", want{"error_message": "?"}}, // an array of errors
	{"23-zerolog", "x-*", want{"level": "WARN", "message": "late"}},
	{"23-zerolog", "x-console*-2", want{"level": "ERROR", "message": "booking failed", "error_message": "could not store: connection refused"}},
	{"23-zerolog", "x-console*@write", want{"level": "ERROR|WARN", "message": "late"}}, // two records in one write
	{"24-logrus", "x-clash", want{"level": "WARN", "message": "late"}},
	{"24-logrus", "x-caller", want{"level": "WARN", "message": "late"}},
	{"24-logrus", "x-datakey", want{"level": "ERROR", "message": "booking failed", "error_message": "could not store: connection refused"}},
	{"24-logrus", "x-pretty*", want{"level": "ERROR", "message": "booking failed", "error_message": "could not store: connection refused"}},
	{"27-phuslu", "x-*", want{"level": "WARN", "message": "late"}},
	{"30-log15", "x-*", want{"message": "?"}},
	{"30-log15", "x-logfmt-c", want{"event_data": `~port list\nsays \"closed\"`}},

	// crates.io
	{"*", "b-debug", want{"error_message": "StorageError { source: Inner }", "error_type": "|StorageError"}}, // {:?}
	{"*", "b-anyhow*", want{"error_message": "~booking 7"}},
	{"38[cd]*", "b-anyhow*", want{"error_message": "~connection refused"}},
	{"*", "b-dotted", want{"error_type": "StorageError"}},
	{"39-slog-json", "b-chain", want{"error_message": "could not store: connection refused"}},
	{"40-log4rs-json", "b-anyhow", want{"message": "~booking failed: booking 7", "error_message": "?"}}, // all in the message
	{"42-structured-logger", "b-anyhow", want{"message": "~booking failed: booking 7", "error_message": "?"}},
	{"41-tracing-bunyan", "e-*", want{"level": "INFO", "message": "~[REQUEST - ", "error_type": "", "error_message": ""}},
	{"41-tracing-bunyan", "e-b-2", want{"level": "ERROR", "error_message": "could not store"}},
	{"41-tracing-bunyan", "e-[12]*", want{"message": "~[REQUEST - "}},

	// Maven
	{"*", "a-args", want{"message": "booking 123 confirmed for abc"}},
	{"14-*", "a-args", want{"message": "booking 123 confirmed"}},
	{"L-python*", "a-args", want{"message": "booking 123 confirmed"}},
	{"32-logback-json", "a-args", want{"message": "booking {} confirmed for {}|booking 123 confirmed for abc"}},
	{"3[1-7]*", "x-*", want{"level": "WARN", "message": "late"}},
	{"3[1-7]*", "x-suppressed*", want{"level": "ERROR", "message": "booking failed", "error_type": "Main$StorageException", "error_message": "could not store"}},
	{"3[45]*", "a-stringmap*", want{"message": "?"}},
	{"33*", "a-stringmap", want{"message": "?"}},
	{"3[3-5]*", "a-mapmsg*", want{"message": "?"}},
	{"3[3-5]*", "c-obj", want{"message": "?"}},
	{"34c*", "d-trace", want{"level": "DEBUG"}}, // its template knows no TRACE
	{"34c*", "d-notice", want{"level": ""}},     // "severity":"null"
	{"34c*", "d-diag", want{"level": ""}},
	{"34c*", "*b", want{"message": "~booking failed"}}, // with the stack behind it
	{"34g*", "*", want{"level": ""}},                   // %m%n
	{"34g*", "b*", want{"level": "ERROR", "message": "?"}},
	{"34g*", "e-b*", want{"level": "ERROR", "message": "?"}},
	{"36-tinylog-json", "a", want{"message": "~booking confirmed"}},
	{"36-tinylog-json", "b", want{"message": "~booking failed"}},
	{"36b*", "?", want{"message": "?"}}, // the text stands in the second line
	{"36b*", "d-*", want{"message": "?"}},
}

// wanted is what a record of a set-up is expected to become.
func wanted(setup, ecosystem, event, text string) want {
	plain, _ := strings.CutSuffix(event, "@write")
	w := want{}
	switch kind, last := plain[:1], plain[strings.LastIndexByte(plain, '-')+1:]; {
	case kind == "d":
		w["level"], w["message"] = wantLevels[last], "step|cannot go on"
	case plain == "e-b" || kind == "b" || kind == "x" && last == "b":
		w["level"], w["message"] = "ERROR", "booking failed"
		for k, v := range wantErrors[ecosystem] {
			w[k] = v
		}
	case kind == "c" || kind == "x" && last == "c":
		w["level"], w["message"], w["error_type"] = "WARN", "port list\nsays \"closed\"", ""
	case kind == "a" || kind == "e" || kind == "x" && last == "a":
		w["level"], w["message"], w["error_type"], w["error_message"] = "INFO", "booking confirmed", "", ""
	}
	for id, column := range map[string]string{wantRequest: "request_id", wantTrace: "trace_id", wantSpan: "span_id", wantXRay: "trace_id", wantOTel: "trace_id"} {
		if strings.Contains(text, id) {
			w[column] = id
		}
	}
	if f := wantFrames[ecosystem]; w["level"] == "ERROR" && f.in.MatchString(text) {
		w["error_stack"] = "~" + f.stack
	}
	for _, o := range wantOverrides {
		if ok, _ := path.Match(o.setup, setup); !ok {
			continue
		}
		if ok, _ := path.Match(o.event, event); !ok {
			continue
		}
		for k, v := range o.want {
			w[k] = v
		}
	}
	return w
}
