CREATE EXTERNAL TABLE IF NOT EXISTS `seamark`.`access_logs` (
  `timestamp` timestamp COMMENT 'When the request was answered, as CloudWatch recorded it.',
  `event_id` string COMMENT 'CloudWatch\'s own event id; for other sources a hash of origin, stream, offset and bytes.',
  `account_id` string COMMENT 'AWS account that owns the log group, as AWS wrote it.',
  `region` string COMMENT 'AWS region, from the subscription filter\'s name.',
  `source` string COMMENT 'Log group.',
  `stream` string COMMENT 'Log stream.',
  `component` string COMMENT 'API and stage.',
  `team` string COMMENT 'Who is told, from the tag seamark:team.',
  `request_id` string COMMENT 'The API\'s request id.',
  `trace_id` string COMMENT 'X-Ray trace id.',
  `method` string COMMENT 'HTTP method.',
  `path` string COMMENT 'Path as requested.',
  `route` string COMMENT 'Route or resource path that matched.',
  `status` int COMMENT 'HTTP status, 100 to 599.',
  `latency_ms` double COMMENT 'Time to answer, milliseconds.',
  `integration_latency_ms` double COMMENT 'Time the integration took, milliseconds.',
  `response_bytes` bigint COMMENT 'Size of the answer, bytes.',
  `ip` string COMMENT 'Caller\'s address.',
  `user_agent` string COMMENT 'Caller\'s user agent.',
  `protocol` string COMMENT 'Protocol of the request.',
  `error_message` string COMMENT 'Why it failed, as the API or its integration said.',
  `extra` string COMMENT 'Everything else the line said, as a JSON object.',
  `ingested_at` timestamp COMMENT 'When the landing object arrived.',
  `landing_id` string COMMENT 'SHA-256 of the landing object that the event came in.'
)
COMMENT 'One row for each request to an API.'
PARTITIONED BY (
  `product` string COMMENT 'The application, from the tag seamark:product; `unassigned` when nobody claims it.',
  `environment` string COMMENT 'Stage of life, from the tag seamark:environment.',
  `date` string COMMENT 'Date of the event, UTC, yyyy-mm-dd.',
  `hour` string COMMENT 'Hour of the event, UTC, 00 to 23.'
)
STORED AS PARQUET
LOCATION 's3://example-bucket/logs/lake/access_logs/'
TBLPROPERTIES (
  'parquet.compression' = 'ZSTD',
  'projection.enabled' = 'true',
  'projection.product.type' = 'injected',
  'projection.environment.type' = 'enum',
  'projection.environment.values' = 'prod,staging,unassigned',
  'projection.date.type' = 'date',
  'projection.date.format' = 'yyyy-MM-dd',
  'projection.date.range' = '2026-01-01,NOW+3DAYS',
  'projection.hour.type' = 'integer',
  'projection.hour.range' = '0,23',
  'projection.hour.digits' = '2',
  'storage.location.template' = 's3://example-bucket/logs/lake/access_logs/product=${product}/environment=${environment}/date=${date}/hour=${hour}/'
);
