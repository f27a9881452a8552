-- Flats that a visit found vacant, and where nobody was since: look again whether somebody has moved in, and where those
-- went who are on record there.
SELECT v.person_id, v.since, '入户空置' AS reason
FROM (
  SELECT person_id, MAX(at) AS since
  FROM events
  WHERE type = 'visit' AND STRPOS(detail, '空置') > 0 AND at < as_of + INTERVAL '1 day'
  GROUP BY person_id
) AS v
LEFT JOIN (
  SELECT person_id, MAX(at) AS at
  FROM events
  WHERE type = 'visit' AND (detail IS NULL OR STRPOS(detail, '空置') = 0) AND at < as_of + INTERVAL '1 day'
  GROUP BY person_id
) AS m ON v.person_id = m.person_id
WHERE m.at IS NULL OR m.at < v.since
