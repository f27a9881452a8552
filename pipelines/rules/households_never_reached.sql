-- Households never reached: nobody at the address has a visit on record, and no visit found it vacant.
WITH reached AS (
  SELECT p.address
  FROM (SELECT person_id, address FROM persons WHERE address IS NOT NULL) AS p
  SEMI JOIN (
    SELECT person_id FROM events WHERE type = 'visit' AND (at IS NULL OR at < as_of + INTERVAL '1 day')
  ) AS v ON p.person_id = v.person_id
)
SELECT p.person_id, CAST(as_of AS TIMESTAMP) AS since, '该户尚未入户' AS reason
FROM (SELECT person_id, address FROM persons WHERE grid_code IS NOT NULL AND address IS NOT NULL) AS p
ANTI JOIN reached AS r ON p.address = r.address
