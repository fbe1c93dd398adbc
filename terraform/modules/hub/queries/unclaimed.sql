-- What nobody has claimed
SELECT account_id, source, count(*) AS events
FROM logs
WHERE product = 'unassigned' AND "date" BETWEEN '2026-11-19' AND '2026-11-21'
GROUP BY 1, 2 ORDER BY events DESC
