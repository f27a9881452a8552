-- The reverse: known to the community, unknown to the police's population register. It holds from the first night that finds
-- it so.
WITH known AS (SELECT person_id, ',' || ARRAY_TO_STRING(sources, ',') AS sources FROM persons)
SELECT person_id, CAST(NULL AS TIMESTAMP) AS since, '社区登记，公安无记录' AS reason
FROM known
WHERE STRPOS(sources, ',community') > 0 AND STRPOS(sources, ',police_population') = 0
