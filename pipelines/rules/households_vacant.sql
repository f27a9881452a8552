-- Flats that a visit found vacant, and where nobody was since: look again whether somebody has moved in, and where those
-- went who are on record there.
WITH vacant AS (
  SELECT person_id, MAX(at) AS since
  FROM events
  WHERE type = 'visit' AND REGEXP_LIKE(detail, '空置|空房|无人居住|vacant')
    AND NOT REGEXP_LIKE(detail, '[未非不原]空置|不是空置|已入住') AND at < as_of + INTERVAL '1 day'
  GROUP BY person_id
),
found AS (
  SELECT v.person_id, MAX(v.at) AS at
  FROM (
    SELECT person_id, at
    FROM events
    WHERE type = 'visit' AND at < as_of + INTERVAL '1 day'
      AND (detail IS NULL OR REGEXP_LIKE(detail, '[未非不原]空置|不是空置|已入住') OR NOT REGEXP_LIKE(detail, '空置|空房|无人居住|vacant|空号|移交|无法核实|dead_number|handed_over|cannot_tell'))
  ) AS v
  SEMI JOIN vacant AS e ON v.person_id = e.person_id
  GROUP BY v.person_id
)
SELECT v.person_id, v.since, '入户空置' AS reason
FROM vacant AS v
LEFT JOIN found AS f ON v.person_id = f.person_id
WHERE f.at IS NULL OR f.at < v.since
