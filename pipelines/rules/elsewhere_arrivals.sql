-- The second ledger: arrivals in the last 14 days from elsewhere outside the city (run.city_code; of Beijing, Tianjin, Shanghai
-- and Chongqing the first two digits say it), key regions left out. A place that nobody can read counts as elsewhere, a time
-- that nobody can read as lately: better one visit too many.
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
    AND (
      place_code IS NULL
      OR LEFT(place_code, 4) <> LEFT(city_code, 4)
      AND (LEFT(place_code, 2) <> LEFT(city_code, 2) OR LEFT(city_code, 2) NOT IN ('11', '12', '31', '50'))
      AND NOT REGEXP_LIKE(place_code, key_regions)
    )
    AND (at IS NULL OR at >= as_of - INTERVAL '14 days' AND at < as_of + INTERVAL '1 day')
)
SELECT a.person_id, a.at AS since, a.place AS reason
FROM arrived AS a
ANTI JOIN isolated AS i ON a.person_id = i.person_id
