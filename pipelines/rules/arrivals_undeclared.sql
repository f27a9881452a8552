-- Arrivals in the last 14 days of persons who declared nothing in the last 28: a declaration of last year tells nothing
-- of this journey. Neither a declaration nor an arrival needs a readable time. Who came from the city itself (of Beijing,
-- Tianjin, Shanghai and Chongqing the first two digits of run.city_code say it) has no journey to declare.
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
    AND (at IS NULL OR at >= as_of - INTERVAL '14 days' AND at < as_of + INTERVAL '1 day')
    AND (
      place_code IS NULL
      OR LEFT(place_code, 4) <> LEFT(city_code, 4)
      AND (LEFT(place_code, 2) <> LEFT(city_code, 2) OR LEFT(city_code, 2) NOT IN ('11', '12', '31', '50'))
    )
)
SELECT a.person_id, a.at AS since, a.place AS reason
FROM arrived AS a
ANTI JOIN (
  SELECT person_id FROM events WHERE type = 'declaration' AND (at IS NULL OR at >= as_of - INTERVAL '28 days')
) AS d ON a.person_id = d.person_id
ANTI JOIN isolated AS i ON a.person_id = i.person_id
