-- Contradictions to settle at the door: two valid ID numbers, two grids stated, somebody recorded as dead who is active
-- afterwards, and persons of whom only the registered address is known. They hold from the first night that finds them.
WITH dead AS (SELECT person_id, MIN(at) AS at FROM events WHERE type = 'death' GROUP BY person_id),
active AS (
  SELECT e.person_id, MAX(e.at) AS at
  FROM (
    SELECT person_id, at FROM events
    WHERE type IN ('arrival', 'test', 'dose', 'declaration') AND at < as_of + INTERVAL '1 day'
  ) AS e
  SEMI JOIN dead AS d ON e.person_id = d.person_id
  GROUP BY e.person_id
)
SELECT person_id, CAST(NULL AS TIMESTAMP) AS since, '证件号码不一致' AS reason
FROM persons WHERE ARRAY_CONTAINS(conflicts, 'id_number')
UNION ALL
SELECT person_id, CAST(NULL AS TIMESTAMP) AS since, '登记网格不一致' AS reason
FROM persons WHERE ARRAY_CONTAINS(conflicts, 'grid_code')
UNION ALL
SELECT d.person_id, CAST(NULL AS TIMESTAMP) AS since, '已登记死亡，仍有活动记录' AS reason
FROM dead AS d
JOIN active AS e ON d.person_id = e.person_id
WHERE e.at >= d.at + INTERVAL '1 day'
UNION ALL
SELECT person_id, CAST(NULL AS TIMESTAMP) AS since, '仅有户籍地址，是否在住待核' AS reason
FROM persons
WHERE grid_by = 'registered' AND NOT ARRAY_CONTAINS(agencies, 'community')
