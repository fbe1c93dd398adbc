// Package schemas holds the contracts as data: the columns of both tables, the
// synonyms under which loggers write them, the Athena tables, the OpenSearch index
// templates, the JSON Schema of the agreed record, and the conformance vectors.
//
// Logs and AccessLogs are the authority. What is derived from them is either made
// from them or held to them by a test. Columns are only ever added: a test compares
// them with those of every release, because old files must stay readable.
package schemas

// Type is what a column holds.
type Type int

// The types of columns.
const (
	Text      Type = iota // UTF-8
	JSON                  // UTF-8 holding a JSON object
	Timestamp             // milliseconds since 1970, UTC
	Int32
	Int64
	Float64
)

// Column is one column of a table.
type Column struct {
	ID       int    // Parquet field id; never reused
	Name     string // snake_case, as Athena folds case
	Type     Type
	Required bool     // never NULL
	Index    string   // OpenSearch mapping: keyword, text, date, integer, long, double, flat_object, ip or "" for not indexed apart
	Doc      string   // one line, for the documentation page and the Athena comment
	Synonyms []string // further keys under which loggers write it; exact spelling
}

// Keys are the keys under which a record may fill the column: its own name and its
// synonyms. What Seamark alone knows (event_id, fingerprint, …) has none.
func (c Column) Keys() []string {
	if c.Synonyms == nil {
		return nil
	}
	return append([]string{c.Name}, c.Synonyms...)
}

// Table is a table of the lake.
type Table struct {
	Name    string
	Doc     string
	Columns []Column
}

// Partitions are the partition columns of both tables, outermost first. They are part
// of an object's key, not of the file.
var Partitions = []Column{
	{Name: "product", Type: Text, Required: true, Index: "keyword", Doc: "The application, from the tag seamark:product; `unassigned` when nobody claims it."},
	{Name: "environment", Type: Text, Required: true, Index: "keyword", Doc: "Stage of life, from the tag seamark:environment."},
	{Name: "date", Type: Text, Required: true, Doc: "Date of the event, UTC, yyyy-mm-dd."},
	{Name: "hour", Type: Text, Required: true, Doc: "Hour of the event, UTC, 00 to 23."},
}

// Tables lists both tables.
func Tables() []Table { return []Table{Logs, AccessLogs} }

