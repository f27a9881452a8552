-- The reverse: known to the community, unknown to the police's population register.
SELECT person_id, CAST(as_of AS TIMESTAMP) AS since, '社区登记，公安无记录' AS reason
FROM persons
WHERE person_id IN (SELECT person_id FROM members WHERE source LIKE 'community%')
  AND person_id NOT IN (SELECT person_id FROM members WHERE source = 'police_population')
