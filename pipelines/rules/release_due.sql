-- Persons whose isolation and monitoring by schedule key_region end today or ended before, and who are not released.
WITH released AS (
  SELECT person_id, MAX(at) AS at FROM events WHERE type = 'release' AND at < as_of + INTERVAL '1 day' GROUP BY person_id
),
isolated AS (
  SELECT n.person_id, CAST(CAST(n.at AS DATE) AS TIMESTAMP) AS day
  FROM (
    SELECT person_id, MAX(at) AS at
    FROM events
    WHERE type = 'isolation' AND at >= as_of - INTERVAL '60 days' AND at < as_of + INTERVAL '1 day'
    GROUP BY person_id
  ) AS n
  LEFT JOIN released AS r ON n.person_id = r.person_id
  WHERE r.at IS NULL OR r.at < n.at
)
SELECT i.person_id, i.day + s.after AS since, '第' || CAST(s.day AS VARCHAR) || '天，应解除' AS reason
FROM isolated AS i
CROSS JOIN (SELECT day, after, holds_from, holds_until FROM schedules WHERE schedule = 'key_region' AND what = 'release') AS s
WHERE i.day >= s.holds_from AND i.day < s.holds_until AND i.day + s.after <= as_of
