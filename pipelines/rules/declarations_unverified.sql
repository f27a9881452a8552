-- Declarations of the last 28 days that nobody verified: neither the platform nor a visit says so since, whatever the
-- declaration itself says or leaves out. One without a readable time counts; a later one does not put off what was due for an
-- earlier one. Who is asked about is found first: few are, of many who declared.
WITH declared AS (
  SELECT person_id, MAX(at) AS since
  FROM events
  WHERE type = 'declaration' AND (at IS NULL OR at >= as_of - INTERVAL '28 days' AND at < as_of + INTERVAL '1 day')
  GROUP BY person_id
),
verified AS (
  SELECT person_id, MAX(at) AS at, COUNT(person_id) AS told
  FROM (
    SELECT person_id, at
    FROM events
    WHERE type = 'declaration'
      AND (STRPOS(detail, ':"已核') > 0 AND STRPOS(detail, ':"已核酸') = 0 OR STRPOS(detail, ':"verified"') > 0)
    UNION ALL
    SELECT person_id, at
    FROM events
    WHERE type = 'visit' AND at < as_of + INTERVAL '1 day'
      AND (STRPOS(detail, ':"已核') > 0 AND STRPOS(detail, ':"已核酸') = 0 OR STRPOS(detail, ':"verified"') > 0
        OR STRPOS(detail, ':"属实') > 0 OR STRPOS(detail, '情况属实') > 0 OR STRPOS(detail, ':"已见面') > 0
        OR STRPOS(detail, ':"电话核实') > 0 OR STRPOS(detail, ':"电话已核实') > 0 OR STRPOS(detail, ':"核实"') > 0)
  ) AS v
  GROUP BY person_id
),
asked AS (
  SELECT d.person_id, v.at
  FROM declared AS d
  LEFT JOIN verified AS v ON d.person_id = v.person_id
  WHERE v.told IS NULL OR v.at < d.since OR v.at IS NULL AND d.since IS NOT NULL
    OR d.since IS NULL AND v.at < as_of - INTERVAL '28 days'
)
SELECT e.person_id, e.at AS since, '申报未核验' AS reason
FROM (
  SELECT person_id, at
  FROM events
  WHERE type = 'declaration' AND (at IS NULL OR at >= as_of - INTERVAL '28 days' AND at < as_of + INTERVAL '1 day')
) AS e
JOIN asked AS a ON e.person_id = a.person_id
WHERE a.at IS NULL OR e.at IS NULL OR e.at > a.at
