-- Households never reached: nobody of the flat (or, where no flat is known, of the address in one grid: a gate may lead into
-- several) has a visit on record. Without a grid a household is as little reached as with one. A dead number, a handing over and
-- 无法核实 reached nobody. It holds from the first night that finds it so.
WITH homes AS (
  SELECT person_id, COALESCE(household, address || ' ' || COALESCE(grid_code, '')) AS home
  FROM persons
  WHERE household IS NOT NULL OR address IS NOT NULL
),
reached AS (
  SELECT h.home
  FROM homes AS h
  SEMI JOIN (
    SELECT person_id FROM events
    WHERE type = 'visit' AND (at IS NULL OR at < as_of + INTERVAL '1 day')
      AND (detail IS NULL OR NOT REGEXP_LIKE(detail, '空号|移交|无法核实|dead_number|handed_over|cannot_tell'))
  ) AS v ON h.person_id = v.person_id
)
SELECT h.person_id, CAST(NULL AS TIMESTAMP) AS since, '该户尚未入户' AS reason
FROM homes AS h
ANTI JOIN reached AS r ON h.home = r.home
