-- Arrivals from key regions in the last 14 days, told by any source; a row for each, so that a later one does not put off
-- what was due for an earlier one.
-- Nobody needs a grid to be found here. An arrival whose time nobody can read counts: better one visit too many. Who is
-- isolated already, and not released since, is not sent for again. Which regions are key ones is said by run.key_regions.
WITH released AS (
  SELECT person_id, MAX(at) AS at FROM events WHERE type = 'release' AND at < as_of + INTERVAL '1 day' GROUP BY person_id
),
isolated AS (
  SELECT n.person_id
  FROM (
    SELECT person_id, MAX(at) AS at
    FROM events
    WHERE type = 'isolation' AND at >= as_of - INTERVAL '14 days' AND at < as_of + INTERVAL '1 day'
    GROUP BY person_id
  ) AS n
  LEFT JOIN released AS r ON n.person_id = r.person_id
  WHERE r.at IS NULL OR r.at < n.at
),
arrived AS (
  SELECT person_id, at, place
  FROM events
  WHERE type = 'arrival'
    AND REGEXP_LIKE(place_code, key_regions)
    AND (at IS NULL OR at >= as_of - INTERVAL '14 days' AND at < as_of + INTERVAL '1 day')
)
SELECT a.person_id, a.at AS since, a.place AS reason
FROM arrived AS a
ANTI JOIN isolated AS i ON a.person_id = i.person_id
