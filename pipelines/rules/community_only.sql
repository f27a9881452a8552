-- The reverse: known to the community, unknown to the police. It holds from the first night that finds it so.
SELECT person_id, CAST(NULL AS TIMESTAMP) AS since, '社区登记，公安无记录' AS reason
FROM persons
WHERE ARRAY_CONTAINS(agencies, 'community') AND NOT ARRAY_CONTAINS(agencies, 'police')
