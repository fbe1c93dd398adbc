-- Errors per hour of one product
SELECT "hour", count(*) AS errors
FROM logs
WHERE product = 'booking' AND environment = 'prod' AND "date" = '2026-11-20' AND level IN ('ERROR', 'FATAL')
GROUP BY "hour" ORDER BY "hour"
