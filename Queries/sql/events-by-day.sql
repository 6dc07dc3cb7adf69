-- title: Events by day and kind
-- question: How much happened on each day, and of what kind?
-- parameter: since time =oldest — from the UTC day in which this lies
-- parameter: until time =newest — to the last UTC day that begins before this
-- as-of: until, whole days
-- column: date text — the UTC day
-- column: events integer — all events of the day
-- column: used integer — tokens used
-- column: failed integer — verifications that failed
-- column: issued integer — tokens issued
-- column: revoked integer — tokens revoked
-- column: exchanged integer — codes exchanged for tokens
-- column: refreshed integer — tokens refreshed
--
-- Whole days, from the counts kept for each. The sum that makes a day number of a date counts years from 1 March, so
-- that the leap day comes last; `x - x % n` divides evenly, which makes `/` mean the same in every engine.
WITH parts AS (
    SELECT
        date,
        event,
        events,
        CAST(SUBSTR(date, 1, 4) AS BIGINT) - CASE WHEN SUBSTR(date, 6, 2) <= '02' THEN 1 ELSE 0 END AS y,
        (CAST(SUBSTR(date, 6, 2) AS BIGINT) + 9) % 12 * 153 + 2 AS m,
        CAST(SUBSTR(date, 9, 2) AS BIGINT) AS d
    FROM event_days
),
timed AS (
    SELECT
        date,
        event,
        events,
        (y * 365 + (y - y % 4) / 4 - (y - y % 100) / 100 + (y - y % 400) / 400 + (m - m % 5) / 5 + d - 719469)
            * 86400000000 AS midnight
    FROM parts
)
SELECT
    date,
    SUM(events) AS events,
    SUM(CASE WHEN event = 'used' THEN events ELSE 0 END) AS used,
    SUM(CASE WHEN event = 'failed' THEN events ELSE 0 END) AS failed,
    SUM(CASE WHEN event = 'issued' THEN events ELSE 0 END) AS issued,
    SUM(CASE WHEN event = 'revoked' THEN events ELSE 0 END) AS revoked,
    SUM(CASE WHEN event = 'exchanged' THEN events ELSE 0 END) AS exchanged,
    SUM(CASE WHEN event = 'refreshed' THEN events ELSE 0 END) AS refreshed
FROM timed
WHERE midnight + 86400000000 > :since AND midnight < :until
GROUP BY date
ORDER BY date
