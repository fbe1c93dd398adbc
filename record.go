package seamark

// Table names one of the two tables of the lake.
type Table string

// The tables of the lake.
const (
	TableLogs       Table = "logs"
	TableAccessLogs Table = "access_logs"
)

// Tables lists the tables in the order in which they are documented.
func Tables() []Table { return []Table{TableLogs, TableAccessLogs} }

// Levels of a record, from harmless to fatal. A record whose level cannot be told has none.
const (
	LevelTrace = "TRACE"
	LevelDebug = "DEBUG"
	LevelInfo  = "INFO"
	LevelWarn  = "WARN"
	LevelError = "ERROR"
	LevelFatal = "FATAL"
)

// Levels lists the levels in rising severity.
func Levels() []string {
	return []string{LevelTrace, LevelDebug, LevelInfo, LevelWarn, LevelError, LevelFatal}
}

// ErrorLevels are those that count as an error.
func ErrorLevels() []string { return []string{LevelError, LevelFatal} }

// Log is one row of the logs table: one log event.
//
// Field order and tags follow schemas.Logs, which is the authority; a test holds
// them together. Text that is absent is the empty string and is stored as NULL.
// Product, Environment, Date and Hour are not columns of the file: they are its
// partition and so part of its key.
type Log struct {
	Timestamp    int64  `parquet:"timestamp,id(1),timestamp(millisecond:utc)" json:"timestamp"` // Unix milliseconds, UTC
	EventID      string `parquet:"event_id,id(2),optional" json:"event_id"`                     // CloudWatch's own id, else a hash of origin, stream, offset and bytes
	AccountID    string `parquet:"account_id,id(3),optional,dict" json:"account_id,omitempty"`
	Region       string `parquet:"region,id(4),optional,dict" json:"region,omitempty"`
	Source       string `parquet:"source,id(5),optional,dict" json:"source,omitempty"` // log group
	Stream       string `parquet:"stream,id(6),optional,dict" json:"stream,omitempty"`
	Component    string `parquet:"component,id(7),optional,dict" json:"component,omitempty"`
	Team         string `parquet:"team,id(8),optional,dict" json:"team,omitempty"`
	Level        string `parquet:"level,id(9),optional,dict" json:"level,omitempty"` // one of Levels, or empty
	EventName    string `parquet:"event_name,id(10),optional,dict" json:"event_name,omitempty"`
	EventData    string `parquet:"event_data,id(11),optional" json:"event_data,omitempty"` // a JSON object as text
	Message      string `parquet:"message,id(12),optional" json:"message,omitempty"`
	RequestID    string `parquet:"request_id,id(13),optional" json:"request_id,omitempty"`
	TraceID      string `parquet:"trace_id,id(14),optional" json:"trace_id,omitempty"`
	SpanID       string `parquet:"span_id,id(15),optional" json:"span_id,omitempty"`
	ErrorType    string `parquet:"error_type,id(16),optional,dict" json:"error_type,omitempty"`
	ErrorMessage string `parquet:"error_message,id(17),optional" json:"error_message,omitempty"`
	ErrorStack   string `parquet:"error_stack,id(18),optional" json:"error_stack,omitempty"`
	Fingerprint  string `parquet:"fingerprint,id(19),optional,dict" json:"fingerprint,omitempty"`    // "3:<16 hex>", WARN and above only
	IngestedAt   int64  `parquet:"ingested_at,id(20),timestamp(millisecond:utc)" json:"ingested_at"` // Unix milliseconds: arrival of the landing object
	LandingID    string `parquet:"landing_id,id(21),optional,dict" json:"landing_id,omitempty"`      // SHA-256 of the landing object, hex
}

// AccessLog is one row of the access_logs table: one request to an API.
//
// What is said of Log holds here too.
type AccessLog struct {
	Timestamp            int64    `parquet:"timestamp,id(1),timestamp(millisecond:utc)" json:"timestamp"`
	EventID              string   `parquet:"event_id,id(2),optional" json:"event_id"`
	AccountID            string   `parquet:"account_id,id(3),optional,dict" json:"account_id,omitempty"`
	Region               string   `parquet:"region,id(4),optional,dict" json:"region,omitempty"`
	Source               string   `parquet:"source,id(5),optional,dict" json:"source,omitempty"`
	Stream               string   `parquet:"stream,id(6),optional,dict" json:"stream,omitempty"`
	Component            string   `parquet:"component,id(7),optional,dict" json:"component,omitempty"` // API and stage: "booking-api/prod"
	Team                 string   `parquet:"team,id(8),optional,dict" json:"team,omitempty"`
	RequestID            string   `parquet:"request_id,id(9),optional" json:"request_id,omitempty"`
	TraceID              string   `parquet:"trace_id,id(10),optional" json:"trace_id,omitempty"`
	Method               string   `parquet:"method,id(11),optional,dict" json:"method,omitempty"`
	Path                 string   `parquet:"path,id(12),optional,dict" json:"path,omitempty"`
	Route                string   `parquet:"route,id(13),optional,dict" json:"route,omitempty"`
	Status               *int32   `parquet:"status,id(14),optional" json:"status,omitempty"`                                 // HTTP status, 100..599
	LatencyMs            *float64 `parquet:"latency_ms,id(15),optional" json:"latency_ms,omitempty"`                         // milliseconds
	IntegrationLatencyMs *float64 `parquet:"integration_latency_ms,id(16),optional" json:"integration_latency_ms,omitempty"` // milliseconds
	ResponseBytes        *int64   `parquet:"response_bytes,id(17),optional" json:"response_bytes,omitempty"`
	IP                   string   `parquet:"ip,id(18),optional,dict" json:"ip,omitempty"`
	UserAgent            string   `parquet:"user_agent,id(19),optional,dict" json:"user_agent,omitempty"`
	Protocol             string   `parquet:"protocol,id(20),optional,dict" json:"protocol,omitempty"`
	ErrorMessage         string   `parquet:"error_message,id(21),optional,dict" json:"error_message,omitempty"`
	Extra                string   `parquet:"extra,id(22),optional" json:"extra,omitempty"` // a JSON object as text: what has no column
	IngestedAt           int64    `parquet:"ingested_at,id(23),timestamp(millisecond:utc)" json:"ingested_at"`
	LandingID            string   `parquet:"landing_id,id(24),optional,dict" json:"landing_id,omitempty"` // SHA-256 of the landing object, hex
}
