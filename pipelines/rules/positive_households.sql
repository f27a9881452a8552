-- Positive tests of the last 14 days, and who shares the household.
WITH positive AS (
  SELECT person_id, MAX(at) AS at
  FROM events
  WHERE type = 'test' AND STRPOS(detail, '阳性') > 0 AND STRPOS(detail, '非阳性') = 0
    AND at >= as_of - INTERVAL '14 days' AND at < as_of + INTERVAL '1 day'
  GROUP BY person_id
),
homes AS (
  SELECT p.household, MAX(t.at) AS at
  FROM persons AS p
  JOIN positive AS t ON p.person_id = t.person_id
  WHERE p.household IS NOT NULL
  GROUP BY p.household
)
SELECT person_id, at AS since, '检测阳性' AS reason FROM positive
UNION ALL
SELECT p.person_id, h.at AS since, '同户人员检测阳性' AS reason
FROM persons AS p
JOIN homes AS h ON p.household = h.household
WHERE p.person_id NOT IN (SELECT person_id FROM positive)
