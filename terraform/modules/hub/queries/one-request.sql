-- What one request did
SELECT timestamp, component, level, coalesce(message, event_name) AS what
FROM logs
WHERE product = 'booking' AND environment = 'prod' AND "date" BETWEEN '2026-11-19' AND '2026-11-21'
  AND request_id = (SELECT max(request_id) FROM logs WHERE product = 'booking' AND environment = 'prod' AND "date" = '2026-11-20')
ORDER BY timestamp
