-- Arrivals in the last 14 days of persons who declared nothing in the last 28: a declaration of last year tells nothing
-- of this journey. A declaration without a readable time counts.
WITH isolated AS (
  SELECT person_id FROM events
  WHERE type = 'isolation' AND at >= as_of - INTERVAL '14 days' AND at < as_of + INTERVAL '1 day'
    AND person_id NOT IN (SELECT person_id FROM events WHERE type = 'release' AND at >= as_of - INTERVAL '14 days')
)
SELECT person_id, MAX(at) AS since, MAX(place) AS reason
FROM events
WHERE type = 'arrival'
  AND at >= as_of - INTERVAL '14 days' AND at < as_of + INTERVAL '1 day'
  AND (place_code IS NULL OR place_code NOT LIKE '3705%')
  AND person_id NOT IN (
    SELECT person_id FROM events WHERE type = 'declaration' AND (at IS NULL OR at >= as_of - INTERVAL '28 days')
  )
  AND person_id NOT IN (SELECT person_id FROM isolated)
GROUP BY person_id
