-- Slow routes of all products
SELECT product, method, route, count(*) AS requests, approx_percentile(latency_ms, ARRAY[0.5, 0.95, 0.99]) AS p50_p95_p99
FROM access_logs_all
WHERE environment = 'prod' AND "date" = '2026-11-20' AND latency_ms IS NOT NULL
GROUP BY 1, 2, 3 ORDER BY requests DESC LIMIT 20
