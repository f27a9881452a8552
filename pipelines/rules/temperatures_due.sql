-- Persons in isolation by schedule key_region, with the day that today is: an abnormal temperature (37.3 or more) of yesterday
-- or today first, then yesterday's missing ones. Needs events of type isolation and temperature (detail celsius).
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
),
owed AS (
  SELECT i.person_id, s.temperatures_a_day AS times,
    '（第' || CAST(s.day AS VARCHAR) || '天，共' || CAST(s.isolation_days + s.monitoring_days AS VARCHAR) || '天）' AS stage
  FROM isolated AS i
  CROSS JOIN (SELECT day, after, holds_from, holds_until, temperatures_a_day, isolation_days, monitoring_days
    FROM schedules WHERE schedule = 'key_region' AND what = 'day') AS s
  WHERE i.day >= s.holds_from AND i.day < s.holds_until AND i.day < as_of AND i.day + s.after = CAST(as_of AS TIMESTAMP)
),
told AS (
  SELECT person_id, at, SUBSTR(detail, STRPOS(detail, '"celsius":"') + 11, 5) AS told
  FROM events
  WHERE type = 'temperature' AND at >= as_of - INTERVAL '1 day' AND at < as_of + INTERVAL '1 day'
    AND STRPOS(detail, '"celsius":"') > 0
),
-- What two dumps tell of one time is taken once; two of a day without a clock are two.
each AS (
  SELECT DISTINCT person_id, at, told FROM told WHERE at <> CAST(CAST(at AS DATE) AS TIMESTAMP)
  UNION ALL
  SELECT person_id, at, told FROM told WHERE at = CAST(CAST(at AS DATE) AS TIMESTAMP)
),
taken AS (
  SELECT person_id, SUM(CASE WHEN at < as_of THEN 1 ELSE 0 END) AS times, MAX(celsius) AS celsius
  FROM (
    SELECT person_id, at,
      TRY_CAST(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(told, '"', ''), '}', ''), '℃', ''), '度', '.'), '，', '.'), ',', '.'), '。', '.') AS DOUBLE) AS celsius
    FROM each
  ) AS t
  WHERE celsius >= 30 AND celsius < 45
  GROUP BY person_id
)
SELECT n.person_id,
  CASE WHEN t.celsius >= 37.3 THEN CAST(as_of AS TIMESTAMP) - INTERVAL '1 hour' ELSE CAST(as_of AS TIMESTAMP) END AS since,
  (CASE WHEN t.celsius >= 37.3 THEN '体温异常' ELSE '昨日体温未报齐' END) || n.stage AS reason
FROM owed AS n
LEFT JOIN taken AS t ON n.person_id = t.person_id
WHERE t.celsius >= 37.3 OR COALESCE(t.times, 0) < n.times
