-- Positive tests of the last 14 days, and who shares the household. One whose time nobody can read counts.
WITH positive AS (
  SELECT DISTINCT person_id, at
  FROM events
  WHERE type = 'test' AND STRPOS(detail, '阳性') > 0 AND STRPOS(detail, '非阳性') = 0
    AND (at IS NULL OR at >= as_of - INTERVAL '14 days' AND at < as_of + INTERVAL '1 day')
),
homes AS (
  SELECT DISTINCT p.household, t.at
  FROM persons AS p
  JOIN positive AS t ON p.person_id = t.person_id
  WHERE p.household IS NOT NULL
)
SELECT person_id, at AS since, '检测阳性' AS reason FROM positive
UNION ALL
SELECT p.person_id, h.at AS since, '同户人员检测阳性' AS reason
FROM persons AS p
JOIN homes AS h ON p.household = h.household
WHERE p.person_id NOT IN (SELECT person_id FROM positive)
