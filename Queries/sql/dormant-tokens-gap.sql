-- title: Tokens that came back after a long silence
-- question: Which tokens were used again after a gap, whenever the question is asked?
-- parameter: as_of time =newest — the report looks back from here; just after the newest event unless given
-- parameter: recent duration =24h — how far back a reactivation is reported
-- parameter: idle duration =90d from 1d — the least gap
-- as-of: as_of
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
-- is read from events, because it may go on after as_of. A day may have several rows for a token, and they may overlap:
-- the use before a row is the latest of all rows that begin before it, and where that is no earlier than the row itself
-- there is no gap. Only tokens are looked at that have a day in the window which begins so long after the last day
-- before it.
WITH candidates AS MATERIALIZED (
    SELECT DISTINCT token_id
    FROM token_days
    WHERE first_use_us >= :as_of - :recent
        AND first_use_us < :as_of
        AND (previous_day_us IS NULL OR first_use_us - previous_day_us >= :idle)
),
days AS MATERIALIZED (
    SELECT token_id, date, uses, first_use_us, last_use_us
    FROM token_days
    WHERE first_use_us < :as_of - (:as_of % 86400000000 + 86400000000) % 86400000000
        AND token_id IN (SELECT token_id FROM candidates)
        -- A use that a clock which was not set has dated long before all others is no past.
        AND NOT COALESCE(
            first_use_us BETWEEN (SELECT stray_from_us FROM log_span) AND (SELECT stray_to_us FROM log_span), 0
        )
    UNION ALL
    SELECT token_id, MIN(date), COUNT(*), MIN(ts_us), MAX(ts_us)
    FROM events
    WHERE event = 'used'
        AND ts_us >= :as_of - (:as_of % 86400000000 + 86400000000) % 86400000000
        AND ts_us < :as_of
        AND token_id IN (SELECT token_id FROM candidates)
    GROUP BY token_id
),
before AS (
    SELECT
        token_id,
        date,
        first_use_us,
        MAX(last_use_us) OVER (
            PARTITION BY token_id ORDER BY first_use_us ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS previous_use
    FROM days
),
woken AS (
    SELECT
        b.token_id,
        b.date,
        b.first_use_us,
        b.previous_use,
        t.issued_at_us,
        b.first_use_us - COALESCE(b.previous_use, t.issued_at_us) AS gap
    FROM before AS b
    -- What comes later cannot be known yet: an issue that is logged after the use counts as none, unless it is dated
    -- within the minute by which the clocks of two hosts may differ.
    LEFT JOIN tokens AS t
        ON t.token_id = b.token_id AND t.issued_at_us <= b.first_use_us + 60000000 AND t.issued_at_us < :as_of
    WHERE b.first_use_us >= :as_of - :recent
        -- Of days before the log begins only the last of each token is known: it can end a silence, not begin one.
        AND b.date >= (SELECT MIN(date) FROM event_days)
        AND (b.previous_use IS NULL OR b.first_use_us - b.previous_use >= :idle)
)
SELECT
    w.token_id,
    SUM(d.uses) AS uses,
    w.first_use_us AS first_use,
    w.previous_use,
    -- Cut, not rounded: 89.9996 days must not read as 90.
    (w.gap - w.gap % 86400000) / 86400000 / 1000.0 AS idle_days,
    CASE
        WHEN w.previous_use IS NOT NULL THEN 'dormant_reactivated'
        WHEN w.issued_at_us IS NOT NULL THEN 'dormant_from_birth'
        ELSE 'unknown_origin'
    END AS class
FROM woken AS w
JOIN days AS d ON d.token_id = w.token_id AND d.date = w.date
WHERE w.gap >= :idle
    -- A token without any history: does the log reach back far enough to say so?
    OR (
        w.gap IS NULL
        AND w.first_use_us - (SELECT begins_us FROM log_span) >= :idle
    )
GROUP BY w.token_id, w.first_use_us, w.previous_use, w.gap, w.issued_at_us
ORDER BY idle_days DESC NULLS LAST, w.first_use_us, w.token_id
