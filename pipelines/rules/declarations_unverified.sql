-- Declarations of the last 28 days that nobody verified, neither on the platform nor by a visit that met somebody since.
WITH declared AS (
  SELECT person_id, MAX(at) AS since
  FROM events
  WHERE type = 'declaration' AND STRPOS(detail, '未核验') > 0
    AND at >= as_of - INTERVAL '28 days' AND at < as_of + INTERVAL '1 day'
  GROUP BY person_id
),
met AS (
  SELECT v.person_id, MAX(v.at) AS at
  FROM (
    SELECT person_id, at
    FROM events
    WHERE type = 'visit' AND (detail IS NULL OR STRPOS(detail, '不在家') = 0 AND STRPOS(detail, '空置') = 0)
      AND at < as_of + INTERVAL '1 day'
  ) AS v
  SEMI JOIN declared AS d ON v.person_id = d.person_id
  GROUP BY v.person_id
)
SELECT d.person_id, d.since, '申报未核验' AS reason
FROM declared AS d
LEFT JOIN met AS m ON d.person_id = m.person_id
WHERE m.at IS NULL OR m.at < d.since
