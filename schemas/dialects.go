package schemas

// Dialect is how a logger, or what carries a log, writes its records where the synonyms of
// the columns do not say it. The first that a record matches counts; a record that matches
// none is read by the synonyms alone. docs/reference/dialects.md is made from Dialects.
//
// A path names a member: "a", "a.b" inside an object, "a[]" each element of an array.
type Dialect struct {
	Name string // of the logger
	From string // set-up and version that wrote the vectors, or the page that says so

	// When are alternatives, of which one must hold: terms parted by blanks. "key" must be
	// there, "key:string" be of that kind (string, number, object, array; "|" parts kinds),
	// "!key" be missing, "key=value" be that text, "only:a,b" allows no further keys.
	When []string

	Level   string // path of the level
	Scale   Scale  // of a level that is a number
	Time    string // path of the time; "seconds+nanos" are two
	Message string // paths, the first that is there counts; texts of an array are joined
	Error   string // paths of the error: an object, a text, a list of frames, or one of errors
	Event   string // paths of the event's name
	Class   string // paths of the error's type, where it stands apart
	Reason  string // paths of the error's message, where it stands apart; it is the message too, where there is none
	Stack   string // paths of a text that holds the error's stack, where it holds one
	Request string // paths of the request id
	Trace   string // paths of the trace id
	Span    string // paths of the span id
	Lift    string // objects whose members are the record's own: read by the synonyms, the rest goes to the top of event_data
	IDs     string // objects, or lists of them, in which ids are looked for; they stay whole
	Inner   string // member whose text is the record, in whatever form; what is around it goes to event_data
	Fill    bool   // the message is a template of which {Name} is filled from members
	Silent  string // level of a record that names none
}

// Scale says what the numbers of a level mean.
type Scale int

// The scales.
const (
	ScalePino      Scale = iota // 10 trace to 60 fatal: pino, bunyan, Python
	ScaleSyslog                 // 0 emergency to 7 debug: RFC 5424, GELF
	ScaleTelemetry              // 1 trace to 24 fatal: OpenTelemetry
	ScaleInsights               // 0 verbose to 4 critical: Application Insights
	ScalePython                 // 10 debug to 50 critical
	ScaleLog4j                  // 5000 trace to 50000 fatal: log4js, logback
	ScaleMicrosoft              // 0 trace to 5 critical
	ScaleOutcome                // words: …FAILURE, …FAILED, …ERROR are an error, others information
	ScaleHTTP                   // a status: 5xx is an error, 4xx a warning, others information
	ScaleLager                  // 0 debug to 3 fatal: Cloud Foundry\'s lager
)

