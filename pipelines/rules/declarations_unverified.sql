-- Declarations of the last 28 days that nobody verified, neither on the platform nor by a visit that met somebody since.
SELECT d.person_id, d.since, '申报未核验' AS reason
FROM (
  SELECT person_id, MAX(at) AS since
  FROM events
  WHERE type = 'declaration' AND STRPOS(detail, '未核验') > 0
    AND at >= as_of - INTERVAL '28 days' AND at < as_of + INTERVAL '1 day'
  GROUP BY person_id
) AS d
LEFT JOIN (
  SELECT person_id, MAX(at) AS at
  FROM events
  WHERE type = 'visit' AND (detail IS NULL OR STRPOS(detail, '不在家') = 0 AND STRPOS(detail, '空置') = 0)
    AND at < as_of + INTERVAL '1 day'
  GROUP BY person_id
) AS v ON d.person_id = v.person_id
WHERE v.at IS NULL OR v.at < d.since
