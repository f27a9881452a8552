-- Known to the police or the health service as living in a grid, unknown to the community: missed at the door. Who has no
-- grid cannot have been missed at a door of it; who arrived and has none is on the lists of arrivals. It holds
-- from the first night that finds it so: no source says since when.
WITH known AS (SELECT person_id, ',' || ARRAY_TO_STRING(sources, ',') AS sources FROM persons WHERE grid_code IS NOT NULL)
SELECT person_id, CAST(NULL AS TIMESTAMP) AS since, '公安、卫健有记录，社区未登记' AS reason
FROM known
WHERE (STRPOS(sources, ',police') > 0 OR STRPOS(sources, ',health') > 0) AND STRPOS(sources, ',community') = 0