// Logs is the table of log events.
var Logs = Table{
	Name: "logs",
	Doc:  "One row for each log event.",
	Columns: []Column{
		{1, "timestamp", Timestamp, true, "date", "When the event happened, as CloudWatch recorded it.", []string{"@timestamp", "time", "ts", "Timestamp", "date", "datetime", "instant", "timeUnixNano", "eventTime", "asctime", "@t", "TimeStamp", "log_time", "logTime", "TimeGenerated", "time_iso8601", "dateTime", "created_at", "timestamp_ms", "timestampMs", "observedTimestamp"}},
		{2, "event_id", Text, false, "keyword", "CloudWatch's own event id; for other sources a hash of origin, stream, offset and bytes.", nil},
		{3, "account_id", Text, false, "keyword", "AWS account that owns the log group, as AWS wrote it.", []string{"accountId", "account_id"}},
		{4, "region", Text, false, "keyword", "AWS region, from the subscription filter's name.", []string{"region", "cloud.region"}},
		{5, "source", Text, false, "keyword", "Log group.", []string{"source"}},
		{6, "stream", Text, false, "keyword", "Log stream.", nil},
		{7, "component", Text, false, "keyword", "Lambda function, or whatever part of the product wrote the event.", []string{"component", "service", "service.name", "functionName", "function_name"}},
		{8, "team", Text, false, "keyword", "Who is told, from the tag seamark:team.", []string{"team"}},
		{9, "level", Text, false, "keyword", "TRACE, DEBUG, INFO, WARN, ERROR or FATAL.", []string{"level", "log.level", "severity", "severityText", "severity_text", "SeverityText", "levelname", "logLevel", "log_level", "lvl", "Level", "level_name", "@l", "@level", "LogLevel", "loglevel", "Severity", "severity_level", "severityLevel", "priorityName", "log.severity", "levelName", "LevelName", "LEVEL", "SEVERITY", "logger_level", "log_severity", "lev"}},
		{10, "event_name", Text, false, "keyword", "Name of the business event.", []string{"eventName", "event_name", "event.name", "event.action"}},
		{11, "event_data", JSON, false, "flat_object", "Everything else the event said, as a JSON object; numbers keep their exact text.", []string{"eventData", "event_data"}},
		{12, "message", Text, false, "text", "The message; for what is not structured the whole line.", []string{"message", "msg", "body", "Body", "@message", "log.message", "short_message", "@m", "@mt", "Message", "RenderedMessage", "renderedMessage", "textPayload", "logMessage", "log_message", "MESSAGE", "messageText", "Msg"}},
		{13, "request_id", Text, false, "keyword", "Lambda's or the API's request id.", []string{"requestId", "request_id", "requestID", "awsRequestId", "AWSRequestId", "aws_request_id", "function_request_id", "aws.requestId", "faas.invocation_id", "http.request.id", "FunctionRequestId", "functionRequestId", "RequestId", "req_id", "reqId", "request.id", "lambdaRequestId", "lambda_request_id", "faas.execution", "faas.execution_id", "aws.request_id", "aws.lambda.request_id", "lambda.requestId", "lambda.request_id", "x-request-id", "X-Request-Id", "x_request_id", "x-amzn-requestid", "requestid", "Request-Id", "httpRequestId", "awsRequestID", "aws-request-id", "AwsRequestId", "ctx.requestId", "mdc.requestId", "mdc.request_id", "mdc.AWSRequestId", "context.requestId", "context.request_id", "context.awsRequestId", "contextMap.requestId", "coldstart.requestId"}},
		{14, "trace_id", Text, false, "keyword", "Trace id of X-Ray or OpenTelemetry.", []string{"traceId", "trace_id", "trace.id", "traceID", "xray_trace_id", "TraceId", "dd.trace_id", "xRayTraceId", "XRayTraceId", "XrayTraceId", "xrayTraceId", "xray_trace", "xray.trace_id", "@tr", "otelTraceID", "otel_trace_id", "otel.trace_id", "otelTraceId", "logging.googleapis.com/trace", "X-Amzn-Trace-Id", "x-amzn-trace-id", "x_amzn_trace_id", "amzn_trace_id", "_X_AMZN_TRACE_ID", "AWS-XRAY-TRACE-ID", "traceparent", "Trace-Id", "trace-id", "traceid", "TraceID", "x-b3-traceid", "X-B3-TraceId", "uber-trace-id", "traceHeader", "trace_header", "xrayTraceHeader", "xray_trace_header", "amzn-trace-id", "amznTraceId", "aws.xray.trace_id", "traceContext.traceId", "mdc.traceId", "mdc.trace_id", "context.traceId", "context.trace_id", "contextMap.traceId", "xray-trace-id", "x-correlation-trace-id"}},
		{15, "span_id", Text, false, "keyword", "Span id.", []string{"spanId", "span_id", "span.id", "spanID", "SpanId", "dd.span_id", "@sp", "otelSpanID", "otelSpanId", "otel_span_id", "otel.span_id", "logging.googleapis.com/spanId", "span-id", "spanid", "SpanID", "x-b3-spanid", "X-B3-SpanId", "mdc.spanId", "mdc.span_id", "context.spanId", "contextMap.spanId"}},
		{16, "error_type", Text, false, "keyword", "Class of the error.", []string{"errorType", "error.type", "exception.type", "exception_name", "exception_class", "error_type", "error.name", "error.kind", "error.class", "exceptionType", "exception_type", "exc_type", "errorClass", "error_class", "ErrorType", "ExceptionType", "exceptionClass", "err.type", "err.name", "errorName", "error_name"}},
		{17, "error_message", Text, false, "text", "Message of the error.", []string{"errorMessage", "error.message", "exception.message", "exception_message", "error_message", "exceptionMessage", "exc_value", "ErrorMessage", "ExceptionMessage", "err.message", "error_msg", "errorMsg", "err.msg", "error.msg"}},
		{18, "error_stack", Text, false, "text", "Stack trace.", []string{"stackTrace", "stack_trace", "error.stack_trace", "error.stack", "exception.stacktrace", "stacktrace", "stack", "errorStack", "error_stack", "@x", "StackTrace", "exceptionStackTrace", "exc_text", "traceback", "full_stack", "err.stack", "error.stackTrace", "error.backtrace", "exception.stack_trace", "exception.stack", "backtrace", "errorVerbose", "error_stacktrace", "stackTraces", "exception_stacktrace", "error.stacktrace"}},
		{19, "fingerprint", Text, false, "keyword", "Hash of the event's pattern, `<version>:<hex>`; WARN and above only.", nil},
		{20, "ingested_at", Timestamp, true, "date", "When the landing object arrived.", nil},
		{21, "landing_id", Text, false, "", "SHA-256 of the landing object that the event came in.", nil},
	},
}

