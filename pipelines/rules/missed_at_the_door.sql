-- Known to the police or the health service as living in a grid, unknown to the community: missed at the door. Who has no
-- grid cannot have been missed at a door of it; who arrived and has none is on the lists of arrivals, and of whom
-- nothing but the registered address is known on that of contradictions. It holds from the first night that finds it so: no source says since when.
SELECT person_id, CAST(NULL AS TIMESTAMP) AS since, '公安、卫健有记录，社区未登记' AS reason
FROM persons
WHERE grid_code IS NOT NULL AND grid_by <> 'registered'
  AND (ARRAY_CONTAINS(agencies, 'police') OR ARRAY_CONTAINS(agencies, 'health'))
  AND NOT ARRAY_CONTAINS(agencies, 'community')
