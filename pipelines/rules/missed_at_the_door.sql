-- Known to the police or the health service as living in a grid, unknown to the community: missed at the door. Who has no
-- grid cannot have been missed at a door of it; who arrived and has none is on the lists of arrivals.
SELECT person_id, CAST(as_of AS TIMESTAMP) AS since, '公安、卫健有记录，社区未登记' AS reason
FROM persons
WHERE grid_code IS NOT NULL
  AND person_id IN (SELECT person_id FROM members WHERE source LIKE 'police%' OR source LIKE 'health%')
  AND person_id NOT IN (SELECT person_id FROM members WHERE source LIKE 'community%')
