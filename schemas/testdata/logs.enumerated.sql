CREATE EXTERNAL TABLE IF NOT EXISTS `seamark`.`logs_all` (
  `timestamp` timestamp COMMENT 'When the event happened, as CloudWatch recorded it.',
  `event_id` string COMMENT 'CloudWatch\'s own event id; for other sources a hash of origin, stream, offset and bytes.',
  `account_id` string COMMENT 'AWS account that owns the log group, as AWS wrote it.',
  `region` string COMMENT 'AWS region, from the subscription filter\'s name.',
  `source` string COMMENT 'Log group.',
  `stream` string COMMENT 'Log stream.',
  `component` string COMMENT 'Lambda function, or whatever part of the product wrote the event.',
  `team` string COMMENT 'Who is told, from the tag seamark:team.',
  `level` string COMMENT 'TRACE, DEBUG, INFO, WARN, ERROR or FATAL.',
  `event_name` string COMMENT 'Name of the business event.',
  `event_data` string COMMENT 'Everything else the event said, as a JSON object; numbers keep their exact text.',
  `message` string COMMENT 'The message; for what is not structured the whole line.',
  `request_id` string COMMENT 'Lambda\'s or the API\'s request id.',
  `trace_id` string COMMENT 'Trace id of X-Ray or OpenTelemetry.',
  `span_id` string COMMENT 'Span id.',
  `error_type` string COMMENT 'Class of the error.',
  `error_message` string COMMENT 'Message of the error.',
  `error_stack` string COMMENT 'Stack trace.',
  `fingerprint` string COMMENT 'Hash of the event\'s pattern, `<version>:<hex>`; WARN and above only.',
  `ingested_at` timestamp COMMENT 'When the landing object arrived.',
  `landing_id` string COMMENT 'SHA-256 of the landing object that the event came in.'
)
COMMENT 'One row for each log event.'
PARTITIONED BY (
  `product` string COMMENT 'The application, from the tag seamark:product; `unassigned` when nobody claims it.',
  `environment` string COMMENT 'Stage of life, from the tag seamark:environment.',
  `date` string COMMENT 'Date of the event, UTC, yyyy-mm-dd.',
  `hour` string COMMENT 'Hour of the event, UTC, 00 to 23.'
)
STORED AS PARQUET
LOCATION 's3://example-bucket/logs/lake/logs/'
TBLPROPERTIES (
  'parquet.compression' = 'ZSTD',
  'projection.enabled' = 'true',
  'projection.product.type' = 'enum',
  'projection.product.values' = 'booking,quotation',
  'projection.environment.type' = 'enum',
  'projection.environment.values' = 'prod,staging,unassigned',
  'projection.date.type' = 'date',
  'projection.date.format' = 'yyyy-MM-dd',
  'projection.date.range' = '2026-01-01,NOW+3DAYS',
  'projection.hour.type' = 'integer',
  'projection.hour.range' = '0,23',
  'projection.hour.digits' = '2',
  'storage.location.template' = 's3://example-bucket/logs/lake/logs/product=${product}/environment=${environment}/date=${date}/hour=${hour}/'
);
