-- Sums over what is inside event_data
SELECT json_extract_scalar(event_data, '$.portPair') AS port_pair, count(*) AS bookings, sum(cast(json_extract_scalar(event_data, '$.teu') AS bigint)) AS teu
FROM logs
WHERE product = 'booking' AND "date" = '2026-11-20' AND event_name = 'Booking completed'
GROUP BY 1 ORDER BY bookings DESC
