package import Catalog
package import Console
internal import Events
internal import Runs
package import Trail

/// What `prune` dropped, or would drop.
package struct PruneReport: Sendable {
    private let plan: PrunePlan
    private let isDryRun: Bool
    private var oldest: Int64?
    private var events: Int64 = 0
    private var segments: Int64 = 0
    private var quarantined: Int64 = 0
    private var files: (removed: Int64, waiting: Int64) = (0, 0)
    /// Of dropped months in `orphans/`: removed, or to be removed.
    private var orphans = 0
    private var hasFreePages = false
    /// Whether readers keep the WAL from being emptied.
    package var hasWAL = false
    private var oldCatalogs: [String] = []

    /// What a plan drops, and what is left in the catalog then. For a dry run the catalog still has all.
    package init(
        _ plan: PrunePlan, _ catalog: Catalog, isDryRun: Bool, waitedBefore: Int = 0,
        leftovers: Pruning.Leftovers? = nil, orphans: Int = 0, oldCatalogs: [String] = []
    ) throws {
        self.orphans = leftovers?.orphansRemoved ?? orphans
        hasFreePages = leftovers?.hasFreePages ?? false
        self.oldCatalogs = oldCatalogs
        self.plan = plan
        self.isDryRun = isDryRun
        let gone = Set(plan.segments.map(\.id))
        let left = try catalog.segments().filter { !gone.contains($0.id) }
        oldest = left.map(\.minTS).min()
        events = left.reduce(0) { $0 + $1.rows }
        segments = Int64(left.count)
        quarantined = try catalog.quarantineByReason().reduce(0) { $0 + $1.lines }
        let waiting = try catalog.removedSegments().count
        if !isDryRun { files = (Int64(waitedBefore + gone.count - waiting), Int64(waiting)) }
    }

    /// JSON: see Docs/json.md; NDJSON and CSV: one row a month.
    package func print(as format: Format, to output: Output) throws {
        switch format {
        case .json:
            let all =
                [.init("schema_version", 1)] + members + [
                    .init("months", .array(months.map { .object($0) })), .init("old_catalogs", .strings(oldCatalogs)),
                ]
            try output.line(JSONValue.object(all).json(.pretty))
        case .ndjson, .csv: try Console.print(monthTable, as: format, to: output)
        case .text, .markdown:
            defer { hints.forEach { try? output.line("\n" + $0) } }
            if plan.segments.isEmpty, orphans == 0 {
                let before = Timestamp.monthText(plan.before)
                return try output.line("nothing to drop: no month before \(before) has events")
            }
            try Console.print(monthTable, as: format, to: output)
            try output.line()
            let kinds: [String: Table.Kind] = [
                "bytes": .bytes, "oldest_event": .time, "dry_run": .bool, "wal_waiting": .bool,
                "free_pages_waiting": .bool,
            ]
            try Console.print(Table(record: "prune", members, kinds), as: format, to: output)
        }
    }

    /// Where what was dropped may still be found.
    private var hints: [String] {
        var hints: [String] = []
        if files.waiting > 0 || hasWAL {
            hints.append(
                "Somebody is reading the trail: what was dropped is gone from the disk when they have ended "
                    + "and the next ingest, compact or prune has run.")
        }
        if hasFreePages {
            hints.append(
                "There was no room to write the catalog anew: its free pages may hold what was dropped "
                    + "earlier. Free as much as catalog.sqlite takes and drop the next month.")
        }
        if !oldCatalogs.isEmpty {
            hints.append(
                "\(oldCatalogs.joined(separator: ", ")), kept by rebuild, still holds what was dropped since; "
                    + "delete it when you need its quarantined lines and findings no more.")
        }
        return hints
    }

    private var members: [JSONValue.Member] {
        let months = plan.months
        return [
            .init("dry_run", .bool(isDryRun)), .init("before", .string(Timestamp.monthText(plan.before))),
            .init("pruned_segments", .int(Int64(plan.segments.count))),
            .init("pruned_events", .int(plan.events)),
            .init("bytes", .int(months.reduce(0) { $0 + $1.bytes })),
            .init("files_removed", .int(files.removed)), .init("files_waiting", .int(files.waiting)),
            .init("segments", .int(segments)), .init("events", .int(events)),
            .init("oldest_event", oldest.map { .string(Timestamp.text($0)) } ?? .null),
            .init("quarantine_kept", .int(quarantined)), .init("orphans_removed", .int(Int64(orphans))),
            .init("wal_waiting", .bool(hasWAL)), .init("free_pages_waiting", .bool(hasFreePages)),
        ]
    }

    private var months: [[JSONValue.Member]] {
        plan.months.map { month in
            [
                .init("month", .string(Timestamp.monthText(month.month))),
                .init("segments", .int(Int64(month.segments))),
                .init("events", .int(month.events)), .init("bytes", .int(month.bytes)),
            ]
        }
    }

    private var monthTable: Table {
        var table = Table(
            "months", title: isDryRun ? "Months that would be dropped" : "Months that were dropped",
            columns: [
                .init("month", .text), .init("segments", .integer), .init("events", .integer), .init("bytes", .bytes),
            ])
        for month in plan.months {
            table.append([
                .text(Timestamp.monthText(month.month)), .integer(Int64(month.segments)), .integer(month.events),
                .integer(month.bytes),
            ])
        }
        return table
    }
}
