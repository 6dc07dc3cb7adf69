-- title: Failed token verifications by IP
-- question: Which addresses fail so often, or with so many different credentials, that somebody may be guessing?
-- parameter: window duration =1h — the length of the sliding window
-- parameter: min_failures integer =5 — only addresses with so many failures in some window
-- parameter: min_credentials integer =0 — only addresses with so many different credentials in some window
-- parameter: since time =oldest — failures from here on
-- parameter: until time =newest — and before here
-- as-of: until
-- column: ip text — the client: an address, or the /64 of an IPv6 address, as the detectors count them; empty where
-- the log names none, as logged where it is no address
-- column: failures integer — the most failures in any sliding window
-- column: credentials integer — the most different credentials in any sliding window
-- column: reasons text — the reasons given, the most frequent five first
-- column: user_agents text — the programs that called, the most frequent five first
-- column: first_seen time — the first failure between since and until
-- column: last_seen time — the last one
--
-- A credential is what was presented, or else the token that was named. A window is half-open: two failures exactly one
-- window apart are never in the same one.
SELECT ip, failures, credentials, reasons, user_agents, first_seen_us AS first_seen, last_seen_us AS last_seen
FROM failures_by_ip(:window, :since, :until, :min_failures)
WHERE credentials >= :min_credentials
ORDER BY failures DESC, credentials DESC, ip NULLS LAST
