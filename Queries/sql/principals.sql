-- title: Principals and their tokens
-- question: Who holds how many tokens, which of them still work, and who uses them?
-- parameter: as_of time =newest — whether a token still works is judged at this time; all else is what is known now
-- parameter: limit integer =100 — so many principals, those with the most uses first
-- column: principal text — on whose behalf; empty for tokens whose principal the log never names
-- column: tokens integer — all tokens ever seen
-- column: live_tokens integer — those not expired, revoked or superseded
-- column: endless_tokens integer — those of the live ones that were issued without an expiry
-- column: unused_tokens integer — those of the live ones that were never used
-- column: uses integer — uses of all tokens
-- column: first_use time — the first of them
-- column: last_use time — the last
-- column: next_expiry time — when the first of the live tokens ends
WITH judged AS (
    SELECT
        principal,
        issued_at_us AS issued_at,
        expires_at_us AS expires_at,
        first_use_us AS first_use,
        last_use_us AS last_use,
        uses,
        CASE
            WHEN revoked_at_us <= :as_of OR expires_at_us <= :as_of OR superseded_by IS NOT NULL THEN 0
            -- Not issued yet.
            WHEN issued_at_us > :as_of THEN 0
            ELSE 1
        END AS live
    FROM tokens
)
SELECT
    principal,
    COUNT(*) AS tokens,
    SUM(live) AS live_tokens,
    SUM(CASE WHEN live = 1 AND issued_at IS NOT NULL AND expires_at IS NULL THEN 1 ELSE 0 END) AS endless_tokens,
    SUM(CASE WHEN live = 1 AND first_use IS NULL THEN 1 ELSE 0 END) AS unused_tokens,
    SUM(COALESCE(uses, 0)) AS uses,
    MIN(first_use) AS first_use,
    MAX(last_use) AS last_use,
    MIN(CASE WHEN live = 1 THEN expires_at END) AS next_expiry
FROM judged
GROUP BY principal
ORDER BY uses DESC, tokens DESC, principal NULLS LAST
LIMIT :limit
