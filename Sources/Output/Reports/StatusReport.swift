internal import Catalog
package import Console
internal import Detection
internal import Events
internal import Files
internal import Model
internal import Runs
package import Trail

/// What a trail holds, and how far each of its sources is read.
package struct StatusReport {
    private let path: String
    private let version: String
    private let zlib: String
    private let segments: [SegmentRecord]
    let sources: [SourceRecord]
    let prunedLines: [Int64: Int64]
    private let waitingFiles: Int
    private let orphans: Orphans
    private let oldCatalogs: [String]
    let quarantine: [(reason: String, lines: Int64)]
    let fields: [(reason: String, field: String, lines: Int64)]
    /// What keeps inputs from being read.
    let problems: [InputProblem]
    /// Types of records that gave no event, those with most records first.
    let types: [RecordType]
    private let lastRun: (startedAt: Int64, asOf: Int64, runs: Int64)?
    private let findings: [(status: FindingStatus, severity: Severity, findings: Int64)]
    /// Event times after the first scheduled run at which none has looked.
    private let unseen: [Range<Int64>]
    /// Event times of which events came after scheduled runs had looked there.
    private let late: [Range<Int64>]
    private let intake: IntakeRecord
    private let sqlite: String
    private let catalogBytes: Int64
    private let now: Int64
    private let strays: StrayEvents?
    /// Bytes that lie unread in the file of each source; nil where there is none to look at.
    let unread: [Int64?]

    /// - Parameters:
    ///   - version: of the program.
    ///   - zlib: the version of the zlib library.
    ///   - now: the clock, microseconds since the epoch.
    package init(_ trail: Trail, version: String, zlib: String, now: Int64) throws {
        self.now = now
        path = trail.path
        self.version = version
        self.zlib = zlib
        segments = try trail.catalog.segments()
        sources = try trail.catalog.sources()
        unread = sources.map(Self.unread)
        prunedLines = try trail.catalog.prunedLines()
        waitingFiles = try trail.catalog.removedSegments().count
        orphans = try trail.orphans()
        oldCatalogs = try trail.oldCatalogs()
        quarantine = try trail.catalog.quarantineByReason()
        fields = try trail.catalog.quarantinedFields()
        problems = try trail.catalog.inputProblems()
        types = try trail.catalog.recordTypes()
        lastRun = try trail.catalog.lastRun()
        findings = try trail.catalog.findingsByStatus()
        unseen = try trail.catalog.unseenSpans()
        late = try trail.catalog.lateSpans(recent: DetectionWindow.recent)
        intake = try trail.catalog.intake()
        strays = try trail.catalog.logBeginning()?.strays
        sqlite = try trail.catalog.sqliteVersion()
        catalogBytes = try trail.catalog.bytes()
    }

    /// Text and Markdown as tables, in which the objects of a bucket are one row; JSON as one document, see
    /// Docs/json.md; NDJSON and CSV as one row a source.
    package func print(as format: Format, to output: Output) throws {
        switch format {
        case .json: try output.line(json.json(.pretty))
        case .ndjson, .csv: try Console.print(sourceTable(isFolded: false), as: format, to: output)
        case .text, .markdown:
            try Console.print(summary, as: format, to: output)
            // What somebody must act on stands before what may be a long list.
            for span in unseen {
                let text =
                    "No scheduled run has looked at \(Timestamp.text(span.lowerBound)) to "
                    + "\(Timestamp.text(span.upperBound)); the next detect --new does."
                try output.line("\n" + output.terminal.paint(text, .yellow))
            }
            for span in late {
                let text =
                    "Events of \(secondsText(span.lowerBound)) UTC and later came after scheduled runs had "
                    + "looked there; the next detect --new looks again."
                try output.line("\n" + output.terminal.paint(text, .yellow))
            }
            for warning in problemSentences + warnings {
                try output.line()
                for line in output.terminal.paragraph(SafeText.visible(warning), indent: 0) {
                    try output.line(output.terminal.paint(line, .yellow))
                }
            }
            if !quarantine.isEmpty {
                try output.line()
                try Console.print(quarantineTable, as: format, to: output)
            }
            if !types.isEmpty {
                try output.line()
                try Console.print(typeTable, as: format, to: output)
            }
            try output.line()
            try Console.print(sourceTable(isFolded: true), as: format, to: output)
        }
    }

    private var events: Int64 { segments.reduce(0) { $0 + $1.rows } }
    private var newest: Int64? { segments.map(\.maxTS).max() }
    private var bytes: Int64 { segments.reduce(0) { $0 + $1.bytes } }
    private var bytesRead: Int64 { sources.reduce(0) { $0 + $1.checkpoint } }
    private var counts: LineCounts { sources.reduce(into: LineCounts()) { $0 += $1.counts } }

    func time(_ time: Int64?) -> JSONValue { time.map { .string(Timestamp.text($0)) } ?? .null }

    private var members: [JSONValue.Member] {
        [
            .init("trail", .string(path)),
            .init("events", .int(events)),
            .init("oldest_event", time(segments.map(\.minTS).min())),
            .init("newest_event", time(newest)),
            .init("newest_event_age_seconds", newest.map { .int(max(0, now - $0) / 1_000_000) } ?? .null),
            .init("segments", .int(Int64(segments.count))),
            .init("segment_bytes", .int(bytes)),
            .init("files_waiting", .int(Int64(waitingFiles))),
            .init("orphan_files", .int(Int64(orphans.files))),
            .init("catalog_bytes", .int(catalogBytes)),
            .init("lines_read", .int(counts.lines)),
            .init("lines_stored", .int(counts.stored)),
            .init("lines_quarantined", .int(counts.quarantined)),
            .init("lines_skipped", .int(counts.skipped)),
            .init("lines_unmapped", .int(counts.unmapped)),
            .init("lines_blank", .int(counts.blank)),
            .init("lines_duplicate", .int(counts.duplicate)),
            .init("lines_pruned", .int(prunedLines.values.reduce(0, +))),
            .init("lines_flagged", .int(counts.flagged)),
            .init("lines_redacted", .int(counts.redacted)),
            .init("bytes_unread", .int(unread.reduce(0) { $0 + ($1 ?? 0) })),
            .init("bytes_lost", .int(sources.reduce(0) { $0 + $1.lost })),
            .init("detection_runs", .int(lastRun?.runs ?? 0)),
            .init("last_run", time(lastRun?.startedAt)),
            .init("last_run_as_of", time(lastRun?.asOf)),
            .init("authtrail_version", .string(version)),
            .init("sqlite_version", .string(sqlite)),
            .init("zlib_version", .string(zlib)),
        ]
    }

    private var json: JSONValue {
        .object(
            [.init("schema_version", 1)] + members + [
                .init(
                    "events_by_kind",
                    .object(
                        EventKind.allCases.map { kind in
                            .init(kind.name, .int(segments.reduce(0) { $0 + $1.counts[Int(kind.rawValue)] }))
                        })),
                .init("quarantine", .object(quarantine.map { .init($0.reason, .int($0.lines)) })),
                .init(
                    "findings",
                    .array(
                        findings.map {
                            [
                                "status": .string($0.status.rawValue), "severity": .string($0.severity.name),
                                "findings": .int($0.findings),
                            ]
                        })),
                .init(
                    "unseen",
                    .array(
                        (unseen + late).map {
                            [
                                "from": .string(Timestamp.text($0.lowerBound)),
                                "to": .string(Timestamp.text($0.upperBound)),
                            ]
                        })),
                .init("orphans", OrphansReport.json(orphans)),
                .init("old_catalogs", .strings(oldCatalogs)),
                .init(
                    "problems",
                    .array(
                        problems.map { problem in
                            [
                                "input": .string(problem.path), "kind": .string(problem.kind.rawValue),
                                "since": time(problem.since), "error": .string(problem.reason),
                            ]
                        })),
                .init("sources", .array(sources.indices.map(source))),
                .init("logs", .array(foldedSources.map { $0.json(time) })),
                .init("record_types", .array(types.map(Self.type))),
                .init("warnings", .strings(warnings)),
            ])
    }

    /// What lies behind the checkpoint of a source that is still where it was read.
    private static func unread(_ source: SourceRecord) -> Int64? {
        guard source.ended == nil, !source.isCompressed, let status = FileStatus(path: source.path),
            status.identity.device == source.device, status.identity.inode == source.inode
        else { return nil }
        return max(0, status.size - source.checkpoint)
    }

    /// How long unread bytes have been waiting at most, in microseconds: since the source was last read.
    func lag(_ place: Int) -> Int64? {
        guard let unread = unread[place] else { return nil }
        return unread == 0 ? 0 : sources[place].readAt.map { max(0, now - $0) }
    }

    private var summary: Table {
        let kinds: [String: Table.Kind] = [
            "oldest_event": .time, "newest_event": .time, "last_run": .time, "last_run_as_of": .time,
            "segment_bytes": .bytes, "catalog_bytes": .bytes,
            "bytes_unread": .bytes, "bytes_lost": .bytes, "newest_event_age_seconds": .duration(.seconds),
        ]
        var shown = members
        if events > 0 {
            shown.insert(.init("bytes_per_event", .double(Double(bytes + catalogBytes) / Double(events))), at: 9)
        }
        var table = Table(
            "status", title: "Trail",
            columns: shown.map { member in
                let isNumber = member.value.integer != nil
                let kind =
                    kinds[member.key]
                    ?? (member.key == "bytes_per_event" ? .decimal(digits: 1) : isNumber ? .integer : .text)
                // The unit is in the value there.
                return .init(
                    member.key, kind,
                    heading: member.key == "newest_event_age_seconds" ? "newest event age" : nil)
            })
        table.layout = .records
        table.append(shown.map { Self.cell($0.value) })
        return table
    }

    private static func cell(_ value: JSONValue) -> Cell {
        switch value {
        case .int(let number): .integer(number)
        case .double(let number): .decimal(number)
        case .string(let text): .text(text)
        default: .null
        }
    }

    private var warnings: [String] { [clock, ahead, blindness, leftovers, replaced, warning].compactMap { $0 } }

    private var leftovers: String? {
        guard !orphans.isEmpty else { return nil }
        return "orphans/ holds \(orphans.files) files, \(Human.bytes(orphans.bytes)), with events of "
            + "\(orphans.monthsText), which no catalog row listed when a writer began: what a writer that was killed "
            + "had not committed, or segments newer than a restored catalog. prune removes those of months that it "
            + "drops."
    }

    /// They hold what was dropped since, and the only copy of the quarantine and findings of their time.
    private var replaced: String? {
        guard !oldCatalogs.isEmpty else { return nil }
        return "rebuild has kept \(oldCatalogs.joined(separator: ", ")), with all that was in it, also what prune has "
            + "dropped since: delete it when you need its quarantined lines and findings no more."
    }

    /// What no rule can see.
    private var blindness: String? {
        if intake.lines == 0 { return "No line was ever read: authtrail ingest FILE reads a log." }
        guard intake.quarantinedSinceStored > 0, intake.stored == 0 || intake.quarantinedSinceStored >= 20 else {
            return nil
        }
        let since = intake.quarantineBegan.map { " since \(secondsText($0)) UTC" } ?? ""
        let lines = Human.count(intake.quarantinedSinceStored)
        return "All that was read\(since) is in quarantine, where no rule looks: \(lines) "
            + (intake.quarantinedSinceStored == 1 ? "line" : "lines")
            + (intake.quarantinedSource.map { ", most of \($0)." } ?? ".")
    }

    /// An epoch time in the wrong unit, or a clock that was never set.
    private var ahead: String? {
        guard let newest, newest > now.plus(5 * Timestamp.minute) else { return nil }
        return "There are events dated ahead of the clock, up to \(Timestamp.text(newest)): the clock of a producer is "
            + "wrong. Before their time has come only rules that need no past judge them."
    }

    private var clock: String? {
        if let strays {
            let day = Timestamp.text(strays.first).prefix(10)
            return (strays.events == 1 ? "There is an event" : "There are \(Human.count(strays.events)) events")
                + " of \(day), more than a year before the rest: a clock that was not set, or a time in the wrong "
                + "unit. Rules and reports do not take the log to begin with them."
        }
        guard let oldest = segments.map(\.minTS).min(), oldest < Self.leastPlausible else { return nil }
        return "There are events of \(Timestamp.text(oldest).prefix(10)): a clock that was not set, or a time in the "
            + "wrong unit. The log seems to begin with them, so a token whose issue it does not hold is reported as "
            + "one that was never issued."
    }

    /// 2000-01-01. Nobody logged auth events in this form before.
    private static let leastPlausible: Int64 = 946_684_800_000_000

    /// SQLite from 3.7.0 to 3.51.2 can, rarely, damage a database when a WAL is reset while another process recovers
    /// it.
    private var warning: String? {
        let numbers = sqlite.split(separator: ".").compactMap { Int($0) }
        guard numbers.count == 3, numbers.lexicographicallyPrecedes([3, 51, 3]) else { return nil }
        return "SQLite \(sqlite) has a rare fault that can damage a catalog when two processes reset its WAL at once; "
            + "3.51.3 and later have not. The segments are not touched by it."
    }
}
