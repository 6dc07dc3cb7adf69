internal import Catalog
internal import Console
internal import Events
internal import Model

/// A row of the sources of a trail: one source, or all objects of a bucket.
struct SourceRow {
    private let id: Int64
    private var path: String
    private(set) var files = 1
    let mapping: String
    private var checkpoint: Int64
    private var size: Int64
    private var counts: LineCounts
    private var lastEvent: Int64?
    private var generation: Int64?
    private var ended: String?
    private var lost: Int64
    private var lagBytes: Int64?
    /// Microseconds.
    private var lag: Int64?

    init(_ report: StatusReport, _ place: Int) {
        let source = report.sources[place]
        id = source.id
        path = source.path
        mapping = source.mapping ?? "native"
        (checkpoint, size, counts) = (source.checkpoint, source.size, source.counts)
        (lastEvent, generation) = (source.lastEvent, source.generation)
        (ended, lost) = (source.ended?.rawValue, source.lost)
        (lagBytes, lag) = (report.unread[place], report.lag(place))
    }

    /// Adds another object of the same bucket.
    mutating func add(_ other: SourceRow, _ log: LogName) {
        path = String(decoding: log.apart, as: UTF8.self)
        files += other.files
        checkpoint += other.checkpoint
        size += other.size
        counts += other.counts
        lastEvent = [lastEvent, other.lastEvent].compactMap { $0 }.max()
        (generation, ended) = (nil, ended == other.ended ? ended : nil)
        lost += other.lost
        lagBytes = [lagBytes, other.lagBytes].compactMap { $0 }.reduce(nil) { ($0 ?? 0) + $1 }
        lag = [lag, other.lag].compactMap { $0 }.max()
    }

    func cells(withFiles: Bool) -> [Cell] {
        [.integer(id), .text(path)] + (withFiles ? [.integer(Int64(files))] : []) + [
            .text(mapping), .integer(checkpoint), .integer(size),
            .integer(counts.lines), .integer(counts.stored), .integer(counts.quarantined),
            .integer(counts.skipped), .integer(counts.unmapped), .integer(counts.blank),
            .integer(counts.duplicate), .integer(counts.flagged),
            Cell(lastEvent.map { Timestamp.text($0) }), Cell(generation), Cell(ended), .integer(lost), Cell(lagBytes),
            lag.map { .decimal(Double($0) / 1_000_000) } ?? .null,
        ]
    }

    /// As JSON has it: what is the same or adds up.
    func json(_ time: (Int64?) -> JSONValue) -> JSONValue {
        .object([
            .init("path", .string(path)), .init("files", .int(Int64(files))),
            .init("mapping", isNative ? .null : .string(mapping)), .init("checkpoint", .int(checkpoint)),
            .init("size", .int(size)), .init("lines", .int(counts.lines)), .init("stored", .int(counts.stored)),
            .init("quarantined", .int(counts.quarantined)), .init("skipped", .int(counts.skipped)),
            .init("unmapped", .int(counts.unmapped)), .init("blank", .int(counts.blank)),
            .init("duplicate", .int(counts.duplicate)), .init("flagged", .int(counts.flagged)),
            .init("redacted", .int(counts.redacted)), .init("last_event", time(lastEvent)),
            .init("bytes_lost", .int(lost)), .init("lag_bytes", lagBytes.map { .int($0) } ?? .null),
            .init("lag_seconds", lag.map { .double(Double($0 / 1000) / 1000) } ?? .null),
        ])
    }

    private var isNative: Bool { mapping == "native" }
}
