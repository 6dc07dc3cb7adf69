-- title: Tokens that came back after 90 days or more without a use
-- question: Which tokens were used again after a gap, whenever the question is asked?
-- parameter: as_of time =newest — the report looks back from here; just after the newest event unless given
-- parameter: recent duration =24h — how far back a reactivation is reported
-- parameter: idle duration =90d — the least gap; exact from one day up
-- parameter: log_start time =oldest — where the log begins; a token without history is judged by it
-- column: token_id text — the token
-- column: uses integer — uses on the UTC day of the reactivation, before as_of
-- column: first_use time — the use that ended the gap
-- column: previous_use time — the use before it; empty if there is none
-- column: idle_days number — days from the previous use (or else from the issue) to first_use, cut to three decimals
-- column: class text — dormant_reactivated, dormant_from_birth or unknown_origin
--
-- A reactivation is a use u in [as_of - recent, as_of) whose gap to the use before it, or to the issue of the token
-- where there is none, is at least `idle`. A use without any history counts once the log has lasted `idle`. The
-- answers of windows laid end to end add up to the answer of one window over all of them.
--
-- A gap of a day or more ends on the first use of a UTC day, so token_days is enough; only the day in which as_of lies
-- is read from events, because it may go on after as_of.
WITH active AS MATERIALIZED (
    SELECT d.token_id, d.date, MIN(d.first_use) AS first_use, SUM(d.uses) AS uses
    FROM tokens AS t
    JOIN token_days AS d ON d.token_id = t.token_id
    WHERE t.last_use >= :as_of - :recent AND t.first_use < :as_of
        AND d.last_use >= :as_of - :recent
        AND d.first_use < :as_of - (:as_of % 86400000000 + 86400000000) % 86400000000
    GROUP BY d.token_id, d.date
    UNION ALL
    SELECT token_id, MIN(date), MIN(ts), COUNT(*)
    FROM events
    WHERE event = 'used'
        AND ts >= :as_of - (:as_of % 86400000000 + 86400000000) % 86400000000
        AND ts < :as_of
    GROUP BY token_id
),
looked_up AS (
    SELECT
        token_id,
        uses,
        first_use,
        (
            SELECT d.last_use
            FROM token_days AS d
            WHERE d.token_id = active.token_id AND d.date <= active.date AND d.last_use < active.first_use
            ORDER BY d.date DESC, d.last_use DESC
            LIMIT 1
        ) AS previous_use
    FROM active
    WHERE first_use >= :as_of - :recent
),
judged AS (
    SELECT
        l.token_id,
        l.uses,
        l.first_use,
        l.previous_use,
        l.first_use - COALESCE(l.previous_use, t.issued_at) AS gap,
        CASE
            WHEN l.previous_use IS NOT NULL THEN 'dormant_reactivated'
            WHEN t.issued_at IS NOT NULL THEN 'dormant_from_birth'
            ELSE 'unknown_origin'
        END AS class
    FROM looked_up AS l
    LEFT JOIN tokens AS t ON t.token_id = l.token_id
)
SELECT
    token_id,
    uses,
    first_use,
    previous_use,
    -- Cut, not rounded: 89.9996 days must not read as 90.
    (gap - gap % 86400000) / 86400000 / 1000.0 AS idle_days,
    class
FROM judged
WHERE gap >= :idle OR (gap IS NULL AND first_use - :log_start >= :idle)
ORDER BY idle_days DESC NULLS LAST, first_use, token_id
