-- The transformer's job in DuckDB's SQL: gzip'd CloudWatch Logs payloads into partitioned
-- zstd Parquet, two tables with the columns of schemas/columns.go. One thread. Each message
-- is parsed as JSON once. Parameters are put in by internal/bench: $INPUT, $OUTPUT.
SET threads = 1;
SET enable_progress_bar = false;
SET TimeZone = 'UTC';
SET preserve_insertion_order = false;

CREATE TEMP TABLE events AS
SELECT *, j.status IS NOT NULL AND j.level IS NULL AS access
FROM (SELECT owner, logGroup, logStream, string_split(subscriptionFilters[1], '/') AS f,
       e.id AS id, epoch_ms(e.timestamp) AS ts, e.message AS m,
       CASE WHEN starts_with(e.message, '{') THEN TRY(from_json(e.message, '{"level":"VARCHAR","eventName":"VARCHAR","type":"VARCHAR","eventData":"JSON","record":"JSON","message":"VARCHAR",
         "msg":"VARCHAR","requestId":"VARCHAR","traceId":"VARCHAR","spanId":"VARCHAR",
         "error":{"type":"VARCHAR","message":"VARCHAR","stack":"VARCHAR"},"xrayTraceId":"VARCHAR","httpMethod":"VARCHAR",
         "method":"VARCHAR","path":"VARCHAR","resourcePath":"VARCHAR","routeKey":"VARCHAR","status":"VARCHAR",
         "responseLatency":"VARCHAR","integrationLatency":"VARCHAR","responseLength":"VARCHAR","ip":"VARCHAR",
         "sourceIp":"VARCHAR","userAgent":"VARCHAR","protocol":"VARCHAR","errorMessage":"VARCHAR"}')) END AS j
FROM (SELECT owner, logGroup, logStream, subscriptionFilters, unnest(logEvents) AS e
      FROM read_json('$INPUT', format = 'unstructured', compression = 'gzip', maximum_object_size = 67108864,
           columns = {messageType: 'VARCHAR', owner: 'VARCHAR', logGroup: 'VARCHAR', logStream: 'VARCHAR', subscriptionFilters: 'VARCHAR[]',
                      logEvents: 'STRUCT(id VARCHAR, "timestamp" BIGINT, message VARCHAR)[]'})
      WHERE messageType = 'DATA_MESSAGE'));

COPY (
  SELECT ts AS timestamp, id AS event_id, owner AS account_id, f[6] AS region, logGroup AS source, logStream AS stream, f[7] AS component, f[5] AS team,
         coalesce(j.level, CASE WHEN j IS NULL THEN nullif(regexp_extract(m, '\b(TRACE|DEBUG|INFO|WARN|WARNING|ERROR|FATAL)\b', 1), '') END) AS level,
         coalesce(j.eventName, j.type, CASE WHEN m LIKE 'REPORT RequestId%' THEN 'platform.report' WHEN m LIKE 'START RequestId%' THEN 'platform.start' WHEN m LIKE 'END RequestId%' THEN 'platform.end' END) AS event_name,
         coalesce(j.eventData::VARCHAR, j.record::VARCHAR) AS event_data,
         coalesce(j.message, j.msg, m) AS message,
         coalesce(j.requestId, CASE WHEN j IS NULL THEN nullif(regexp_extract(m, 'RequestId: ([0-9a-f-]{36})', 1), '') END) AS request_id,
         j.traceId AS trace_id, j.spanId AS span_id,
         j.error.type AS error_type, j.error.message AS error_message, j.error.stack AS error_stack,
         CASE WHEN m LIKE '%ERROR%' OR m LIKE '%WARN%' THEN '1:' || substr(md5(regexp_replace(m, '[0-9a-f]*[0-9][0-9a-f]*', '#', 'g')), 1, 16) END AS fingerprint,
         epoch_ms(0) AS ingested_at,
         f[3] AS product, f[4] AS environment, strftime(ts, '%Y-%m-%d') AS date, strftime(ts, '%H') AS hour
  FROM events WHERE NOT access
) TO '$OUTPUT/logs' (FORMAT parquet, COMPRESSION zstd, PARTITION_BY (product, environment, date, hour));

COPY (
  SELECT ts AS timestamp, id AS event_id, owner AS account_id, f[6] AS region, logGroup AS source, logStream AS stream, f[7] AS component, f[5] AS team,
         j.requestId AS request_id, j.xrayTraceId AS trace_id,
         coalesce(j.httpMethod, j.method) AS method, j.path AS path, coalesce(j.resourcePath, j.routeKey) AS route,
         TRY_CAST(j.status AS INTEGER) AS status, TRY_CAST(j.responseLatency AS DOUBLE) AS latency_ms,
         TRY_CAST(j.integrationLatency AS DOUBLE) AS integration_latency_ms, TRY_CAST(j.responseLength AS BIGINT) AS response_bytes,
         coalesce(j.ip, j.sourceIp) AS ip, j.userAgent AS user_agent, j.protocol AS protocol,
         j.errorMessage AS error_message, m AS extra, epoch_ms(0) AS ingested_at,
         f[3] AS product, f[4] AS environment, strftime(ts, '%Y-%m-%d') AS date, strftime(ts, '%H') AS hour
  FROM events WHERE access
) TO '$OUTPUT/access_logs' (FORMAT parquet, COMPRESSION zstd, PARTITION_BY (product, environment, date, hour));
