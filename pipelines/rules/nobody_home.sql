-- Nobody home, and nobody met since: a note on the door, come again. Tells how often it was tried; a visit told by two
-- dumps is one try. A dead number, a handing over and 无法核实 met nobody.
WITH tried AS (
  SELECT person_id, MAX(at) AS since, COUNT(DISTINCT at) AS tries
  FROM events
  WHERE type = 'visit' AND REGEXP_LIKE(detail, '不在家|[家屋]中?里?无人|无应答|无人应答|敲门无人|未见到|未入户|:"无人"|nobody.home')
    AND at < as_of + INTERVAL '1 day'
  GROUP BY person_id
),
met AS (
  SELECT v.person_id, MAX(v.at) AS at
  FROM (
    SELECT person_id, at
    FROM events
    WHERE type = 'visit' AND at < as_of + INTERVAL '1 day'
      AND (detail IS NULL OR NOT REGEXP_LIKE(detail, '不在家|[家屋]中?里?无人|无应答|无人应答|敲门无人|未见到|未入户|:"无人"|nobody.home|空号|移交|无法核实|dead_number|handed_over|cannot_tell'))
  ) AS v
  SEMI JOIN tried AS t ON v.person_id = t.person_id
  GROUP BY v.person_id
)
SELECT t.person_id, t.since, '入户不在家，已上门' || CAST(t.tries AS VARCHAR) || '次' AS reason
FROM tried AS t
LEFT JOIN met AS m ON t.person_id = m.person_id
WHERE m.at IS NULL OR m.at < t.since
