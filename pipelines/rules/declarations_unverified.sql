-- Declarations of the last 28 days that nobody verified: neither the platform nor a visit says so since, whatever the
-- declaration itself says or leaves out. One without a readable time counts.
WITH declared AS (
  SELECT person_id, at AS since
  FROM events
  WHERE type = 'declaration' AND (at IS NULL OR at >= as_of - INTERVAL '28 days' AND at < as_of + INTERVAL '1 day')
),
verified AS (
  SELECT person_id, MAX(at) AS at, COUNT(person_id) AS told
  FROM (
    SELECT person_id, at
    FROM events
    WHERE type = 'declaration' AND REGEXP_LIKE(detail, ':"(已核[实验查对]|verified")')
    UNION ALL
    SELECT person_id, at
    FROM events
    WHERE type = 'visit' AND at < as_of + INTERVAL '1 day'
      AND REGEXP_LIKE(detail, ':"(已核[实验查对]|电话已?核实|已见面|核实"|属实|[^"]*情况属实|verified")')
  ) AS v
  GROUP BY person_id
)
SELECT d.person_id, d.since, '申报未核验' AS reason
FROM declared AS d
LEFT JOIN verified AS v ON d.person_id = v.person_id
WHERE v.told IS NULL OR v.at < d.since OR v.at IS NULL AND d.since IS NOT NULL
  OR d.since IS NULL AND v.at < as_of - INTERVAL '28 days'