// Dialects are the dialects in the order in which they are tried.
var Dialects = []Dialect{
	// What carries a record.
	{Name: "Lambda's JSON log format", From: "aws-lambda-ric 4.0.2, awslambdaric 4.2.2",
		When: []string{
			"timestamp:string level:string message:string|object requestId:string only:timestamp,level,message,requestId,logger,tenantId,traceId",
			"timestamp:string level:string message:string|object AWSRequestId:string only:timestamp,level,message,AWSRequestId,logger,tenantId",
			"timestamp:string level:string message:string|object only:timestamp,level,message",
		}, Inner: "message"},
	{Name: "Fluent Bit, FireLens, Docker, containerd", From: "aws-for-fluent-bit 2.32, Docker 27 json-file",
		When: []string{
			"log:string stream:string !level !message !msg", "log:string kubernetes:object !level !message !msg", "log:string container_id:string", "log:string container_name:string",
			"log:string ecs_task_arn:string", "log:string ecs_cluster:string", "log:string source:string !level !message !msg", "log:string only:log", "log:string time:string only:log,time,stream,attrs",
			"log:string date:number only:log,date",
		}, Inner: "log"},
	{Name: "Docker's splunk driver, Loki's around a line", From: "Docker 27 splunk-format=inline, Alloy 1.4",
		When: []string{"line:string stream:string !message !msg", "line:string source:string tag:string !message !msg"}, Inner: "line"},
	{Name: "Fluentd, Vector, Filebeat around a line", From: "fluentd 1.17, vector 0.41, filebeat 8.15",
		When: []string{
			"message:string kubernetes:object !level !severity", "message:string stream:string !level !severity !logger", "message:string container_id:string !level", "message:string docker:object !level",
		}, Inner: "message"},
	{Name: "Google Cloud Logging's entry", From: "LogEntry v2", When: []string{"logName:string jsonPayload:object", "severity:string jsonPayload:object"}, Lift: "jsonPayload"},
	{Name: "Google Cloud Logging's entry, text", From: "LogEntry v2", When: []string{"logName:string textPayload:string", "severity:string textPayload:string"}, Message: "textPayload"},
	{Name: "Fluent Bit, merged with what the line says", From: "Fluent Bit 3.0 Merge_Log", When: []string{"log:string level:string !message !msg !event !text"}, Message: "log"},
	{Name: "OpenTelemetry log record", From: "OTLP 1.3 JSON", When: []string{"body severityNumber:number", "body severity_number:number", "Body SeverityNumber:number"},
		Level: "severityText severity_text SeverityText severityNumber severity_number SeverityNumber", Scale: ScaleTelemetry, IDs: "spanContext"},

	// Node.js.
	{Name: "log4js", From: "log4js 6.9.1 layout json", When: []string{"categoryName:string data:array level:object"},
		Level: "level.levelStr", Time: "startTime", Message: "data[]", Error: "error", Lift: "context"},
	{Name: "tslog", From: "tslog 4.11.0 type json", When: []string{"_meta:object 0"}, Level: "_meta.logLevelName", Time: "_meta.date", Message: "0", Error: "1 2", Lift: "1 2", IDs: "_meta"},
	{Name: "tslog, an error alone", From: "tslog 4.11.0 type json", When: []string{"_meta:object name:string message:string stack:array"}, Level: "_meta.logLevelName", Time: "_meta.date", Class: "name", Reason: "message", IDs: "_meta"},
	{Name: "tslog, an object", From: "tslog 4.11.0 type json", When: []string{"_meta:object !0 !level"}, Level: "_meta.logLevelName", Time: "_meta.date", IDs: "_meta"},
	{Name: "tslog", From: "tslog 5.1.0 type json", When: []string{"_logMeta:object"}, Level: "level _logMeta.logLevelName", IDs: "_logMeta"},
	{Name: "consola", From: "consola 3.4.2 JSON reporter", When: []string{"args:array type:string level:number"}, Level: "type", Time: "date", Message: "args[]", Error: "error"},
	{Name: "adze", From: "adze 2 format json", When: []string{"levelName:string args:array", "levelName:string level:number"}, Level: "levelName", Message: "message args[]", Error: "error", IDs: "meta"},
	{Name: "roarr", From: "roarr 7", When: []string{"context:object message:string sequence version:string"}, Level: "context.logLevel", Error: "context.error", Lift: "context"},
	{Name: "lambda-log", From: "lambda-log 3.1", When: []string{"_logLevel:string msg:string"}, Level: "_logLevel"},
	{Name: "winston's logstash format", From: "winston 3.19.0", When: []string{"@fields:object @message:string"}, Level: "@fields.level", Message: "@message", Error: "@fields.error", Lift: "@fields"},
	{Name: "logstash's version 0", From: "lnav 0.13's samples", When: []string{"@fields:object !@message !message"}, Error: "@fields.error @fields.err", Lift: "@fields"},
	{Name: "signale", From: "signale 1.4", When: []string{"scope type:string message !level"}, Level: "type"},
	{Name: "LogTape, NLog", From: "@logtape/logtape 2.4.2, NLog 5.3 JsonLayout", When: []string{"logger:string properties:object level:string", "logger:string properties:object message"}, Error: "properties.error properties.err properties.exception", Lift: "properties"},

	// Python.
	{Name: "loguru", From: "loguru 0.7 serialize=True", When: []string{"record:object text:string"}, Level: "record.level.name", Time: "record.time.timestamp", Message: "record.message",
		Error: "record.exception", Stack: "text", Lift: "record.extra"},
	{Name: "structlog", From: "structlog 26.1.0 JSONRenderer", When: []string{"event:string !message !msg !eventName !event_name"}, Message: "event"},
	{Name: "eliot", From: "eliot 1.16", When: []string{"task_uuid:string task_level:array message_type:string", "task_uuid:string task_level:array action_type:string"},
		Message: "message message_type action_type"},

	// Go.
	{Name: "apex/log", From: "apex/log 1.9.0 json", When: []string{"fields:object level:string message:string timestamp:string"}, Error: "fields.error fields.err", Lift: "fields"},
	{Name: "logrus with a key for fields", From: "logrus 1.10.2 DataKey", When: []string{"data:object level:string msg:string"}, Error: "data.error data.err", Lift: "data"},
	{Name: "zap, development keys", From: "zap 1.28.0 NewDevelopmentEncoderConfig", When: []string{"L:string T M:string", "L:string M:string C:string"}, Level: "L", Time: "T", Message: "M", Error: "error S"},
	{Name: "log15", From: "log15 2.16.0 JsonFormat", When: []string{"lvl:string t:string msg"}, Time: "t"},

	{Name: "go-zero", From: "go-zero 1.6 logx json", When: []string{"content caller:string level:string !message !msg", "content:string level:string !message !msg !event"}, Message: "content"},
	{Name: "lager", From: "code.cloudfoundry.org/lager 2.0", When: []string{"log_level:number source:string message:string data:object !level"}, Level: "log_level", Scale: ScaleLager, Error: "data.error"},
	{Name: "Kubernetes' JSON format", From: "k8s.io/component-base 0.30 logs/json", When: []string{"ts:number caller:string msg:string v:number !level"}, Silent: "INFO"},
	{Name: "Kubernetes' JSON format, an error", From: "k8s.io/component-base 0.30 logs/json", When: []string{"ts:number caller:string msg:string err !level !v"}, Silent: "ERROR"},

	// JVM.
	{Name: "logback", From: "logback 1.6.7 JsonEncoder", When: []string{"loggerName:string sequenceNumber:number", "loggerName:string formattedMessage:string", "loggerName:string threadName:string mdc:object"},
		Message: "formattedMessage message", Error: "throwable", Lift: "mdc"},
	{Name: "log4j2", From: "log4j-core 2.26.1 JsonLayout, log4j-layout-template-json 2.26.1", When: []string{"instant:object"}, Time: "instant.epochSecond+instant.nanoOfSecond", Error: "thrown", Lift: "contextMap"},
	{Name: "log4j2", From: "log4j-core 2.26.1 JsonLayout", When: []string{"loggerName:string thrown:object", "loggerName:string contextMap:object", "loggerName:string loggerFqcn:string"}, Error: "thrown", Lift: "contextMap"},
	{Name: "Quarkus", From: "quarkus-logging-json 3.15", When: []string{"loggerName:string exception:object", "loggerName:string mdc:object sequence:number"}, Error: "exception", Lift: "mdc"},

	// .NET.
	{Name: "Serilog's compact format", From: "Serilog.Formatting.Compact 3.0", When: []string{"@t:string @mt:string", "@t:string @m:string"}, Message: "@m @mt", Error: "@x", Fill: true, Silent: "INFO"},
	{Name: "Serilog's JSON format", From: "Serilog 4.0 JsonFormatter", When: []string{"MessageTemplate:string"}, Message: "RenderedMessage MessageTemplate", Error: "Exception", Lift: "Properties", Fill: true},
	{Name: "Microsoft's JSON console", From: "Microsoft.Extensions.Logging.Console 9.0", When: []string{"LogLevel:string Category:string"}, Message: "Message", Error: "Exception", IDs: "Scopes State"},
	{Name: "NLog", From: "NLog 5.3 JsonLayout", When: []string{"Level:string Logger:string Message:string Properties:object"}, Error: "Exception", Lift: "Properties"},

	// Rust, Ruby, PHP and others.
	{Name: "tracing", From: "tracing-subscriber 0.3.23 json", When: []string{"fields:object level:string target:string", "fields:object level:string span:object", "fields:object level:string timestamp:string"},
		Message: "fields.message", Error: "fields.error fields.err fields.exception", Lift: "fields span", IDs: "spans"},
	{Name: "log4rs", From: "log4rs 1.4.0 json", When: []string{"module_path mdc:object attributes:object", "target:string mdc:object attributes:object"}, Error: "attributes.error attributes.err", Lift: "attributes mdc"},
	{Name: "LoggerJSON's Datadog form", From: "logger_json 5.1 (Elixir)", When: []string{"syslog:object logger:object message"}, Level: "syslog.severity"},
	{Name: "Monolog", From: "Monolog 3.7 JsonFormatter", When: []string{"level_name:string context:object", "level_name:string context:array", "level_name:string channel:string"}, Level: "level_name",
		Error: "context.exception context.error", Lift: "context extra"},
	{Name: "Nextcloud", From: "Nextcloud 29 nextcloud.log", When: []string{"reqId:string level:number app:string message"}, Level: "level", Scale: ScaleInsights},
	{Name: "semantic_logger", From: "semantic_logger 4.16 json", When: []string{"level_index:number name:string", "name:string level:string payload:object", "name:string level:string named_tags:object"}, Level: "level", Error: "exception", Lift: "payload named_tags"},
	{Name: "PostgreSQL", From: "PostgreSQL 16 jsonlog", When: []string{"error_severity:string message:string"}, Level: "error_severity"},
	{Name: "MongoDB", From: "MongoDB 7.0 structured log", When: []string{"s:string c:string msg:string ctx:string"}, Level: "s", Time: "t.$date", Error: "attr.error"},
	{Name: "GELF", From: "GELF 1.1, log4j-layout-template-json 2.26.1", When: []string{"short_message:string"}, Level: "level", Scale: ScaleSyslog, Message: "short_message", Error: "full_message _exception _stack_trace _exceptionStackTrace",
		Request: "_requestId _request_id _AWSRequestId", Trace: "_traceId _trace_id", Span: "_spanId _span_id"},
	{Name: "Datadog's attributes", From: "Datadog Agent 7.57", When: []string{"status:string message:string ddsource:string", "status:string message:string dd:object", "status:string message:string ddtags", "status:string message:string timestamp !level !method !httpMethod !path"},
		Level: "status", IDs: "dd"},
	{Name: "Azure Monitor", From: "Azure Monitor resource log schema", When: []string{"resourceId:string category:string properties:object", "operationName:string category:string level"}, Scale: ScaleInsights, Error: "properties.error properties.exception", Lift: "properties"},
	{Name: "Application Insights", From: "Application Insights 2.22", When: []string{"severityLevel:number"}, Level: "severityLevel", Scale: ScaleInsights},
	{Name: "Google Cloud's structured logging", From: "log4j-layout-template-json 2.26.1 GcpLayout", When: []string{"timestampSeconds timestampNanos"}, Time: "timestampSeconds+timestampNanos", IDs: "logging.googleapis.com/labels"},
	{Name: "journald, syslog", From: "systemd 256 journalctl -o json", When: []string{"PRIORITY MESSAGE"}, Level: "PRIORITY", Scale: ScaleSyslog, Message: "MESSAGE"},
	{Name: "Falco", From: "Falco 0.38 json_output", When: []string{"priority:string rule:string output:string !message"}, Level: "priority", Message: "output", Event: "rule"},
	{Name: "Kubernetes' events", From: "events.k8s.io/v1, kubernetes-event-exporter 1.7", When: []string{"involvedObject:object reason:string type:string"}, Level: "type", Event: "reason", Silent: "INFO"},
	{Name: "MaxScale", From: "MariaDB MaxScale 24.02 structured log", When: []string{"priority:string module:string message:string timestamp:string !level"}, Level: "priority"},
	{Name: "a level that is an object", From: "log4j-layout-template-json 2.26.1 level resolver, own layouts", When: []string{"level:object", "severity:object"},
		Level: "level.name level.label level.text level.value severity.name severity.label severity.text"},
	{Name: "a text beside a level", From: "consola 3, bare reporters", When: []string{"text:string level !message !msg !event !eventName"}, Message: "text"},

	// AWS services.
	{Name: "AWS IoT Core", From: "AWSIotLogsV2, https://docs.aws.amazon.com/iot/latest/developerguide/cwl-format.html", When: []string{"logLevel:string eventType:string traceId:string"},
		Event: "eventType", Class: "reason", Reason: "details"},
	{Name: "Kubernetes' audit", From: "audit.k8s.io/v1, EKS 1.30", When: []string{"kind:string apiVersion:string auditID:string stage:string"}, Level: "responseStatus.code", Scale: ScaleHTTP, Silent: "INFO", Event: "verb"},
	{Name: "SNS delivery status", From: "https://docs.aws.amazon.com/sns/latest/dg/topics-attrib.html", When: []string{"notification:object delivery:object status:string"}, Level: "status", Scale: ScaleOutcome},
	{Name: "Transfer Family", From: "https://docs.aws.amazon.com/transfer/latest/userguide/cw-structure-logs.html", When: []string{"activity-type:string resource-arn:string"}, Level: "activity-type", Scale: ScaleOutcome},
	{Name: "EventBridge's bus", From: "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-bus-logs.html", When: []string{"message_type:string resource_arn:string"}, Error: "details.error", Event: "message_type"},
	{Name: "Data Firehose", From: "https://docs.aws.amazon.com/firehose/latest/dev/monitoring-with-cloudwatch-logs.html", When: []string{"deliveryStreamARN:string message:string"}, Class: "errorCode"},
	{Name: "Managed Service for Apache Flink", From: "https://docs.aws.amazon.com/managed-flink/latest/java/cloudwatch-logs-reading.html", When: []string{"applicationARN:string messageType:string"}, Level: "messageType", Error: "throwableInformation"},
	{Name: "Bedrock's invocations", From: "ModelInvocationLog 1.0", When: []string{"schemaType:string modelId:string"}, Class: "errorCode", Event: "operation", Silent: "INFO"},
	{Name: "CloudWatch RUM, an error", From: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-RUM-datacollected.html", When: []string{"event_type=com.amazon.rum.js_error_event event_details:object"},
		Event: "event_type", Error: "event_details"},
	{Name: "Network Firewall, TLS", From: "https://docs.aws.amazon.com/network-firewall/latest/developerguide/tls-inspection-logging.html", When: []string{"firewall_name:string event:object"}, Reason: "event.tls_error.error_message"},
	{Name: "a level's name beside its number", From: "own formatters of Python's logging and others", When: []string{"levelname:string level:number", "levelname:string severity:number", "levelName:string severity:number"}, Level: "levelname levelName"},
	{Name: "Python's level number alone", From: "python-json-logger 4.2.0", When: []string{"levelno:number !levelname !level"}, Level: "levelno", Scale: ScalePython},
}

// Containers are the members in which a record that matches no dialect has its ids, where
// they are objects or lists of objects. They stay whole.
var Containers = []string{
	"mdc", "MDC", "contextMap", "context", "Context", "ctx", "properties", "Properties", "fields", "Fields", "spans", "extra", "extras", "_logMeta", "_meta", "meta", "metadata", "data", "labels", "tags",
	"logging.googleapis.com/labels", "http", "request", "req", "dd", "otel", "scope", "Scopes", "payload", "named_tags", "custom", "correlation", "lambda", "lambdaContext", "lambda_context", "transaction", "tracing",
	"xray", "traceContext", "trace_context", "tracingContext", "requestContext", "request_context", "awsContext", "aws_context", "threadContext", "thread_context", "MDCs", "globals", "additional", "additionalData", "ids", "identifiers", "extra_data", "extraData", "details", "info",
}
