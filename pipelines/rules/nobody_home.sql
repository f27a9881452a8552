-- Nobody home, and nobody met since: a note on the door, come again. Tells how often it was tried; a visit told by two
-- dumps is one try.
SELECT t.person_id, t.since, '入户不在家，已上门' || CAST(t.tries AS VARCHAR) || '次' AS reason
FROM (
  SELECT person_id, MAX(at) AS since, COUNT(DISTINCT at) AS tries
  FROM events
  WHERE type = 'visit' AND STRPOS(detail, '不在家') > 0 AND at < as_of + INTERVAL '1 day'
  GROUP BY person_id
) AS t
LEFT JOIN (
  SELECT person_id, MAX(at) AS at
  FROM events
  WHERE type = 'visit' AND (detail IS NULL OR STRPOS(detail, '不在家') = 0) AND at < as_of + INTERVAL '1 day'
  GROUP BY person_id
) AS m ON t.person_id = m.person_id
WHERE m.at IS NULL OR m.at < t.since
