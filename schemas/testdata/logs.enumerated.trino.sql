CREATE TABLE IF NOT EXISTS "seamark"."logs_all" (
  "timestamp" timestamp(3) COMMENT 'When the event happened, as CloudWatch recorded it.',
  "event_id" varchar COMMENT 'CloudWatch''s own event id; for other sources a hash of origin, stream, offset and bytes.',
  "account_id" varchar COMMENT 'AWS account that owns the log group, as AWS wrote it.',
  "region" varchar COMMENT 'AWS region, from the subscription filter''s name.',
  "source" varchar COMMENT 'Log group.',
  "stream" varchar COMMENT 'Log stream.',
  "component" varchar COMMENT 'Lambda function, or whatever part of the product wrote the event.',
  "team" varchar COMMENT 'Who is told, from the tag seamark:team.',
  "level" varchar COMMENT 'TRACE, DEBUG, INFO, WARN, ERROR or FATAL.',
  "event_name" varchar COMMENT 'Name of the business event.',
  "event_data" varchar COMMENT 'Everything else the event said, as a JSON object; numbers keep their exact text.',
  "message" varchar COMMENT 'The message; for what is not structured the whole line.',
  "request_id" varchar COMMENT 'Lambda''s or the API''s request id.',
  "trace_id" varchar COMMENT 'Trace id of X-Ray or OpenTelemetry.',
  "span_id" varchar COMMENT 'Span id.',
  "error_type" varchar COMMENT 'Class of the error.',
  "error_message" varchar COMMENT 'Message of the error.',
  "error_stack" varchar COMMENT 'Stack trace.',
  "fingerprint" varchar COMMENT 'Hash of the event''s pattern, `<version>:<hex>`; WARN and above only.',
  "ingested_at" timestamp(3) COMMENT 'When the landing object arrived.',
  "landing_id" varchar COMMENT 'SHA-256 of the landing object that the event came in.',
  "product" varchar COMMENT 'The application, from the tag seamark:product; `unassigned` when nobody claims it.' WITH (partition_projection_type = 'enum', partition_projection_values = ARRAY['booking', 'quotation']),
  "environment" varchar COMMENT 'Stage of life, from the tag seamark:environment.' WITH (partition_projection_type = 'enum', partition_projection_values = ARRAY['prod', 'staging', 'unassigned']),
  "date" varchar COMMENT 'Date of the event, UTC, yyyy-mm-dd.' WITH (partition_projection_type = 'date', partition_projection_format = 'yyyy-MM-dd', partition_projection_range = ARRAY['2026-01-01', 'NOW+3DAYS']),
  "hour" varchar COMMENT 'Hour of the event, UTC, 00 to 23.' WITH (partition_projection_type = 'integer', partition_projection_range = ARRAY['0', '23'], partition_projection_digits = 2)
)
COMMENT 'One row for each log event.'
WITH (
  external_location = 'local:///logs/lake/logs/',
  format = 'PARQUET',
  partitioned_by = ARRAY['product', 'environment', 'date', 'hour'],
  partition_projection_enabled = true,
  partition_projection_location_template = 'local:///logs/lake/logs/product=${product}/environment=${environment}/date=${date}/hour=${hour}/'
)
