-- The reverse: known to the community, unknown to the police's population register.
WITH known AS (SELECT person_id, ',' || ARRAY_TO_STRING(sources, ',') AS sources FROM persons)
SELECT person_id, CAST(as_of AS TIMESTAMP) AS since, '社区登记，公安无记录' AS reason
FROM known
WHERE STRPOS(sources, ',community') > 0 AND STRPOS(sources, ',police_population') = 0
