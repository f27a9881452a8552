-- Tests due today or before by schedule key_region and not taken: on each day of the schedule that has come there must be
-- one more day with a test since the arrival. Who was never tested is the first to be found.
WITH arrived AS (
  SELECT person_id, CAST(CAST(MAX(at) AS DATE) AS TIMESTAMP) AS day
  FROM events
  WHERE type = 'arrival'
    AND (place_code LIKE '31%' OR place_code LIKE '2201%' OR place_code LIKE '4201%')
    AND at >= as_of - INTERVAL '21 days' AND at < as_of + INTERVAL '1 day'
  GROUP BY person_id
),
due AS (
  SELECT a.person_id, a.day, MAX(a.day + s.after) AS since, COUNT(*) AS tests
  FROM arrived AS a
  CROSS JOIN (SELECT after, holds_from, holds_until FROM schedules WHERE schedule = 'key_region' AND what = 'test') AS s
  WHERE a.day >= s.holds_from AND a.day < s.holds_until AND a.day + s.after <= as_of
  GROUP BY a.person_id, a.day
),
tested AS (
  SELECT a.person_id, COUNT(DISTINCT CAST(t.at AS DATE)) AS tests
  FROM arrived AS a
  JOIN (SELECT person_id, at FROM events WHERE type = 'test') AS t ON a.person_id = t.person_id
  WHERE t.at >= a.day AND t.at < as_of + INTERVAL '1 day'
  GROUP BY a.person_id
)
SELECT d.person_id, d.since,
  '应检' || CAST(d.tests AS VARCHAR) || '次，已检' || CAST(COALESCE(t.tests, 0) AS VARCHAR) || '次' AS reason
FROM due AS d
LEFT JOIN tested AS t ON d.person_id = t.person_id
WHERE COALESCE(t.tests, 0) < d.tests
