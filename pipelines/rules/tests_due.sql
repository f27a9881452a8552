-- Tests due today or before by schedule key_region and not taken: days of the schedule that have come, and no test on that day
-- or since. It is due since the first of them, and stays so until a test is taken. Who was never tested is the first to be
-- found.
WITH arrived AS (
  SELECT person_id, CAST(CAST(MAX(at) AS DATE) AS TIMESTAMP) AS day
  FROM events
  WHERE type = 'arrival'
    AND REGEXP_LIKE(place_code, key_regions)
    AND at >= as_of - INTERVAL '21 days' AND at < as_of + INTERVAL '1 day'
  GROUP BY person_id
),
tested AS (
  SELECT t.person_id, CAST(CAST(MAX(t.at) AS DATE) AS TIMESTAMP) AS last, COUNT(DISTINCT CAST(t.at AS DATE)) AS tests
  FROM (SELECT person_id, at FROM events WHERE type = 'test' AND at < as_of + INTERVAL '1 day') AS t
  JOIN arrived AS a ON t.person_id = a.person_id
  WHERE t.at >= a.day
  GROUP BY t.person_id
),
due AS (
  SELECT a.person_id, a.day + s.after AS at
  FROM arrived AS a
  CROSS JOIN (SELECT after, holds_from, holds_until FROM schedules WHERE schedule = 'key_region' AND what = 'test') AS s
  WHERE a.day >= s.holds_from AND a.day < s.holds_until AND a.day + s.after <= as_of
)
SELECT d.person_id, MIN(CASE WHEN t.last IS NULL OR t.last < d.at THEN d.at END) AS since,
  '应检' || CAST(COUNT(*) AS VARCHAR) || '次，已检' || CAST(COALESCE(MAX(t.tests), 0) AS VARCHAR) || '次' AS reason
FROM due AS d
LEFT JOIN tested AS t ON d.person_id = t.person_id
GROUP BY d.person_id
HAVING MAX(t.last) IS NULL OR MAX(t.last) < MAX(d.at)
