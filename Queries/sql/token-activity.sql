-- title: What each token did in its life
-- question: Which tokens are used most, since when, and how long were they ever silent?
-- parameter: token text = — only this token; all if empty
-- parameter: principal text = — only tokens of this principal; all if empty
-- parameter: limit integer =50 — so many tokens, the most used first
-- column: token_id text — the token
-- column: kind text — api_token, oauth or anonymous, as logged
-- column: principal text — on whose behalf it was issued or used
-- column: issued_at time — when it was issued, exchanged or refreshed; empty if the log does not tell
-- column: expires_at time — when it ends by itself
-- column: revoked_at time — when it was revoked
-- column: first_use time — its first use
-- column: last_use time — its last use
-- column: uses integer — all uses
-- column: active_days integer — UTC days with a use
-- column: longest_gap_days number — the longest time between two uses, cut to three decimals; empty below a day
WITH chosen AS MATERIALIZED (
    SELECT
        token_id,
        kind,
        principal,
        issued_at_us AS issued_at,
        expires_at_us AS expires_at,
        revoked_at_us AS revoked_at,
        first_use_us AS first_use,
        last_use_us AS last_use,
        uses
    FROM tokens
    WHERE (:token = '' OR token_id = :token) AND (:principal = '' OR principal = :principal)
    ORDER BY uses DESC, token_id
    LIMIT :limit
),
days AS (
    -- COALESCE keeps an engine from asking for the tokens one by one, each with a pass of its own.
    SELECT token_id, date, MIN(first_use_us) AS first_use, MAX(last_use_us) AS last_use
    FROM token_days
    WHERE COALESCE(token_id, '') IN (SELECT token_id FROM chosen)
        -- A use that a clock which was not set has dated long before all others begins no silence.
        AND NOT COALESCE(
            first_use_us BETWEEN (SELECT stray_from_us FROM log_span) AND (SELECT stray_to_us FROM log_span), 0
        )
    GROUP BY token_id, date
),
gaps AS (
    SELECT token_id, first_use - LAG(last_use) OVER (PARTITION BY token_id ORDER BY date) AS gap
    FROM days
),
lives AS (
    -- Days tell silences of a day or more; a shorter one may lie within a day.
    SELECT token_id, COUNT(*) AS active_days, MAX(gap) FILTER (WHERE gap >= 86400000000) AS longest_gap
    FROM gaps
    GROUP BY token_id
)
SELECT
    c.token_id,
    c.kind,
    c.principal,
    c.issued_at,
    c.expires_at,
    c.revoked_at,
    c.first_use,
    c.last_use,
    c.uses,
    COALESCE(l.active_days, 0) AS active_days,
    (l.longest_gap - l.longest_gap % 86400000) / 86400000 / 1000.0 AS longest_gap_days
FROM chosen AS c
LEFT JOIN lives AS l ON l.token_id = c.token_id
ORDER BY c.uses DESC, c.token_id
