CREATE TABLE IF NOT EXISTS "seamark"."access_logs" (
  "timestamp" timestamp(3) COMMENT 'When the request was answered, as CloudWatch recorded it.',
  "event_id" varchar COMMENT 'CloudWatch''s own event id; for other sources a hash of origin, stream, offset and bytes.',
  "account_id" varchar COMMENT 'AWS account that owns the log group, as AWS wrote it.',
  "region" varchar COMMENT 'AWS region, from the subscription filter''s name.',
  "source" varchar COMMENT 'Log group.',
  "stream" varchar COMMENT 'Log stream.',
  "component" varchar COMMENT 'API and stage.',
  "team" varchar COMMENT 'Who is told, from the tag seamark:team.',
  "request_id" varchar COMMENT 'The API''s request id.',
  "trace_id" varchar COMMENT 'X-Ray trace id.',
  "method" varchar COMMENT 'HTTP method.',
  "path" varchar COMMENT 'Path as requested.',
  "route" varchar COMMENT 'Route or resource path that matched.',
  "status" integer COMMENT 'HTTP status, 100 to 599.',
  "latency_ms" double COMMENT 'Time to answer, milliseconds.',
  "integration_latency_ms" double COMMENT 'Time the integration took, milliseconds.',
  "response_bytes" bigint COMMENT 'Size of the answer, bytes.',
  "ip" varchar COMMENT 'Caller''s address.',
  "user_agent" varchar COMMENT 'Caller''s user agent.',
  "protocol" varchar COMMENT 'Protocol of the request.',
  "error_message" varchar COMMENT 'Why it failed, as the API or its integration said.',
  "extra" varchar COMMENT 'Everything else the line said, as a JSON object.',
  "ingested_at" timestamp(3) COMMENT 'When the landing object arrived.',
  "landing_id" varchar COMMENT 'SHA-256 of the landing object that the event came in.',
  "product" varchar COMMENT 'The application, from the tag seamark:product; `unassigned` when nobody claims it.' WITH (partition_projection_type = 'injected'),
  "environment" varchar COMMENT 'Stage of life, from the tag seamark:environment.' WITH (partition_projection_type = 'enum', partition_projection_values = ARRAY['prod', 'staging', 'unassigned']),
  "date" varchar COMMENT 'Date of the event, UTC, yyyy-mm-dd.' WITH (partition_projection_type = 'date', partition_projection_format = 'yyyy-MM-dd', partition_projection_range = ARRAY['2026-01-01', 'NOW+3DAYS']),
  "hour" varchar COMMENT 'Hour of the event, UTC, 00 to 23.' WITH (partition_projection_type = 'integer', partition_projection_range = ARRAY['0', '23'], partition_projection_digits = 2)
)
COMMENT 'One row for each request to an API.'
WITH (
  external_location = 'local:///logs/lake/access_logs/',
  format = 'PARQUET',
  partitioned_by = ARRAY['product', 'environment', 'date', 'hour'],
  partition_projection_enabled = true,
  partition_projection_location_template = 'local:///logs/lake/access_logs/product=${product}/environment=${environment}/date=${date}/hour=${hour}/'
)
