-- What failures_by_ip(window, since, until, min_failures) says, in SQL alone, for engines that lack the function.
--
-- How the credentials of a sliding window are counted without comparing every failure with every other: a failure at t
-- puts its credential into all windows that end in [t, t + window), unless the same credential fails again before and
-- takes over. These spans do not overlap for one credential, so the sum of +1 where a span begins and -1 where it ends
-- is the number of different credentials in the window that ends there.
--
-- Addresses are counted by client (clients.py). ip_hours says which may qualify: a window lies in the hour in which it
-- ends and those that begin less than its length and an hour before.
WITH client_hours AS (
    SELECT COALESCE(c.client, h.ip) AS ip, hour_start_us AS hour_start, failures FROM ip_hours AS h LEFT JOIN clients AS c ON c.ip = h.ip
),
client_events AS (
    SELECT COALESCE(c.client, e.ip) AS ip, ts_us, event, token_id, presented, reason, user_agent
    FROM events AS e LEFT JOIN clients AS c ON c.ip = e.ip
),
hours AS (
    SELECT
        ip,
        SUM(failures) OVER (
            PARTITION BY ip ORDER BY hour_start RANGE BETWEEN :window + 3600000000 - 1 PRECEDING AND CURRENT ROW
        ) AS failures
    FROM client_hours
    WHERE hour_start > :since - 3600000000 AND hour_start < :until
),
suspects AS MATERIALIZED (
    SELECT DISTINCT ip FROM hours WHERE failures >= :min_failures
),
failed AS MATERIALIZED (
    SELECT ip, ts_us AS ts, COALESCE(presented, token_id) AS credential, reason, user_agent
    FROM client_events
    WHERE event = 'failed' AND ts_us >= :since AND ts_us < :until AND ip IN (SELECT ip FROM suspects)
    UNION ALL
    -- Those without an address, or with an empty one, are one in ip_hours.
    SELECT e.ip, e.ts_us, COALESCE(e.presented, e.token_id), e.reason, e.user_agent
    FROM suspects AS s
    CROSS JOIN client_events AS e
    WHERE s.ip IS NULL AND e.event = 'failed' AND e.ts_us >= :since AND e.ts_us < :until AND COALESCE(e.ip, '') = ''
),
bursts AS (
    SELECT
        ip,
        ts,
        COUNT(*) OVER (PARTITION BY ip ORDER BY ts RANGE BETWEEN :window - 1 PRECEDING AND CURRENT ROW) AS failures
    FROM failed
),
spans AS MATERIALIZED (
    SELECT ip, ts, LEAD(ts) OVER (PARTITION BY ip, credential ORDER BY ts) AS next_ts
    FROM failed
    WHERE credential IS NOT NULL
),
steps AS (
    SELECT ip, ts, 1 AS step FROM spans
    UNION ALL
    SELECT ip, CASE WHEN next_ts < ts + :window THEN next_ts ELSE ts + :window END, -1 FROM spans
),
present AS (
    -- At equal times the spans that end come first.
    SELECT
        ip,
        SUM(step) OVER (
            PARTITION BY ip ORDER BY ts, step ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS credentials
    FROM steps
),
words AS (
    SELECT ip, 'reason' AS what, SUBSTR(reason, 1, 200) AS word FROM failed WHERE reason IS NOT NULL
    UNION ALL
    SELECT ip, 'agent', SUBSTR(user_agent, 1, 200) FROM failed WHERE user_agent IS NOT NULL
),
ranked AS (
    SELECT
        ip,
        what,
        word,
        ROW_NUMBER() OVER (PARTITION BY ip, what ORDER BY COUNT(*) DESC, word) AS place,
        COUNT(*) OVER (PARTITION BY ip, what) AS kinds
    FROM words
    GROUP BY ip, what, word
),
listed AS (
    SELECT
        ip,
        what,
        place,
        kinds,
        -- SQLite makes NULL of a list whose only word is empty.
        COALESCE(GROUP_CONCAT(word, ', ') OVER (
            PARTITION BY ip, what ORDER BY place ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ), '') || CASE WHEN kinds > 5 THEN ' and ' || CAST(kinds - 5 AS TEXT) || ' more' ELSE '' END AS list
    FROM ranked
    WHERE place <= 5
),
measured AS (
    SELECT
        ip, failures, 0 AS credentials, CAST(NULL AS TEXT) AS reasons, CAST(NULL AS TEXT) AS user_agents,
        ts AS first_seen, ts AS last_seen
    FROM bursts
    UNION ALL
    SELECT ip, 0, credentials, NULL, NULL, NULL, NULL FROM present
    UNION ALL
    SELECT
        ip, 0, 0, CASE WHEN what = 'reason' THEN list END, CASE WHEN what = 'agent' THEN list END, NULL, NULL
    FROM listed
    WHERE place = kinds OR place = 5
)
SELECT
    ip,
    MAX(failures) AS failures,
    MAX(credentials) AS credentials,
    MAX(reasons) AS reasons,
    MAX(user_agents) AS user_agents,
    MIN(first_seen) AS first_seen_us,
    MAX(last_seen) AS last_seen_us
FROM measured
GROUP BY ip
HAVING MAX(failures) >= :min_failures
