-- Persons whose isolation and monitoring by schedule key_region end today or ended before, and who are not released.
WITH isolated AS (
  SELECT person_id, CAST(CAST(MAX(at) AS DATE) AS TIMESTAMP) AS day
  FROM events
  WHERE type = 'isolation' AND at >= as_of - INTERVAL '60 days' AND at < as_of + INTERVAL '1 day'
    AND person_id NOT IN (SELECT person_id FROM events WHERE type = 'release' AND at >= as_of - INTERVAL '60 days')
  GROUP BY person_id
)
SELECT i.person_id, i.day + s.after AS since, '第' || CAST(s.day AS VARCHAR) || '天，应解除' AS reason
FROM isolated AS i
CROSS JOIN (SELECT day, after, holds_from, holds_until FROM schedules WHERE schedule = 'key_region' AND what = 'release') AS s
WHERE i.day >= s.holds_from AND i.day < s.holds_until AND i.day + s.after <= as_of
