-- Persons in isolation by schedule key_region: an abnormal temperature (37.3 or more) first, then yesterday's missing ones.
-- Needs events of type isolation and temperature (detail celsius).
WITH isolated AS (
  SELECT person_id, CAST(CAST(MAX(at) AS DATE) AS TIMESTAMP) AS day
  FROM events
  WHERE type = 'isolation' AND at >= as_of - INTERVAL '60 days' AND at < as_of + INTERVAL '1 day'
    AND person_id NOT IN (SELECT person_id FROM events WHERE type = 'release' AND at >= as_of - INTERVAL '60 days')
  GROUP BY person_id
),
owed AS (
  SELECT i.person_id, MAX(s.temperatures_a_day) AS times
  FROM isolated AS i
  CROSS JOIN (SELECT after, holds_from, holds_until, temperatures_a_day FROM schedules WHERE schedule = 'key_region' AND what = 'release') AS s
  WHERE i.day >= s.holds_from AND i.day < s.holds_until AND i.day < as_of AND i.day + s.after > as_of
  GROUP BY i.person_id
),
taken AS (
  SELECT person_id, COUNT(*) AS times,
    MAX(CAST(SUBSTR(detail, STRPOS(detail, '"celsius":"') + 11, 4) AS DOUBLE)) AS celsius
  FROM events
  WHERE type = 'temperature' AND at >= as_of - INTERVAL '1 day' AND at < as_of AND detail LIKE '%"celsius":"__._%'
  GROUP BY person_id
)
SELECT n.person_id, CAST(as_of AS TIMESTAMP) AS since,
  CASE WHEN t.celsius >= 37.3 THEN '体温异常' ELSE '昨日体温未报齐' END AS reason
FROM owed AS n
LEFT JOIN taken AS t ON n.person_id = t.person_id
WHERE t.celsius >= 37.3 OR COALESCE(t.times, 0) < n.times