// AccessLogs is the table of API requests.
var AccessLogs = Table{
	Name: "access_logs",
	Doc:  "One row for each request to an API.",
	Columns: []Column{
		{1, "timestamp", Timestamp, true, "date", "When the request was answered, as CloudWatch recorded it.", []string{"requestTimeEpoch", "requestTime", "timestamp", "@timestamp", "time", "request_time_epoch", "time_iso8601", "time_local", "start_time", "StartUTC", "EdgeStartTimestamp"}},
		{2, "event_id", Text, false, "keyword", "CloudWatch's own event id; for other sources a hash of origin, stream, offset and bytes.", nil},
		{3, "account_id", Text, false, "keyword", "AWS account that owns the log group, as AWS wrote it.", []string{"accountId", "account_id"}},
		{4, "region", Text, false, "keyword", "AWS region, from the subscription filter's name.", []string{"region"}},
		{5, "source", Text, false, "keyword", "Log group.", []string{"source"}},
		{6, "stream", Text, false, "keyword", "Log stream.", nil},
		{7, "component", Text, false, "keyword", "API and stage.", []string{"component"}},
		{8, "team", Text, false, "keyword", "Who is told, from the tag seamark:team.", []string{"team"}},
		{9, "request_id", Text, false, "keyword", "The API's request id.", []string{"requestId", "request_id", "extendedRequestId", "requestID", "extended_request_id", "x-request-id", "x_request_id", "http_x_request_id", "x-edge-request-id", "x_edge_request_id"}},
		{10, "trace_id", Text, false, "keyword", "X-Ray trace id.", []string{"xrayTraceId", "traceId", "trace_id", "xray_trace_id", "trace.id", "X-Amzn-Trace-Id", "x-amzn-trace-id", "x_amzn_trace_id", "http_x_amzn_trace_id", "xrayTraceID"}},
		{11, "method", Text, false, "keyword", "HTTP method.", []string{"httpMethod", "method", "http_method", "requestMethod", "http.request.method", "verb", "request_method", "RequestMethod", "ClientRequestMethod", "cs-method", "cs_method", "reqMethod"}},
		{12, "path", Text, false, "keyword", "Path as requested.", []string{"path", "requestPath", "uri", "url.path", "rawPath", "request_uri", "RequestPath", "ClientRequestURI", "ClientRequestPath", "cs-uri-stem", "cs_uri_stem", "request_path", "requestUri", "requested_uri", "requestURI", "reqPath", "x-envoy-origin-path"}},
		{13, "route", Text, false, "keyword", "Route or resource path that matched.", []string{"routeKey", "resourcePath", "route", "route_key", "resource_path", "http.route"}},
		{14, "status", Int32, false, "integer", "HTTP status, 100 to 599.", []string{"status", "statusCode", "status_code", "http.response.status_code", "DownstreamStatus", "EdgeResponseStatus", "sc-status", "sc_status", "elb_status_code", "response_code", "responseCode", "response_status", "http_status"}},
		{15, "latency_ms", Float64, false, "double", "Time to answer, milliseconds.", []string{"responseLatency", "latency", "latency_ms", "latencyMs", "responseTime", "duration_ms", "response_latency", "responseLatencyMs", "response_latency_ms", "elapsed_ms", "latencies.request", "durationMs", "response-time", "elapsedMs", "response_time_ms"}},
		{16, "integration_latency_ms", Float64, false, "double", "Time the integration took, milliseconds.", []string{"integrationLatency", "integration_latency", "integrationLatencyMs", "integration_latency_ms", "integration.latency", "latencies.proxy"}},
		{17, "response_bytes", Int64, false, "long", "Size of the answer, bytes.", []string{"responseLength", "response_length", "responseBytes", "response_bytes", "bytes", "body_bytes_sent", "bytes_sent", "sent_bytes", "DownstreamContentSize", "EdgeResponseBytes", "sc-bytes", "sc_bytes", "response_size", "responseSize", "response.size", "content_length", "contentLength", "content-length"}},
		{18, "ip", Text, false, "keyword", "Caller's address.", []string{"ip", "sourceIp", "source_ip", "sourceIP", "clientIp", "client_ip", "client.ip", "remote_addr", "remoteAddr", "ClientHost", "ClientIP", "c-ip", "c_ip", "remote_ip", "remoteIp", "remote_host", "remoteAddress", "identity.sourceIp", "identity_sourceIp", "identity_source_ip", "identity.source_ip", "downstream_remote_address"}},
		{19, "user_agent", Text, false, "keyword", "Caller's user agent.", []string{"userAgent", "user_agent", "user_agent.original", "http_user_agent", "identity.userAgent", "identity_userAgent", "identity_user_agent", "identity.user_agent", "ClientRequestUserAgent", "cs-user-agent", "cs(User-Agent)", "request_user_agent", "UA", "user-agent"}},
		{20, "protocol", Text, false, "keyword", "Protocol of the request.", []string{"protocol", "server_protocol", "RequestProtocol", "ClientRequestProtocol", "cs-protocol-version", "proto"}},
		{21, "error_message", Text, false, "text", "Why it failed, as the API or its integration said.", []string{"errorMessage", "error_message", "integrationErrorMessage", "integration_error_message", "error.message", "authorizerError", "errorMessageString", "error_message_string", "error.messageString", "integration.error", "authorizer.error", "authorizer_error", "error_reason", "integration_error", "integrationError"}},
		{22, "extra", JSON, false, "flat_object", "Everything else the line said, as a JSON object.", nil},
		{23, "ingested_at", Timestamp, true, "date", "When the landing object arrived.", nil},
		{24, "landing_id", Text, false, "", "SHA-256 of the landing object that the event came in.", nil},
	},
}

// IsTime says of a column of either table that it holds milliseconds since 1970.
func IsTime(column string) bool {
	for _, t := range Tables() {
		for _, c := range t.Columns {
			if c.Name == column && c.Type == Timestamp {
				return true
			}
		}
	}
	return false
}
