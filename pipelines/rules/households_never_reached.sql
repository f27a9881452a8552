-- Households never reached: nobody at the address has a visit on record, and no visit found it vacant.
WITH reached AS (
  SELECT DISTINCT address FROM persons
  WHERE address IS NOT NULL
    AND person_id IN (SELECT person_id FROM events WHERE type = 'visit' AND (at IS NULL OR at < as_of + INTERVAL '1 day'))
)
SELECT person_id, CAST(as_of AS TIMESTAMP) AS since, '该户尚未入户' AS reason
FROM persons
WHERE grid_code IS NOT NULL AND address IS NOT NULL
  AND address NOT IN (SELECT address FROM reached)
