-- title: Tokens used in the last 24 hours that were not used in the 90 days before
-- question: Which tokens came back to life after a long silence?
-- parameter: as_of time =newest — the report looks back from here; just after the newest event unless given
-- parameter: recent duration =24h — how far back a use counts as recent
-- parameter: idle duration =90d — how long before that there must be no use
-- as-of: as_of
-- column: token_id text — the token
-- column: uses integer — uses in the recent window
-- column: first_use time — the first of them
-- column: previous_use time — the last use before the window; empty if there is none
-- column: idle_days number — days from the previous use (or else from the issue) to first_use, cut to three decimals
-- column: class text — dormant_reactivated, dormant_from_birth, first_use, unknown_origin or insufficient_history
--
-- The question word for word: used in [as_of - recent, as_of), not used in the `idle` before that. Taken so literally
-- it also names every new token at its first use (class first_use), and it sees a gap only if it is asked in time;
-- dormant-tokens-gap asks for the gap itself.
--
-- token_days says cheaply who may be dormant: who was used on a day of the window, and before that on no day that lies
-- wholly within `idle`. Only the events of these few are read, from midnight on because token_days knows whole days
-- only: a token that was not used between midnight and the window was last used on its previous_day.
WITH woken AS MATERIALIZED (
    SELECT token_id, MIN(previous_day_us) AS previous_day_us
    FROM token_days
    WHERE last_use_us >= :as_of - :recent
        AND first_use_us < :as_of
        AND (previous_day_us IS NULL OR previous_day_us < :as_of - :recent - :idle)
    GROUP BY token_id
),
recently AS MATERIALIZED (
    SELECT
        token_id,
        SUM(CASE WHEN ts_us >= :as_of - :recent THEN 1 ELSE 0 END) AS uses,
        MIN(CASE WHEN ts_us >= :as_of - :recent THEN ts_us END) AS first_use,
        MAX(CASE WHEN ts_us < :as_of - :recent THEN ts_us END) AS use_since_midnight
    FROM events
    WHERE event = 'used'
        AND ts_us >= :as_of - :recent - ((:as_of - :recent) % 86400000000 + 86400000000) % 86400000000
        AND ts_us < :as_of
        AND token_id IN (SELECT token_id FROM woken)
    GROUP BY token_id
),
earlier AS (
    SELECT w.token_id, MAX(d.last_use_us) AS last_use
    FROM woken AS w
    -- The few first: CROSS is how SQLite is told the order; conditions make it a join as any other.
    CROSS JOIN token_days AS d
    WHERE d.token_id = w.token_id
        AND d.first_use_us >= w.previous_day_us
        AND d.first_use_us < w.previous_day_us + 86400000000
        AND d.last_use_us < :as_of - :recent
    GROUP BY w.token_id
),
looked_up AS (
    SELECT r.token_id, r.uses, r.first_use, COALESCE(r.use_since_midnight, e.last_use) AS previous_use
    FROM recently AS r
    LEFT JOIN earlier AS e ON e.token_id = r.token_id
    WHERE r.first_use IS NOT NULL
),
dormant AS (
    SELECT
        l.token_id,
        l.uses,
        l.first_use,
        l.previous_use,
        t.issued_at_us,
        l.first_use - COALESCE(l.previous_use, t.issued_at_us) AS gap
    FROM looked_up AS l
    -- What comes later cannot be known yet: an issue that is logged after the use counts as none.
    LEFT JOIN tokens AS t ON t.token_id = l.token_id AND t.issued_at_us <= l.first_use
    WHERE l.previous_use IS NULL OR l.previous_use < :as_of - :recent - :idle
)
SELECT
    token_id,
    uses,
    first_use,
    previous_use,
    -- Cut, not rounded: 89.9996 days must not read as 90.
    (gap - gap % 86400000) / 86400000 / 1000.0 AS idle_days,
    CASE
        WHEN previous_use IS NOT NULL THEN 'dormant_reactivated'
        WHEN gap >= :idle THEN 'dormant_from_birth'
        WHEN issued_at_us IS NOT NULL THEN 'first_use'
        -- A token without any history: does the log reach back far enough to say so?
        WHEN first_use - (SELECT begins_us FROM log_span) >= :idle
            THEN 'unknown_origin'
        ELSE 'insufficient_history'
    END AS class
FROM dormant
ORDER BY idle_days DESC NULLS LAST, first_use, token_id
