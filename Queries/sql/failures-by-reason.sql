-- title: Failed verifications by reason
-- question: Why do verifications fail, and how widely is each reason spread?
-- parameter: since time =oldest — failures from here on
-- parameter: until time =newest — and before here
-- as-of: until
-- column: reason text — the reason given
-- column: failures integer — failures with this reason
-- column: percent number — their share of all failures, cut to two decimals
-- column: ips integer — different clients: addresses, and of IPv6 the /64
-- column: credentials integer — different credentials (presented, or else the token named)
-- column: user_agents integer — different programs
-- column: first_seen time — the first of these failures
-- column: last_seen time — the last
WITH reasons AS (
    SELECT
        reason,
        COUNT(*) AS failures,
        COUNT(DISTINCT client(ip)) AS ips,
        COUNT(DISTINCT COALESCE(presented, token_id)) AS credentials,
        COUNT(DISTINCT user_agent) AS user_agents,
        MIN(ts_us) AS first_seen,
        MAX(ts_us) AS last_seen
    FROM events
    WHERE event = 'failed' AND ts_us >= :since AND ts_us < :until
    GROUP BY reason
),
shares AS (
    SELECT reasons.*, failures * 10000 AS part, SUM(failures) OVER () AS total
    FROM reasons
)
SELECT
    reason,
    failures,
    (part - part % total) / total / 100.0 AS percent,
    ips,
    credentials,
    user_agents,
    first_seen,
    last_seen
FROM shares
ORDER BY failures DESC, reason
