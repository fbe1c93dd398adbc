-- The transformer's job in DuckDB's SQL: gzip'd CloudWatch Logs payloads into partitioned
-- zstd Parquet, two tables with the columns of schemas/columns.go. One thread.
-- Parameters are put in by internal/bench: $INPUT, $OUTPUT.
SET threads = 1;
SET enable_progress_bar = false;
SET TimeZone = 'UTC';
SET preserve_insertion_order = false;

CREATE TEMP TABLE events AS
SELECT owner, logGroup, logStream, string_split(subscriptionFilters[1], '/') AS f,
       e.id AS id, epoch_ms(e.timestamp) AS ts, e.message AS m,
       CASE WHEN starts_with(e.message, '{') THEN TRY_CAST(e.message AS JSON) END AS j
FROM (SELECT owner, logGroup, logStream, subscriptionFilters, unnest(logEvents) AS e
      FROM read_json('$INPUT', format = 'unstructured', compression = 'gzip', maximum_object_size = 67108864,
           columns = {messageType: 'VARCHAR', owner: 'VARCHAR', logGroup: 'VARCHAR', logStream: 'VARCHAR', subscriptionFilters: 'VARCHAR[]',
                      logEvents: 'STRUCT(id VARCHAR, "timestamp" BIGINT, message VARCHAR)[]'})
      WHERE messageType = 'DATA_MESSAGE');

COPY (
  SELECT ts AS timestamp, id AS event_id, owner AS account_id, f[6] AS region, logGroup AS source, logStream AS stream, url_decode(f[7]) AS component, url_decode(f[5]) AS team,
         upper(coalesce(j->>'$.level', nullif(regexp_extract(m, '\b(TRACE|DEBUG|INFO|WARN|WARNING|ERROR|FATAL)\b', 1), ''))) AS level,
         coalesce(j->>'$.eventName', j->>'$.type', CASE WHEN m LIKE 'REPORT RequestId%' THEN 'platform.report' WHEN m LIKE 'START RequestId%' THEN 'platform.start' WHEN m LIKE 'END RequestId%' THEN 'platform.end' END) AS event_name,
         coalesce((j->'$.eventData')::VARCHAR, (j->'$.record')::VARCHAR,
                  CASE WHEN m LIKE 'REPORT%' THEN to_json(map(['durationMs', 'billedDurationMs', 'memorySizeMB', 'maxMemoryUsedMB'],
                    [regexp_extract(m, 'Duration: ([0-9.]+)', 1), regexp_extract(m, 'Billed Duration: ([0-9.]+)', 1), regexp_extract(m, 'Memory Size: ([0-9]+)', 1), regexp_extract(m, 'Max Memory Used: ([0-9]+)', 1)]))::VARCHAR END) AS event_data,
         coalesce(j->>'$.message', j->>'$.msg', m) AS message,
         coalesce(j->>'$.requestId', j->>'$.record.requestId', nullif(regexp_extract(m, 'RequestId: ([0-9a-f-]{36})', 1), '')) AS request_id,
         j->>'$.traceId' AS trace_id, j->>'$.spanId' AS span_id,
         j->>'$.error.type' AS error_type, j->>'$.error.message' AS error_message, j->>'$.error.stack' AS error_stack,
         CASE WHEN m LIKE '%ERROR%' OR m LIKE '%WARN%' THEN '1:' || substr(md5(regexp_replace(m, '[0-9a-f]*[0-9][0-9a-f]*', '#', 'g')), 1, 16) END AS fingerprint,
         epoch_ms(0) AS ingested_at,
         f[3] AS product, f[4] AS environment, strftime(ts, '%Y-%m-%d') AS date, strftime(ts, '%H') AS hour
  FROM events WHERE NOT (j IS NOT NULL AND json_exists(j, '$.status') AND NOT json_exists(j, '$.level'))
) TO '$OUTPUT/logs' (FORMAT parquet, COMPRESSION zstd, PARTITION_BY (product, environment, date, hour));

COPY (
  SELECT ts AS timestamp, id AS event_id, owner AS account_id, f[6] AS region, logGroup AS source, logStream AS stream, url_decode(f[7]) AS component, url_decode(f[5]) AS team,
         j->>'$.requestId' AS request_id, j->>'$.xrayTraceId' AS trace_id,
         coalesce(j->>'$.httpMethod', j->>'$.method') AS method, j->>'$.path' AS path, coalesce(j->>'$.resourcePath', j->>'$.routeKey') AS route,
         TRY_CAST(j->>'$.status' AS INTEGER) AS status, TRY_CAST(j->>'$.responseLatency' AS DOUBLE) AS latency_ms,
         TRY_CAST(j->>'$.integrationLatency' AS DOUBLE) AS integration_latency_ms, TRY_CAST(j->>'$.responseLength' AS BIGINT) AS response_bytes,
         coalesce(j->>'$.ip', j->>'$.sourceIp') AS ip, j->>'$.userAgent' AS user_agent, j->>'$.protocol' AS protocol,
         j->>'$.errorMessage' AS error_message, j::VARCHAR AS extra, epoch_ms(0) AS ingested_at,
         f[3] AS product, f[4] AS environment, strftime(ts, '%Y-%m-%d') AS date, strftime(ts, '%H') AS hour
  FROM events WHERE j IS NOT NULL AND json_exists(j, '$.status') AND NOT json_exists(j, '$.level')
) TO '$OUTPUT/access_logs' (FORMAT parquet, COMPRESSION zstd, PARTITION_BY (product, environment, date, hour));
