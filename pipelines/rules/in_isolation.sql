-- Everybody in isolation or monitoring by schedule key_region, with the day that today is: the day's ledger of those who
-- look after them. Who is released, or past the last day, is not on it. An isolation whose beginning nobody can read counts.
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
SELECT i.person_id, CAST(as_of AS TIMESTAMP) AS since,
  '隔离第' || CAST(s.day AS VARCHAR) || '天，共' || CAST(s.isolation_days + s.monitoring_days AS VARCHAR) || '天' AS reason
FROM isolated AS i
CROSS JOIN (SELECT day, after, holds_from, holds_until, isolation_days, monitoring_days
  FROM schedules WHERE schedule = 'key_region' AND what = 'day') AS s
WHERE i.day >= s.holds_from AND i.day < s.holds_until AND i.day + s.after = CAST(as_of AS TIMESTAMP)
UNION ALL
SELECT DISTINCT u.person_id, CAST(as_of AS TIMESTAMP) AS since, '隔离开始时间不明' AS reason
FROM (SELECT person_id FROM events WHERE type = 'isolation' AND at IS NULL) AS u
ANTI JOIN released AS r ON u.person_id = r.person_id
ANTI JOIN isolated AS i ON u.person_id = i.person_id
