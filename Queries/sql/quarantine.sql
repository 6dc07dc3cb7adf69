-- title: Lines that could not be read as events
-- question: Which lines were set aside, and why?
-- parameter: source text = — only lines of this source; all if empty
-- parameter: reason text = — only lines with this reason; all if empty
-- parameter: limit integer =100 — so many lines, in the order of their sources and places
-- column: source text — the file or stream
-- column: generation integer — which of the files that bore this name, counted from the first
-- column: source_offset integer — where the line begins, in bytes
-- column: length integer — how long it is, in bytes
-- column: reason text — why it is no event
-- column: text text — the line
SELECT source, generation, source_offset, length, reason, text
FROM quarantine
WHERE (:source = '' OR source = :source)
    AND reason BETWEEN :reason AND CASE WHEN :reason = '' THEN '~' ELSE :reason END
ORDER BY source, generation, source_offset
LIMIT :limit
