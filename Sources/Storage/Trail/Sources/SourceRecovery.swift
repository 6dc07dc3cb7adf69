internal import Catalog
internal import Columns
internal import Events
internal import Model

/// What the lines of segments tell about a source whose state no segment carries: how far it was read at least, and the
/// bytes by which its file can be told again.
struct SourceRecovery {
    fileprivate static let headLength = Int64(SourceFingerprint.headLength)
    fileprivate static let tailLength = Int64(SourceFingerprint.tailLength)

    fileprivate struct Trace {
        var path: String?
        var rows: Int64 = 0
        /// Of the lines, each with a newline.
        var bytes: Int64 = 0
        var end: Int64 = 0
        var latest = Int64.min
        /// Lines by offset, those near the beginning and those near the end.
        var head: [Int64: [UInt8]] = [:]
        var tail: [Int64: [UInt8]] = [:]
        var tailBytes = 0
    }

    private var traces: [Int64: Trace] = [:]
    private var measure = LineMeasure()
    /// The sources whose state is known, of which rows and bytes are counted only.
    private let known: Set<Int64>

    init(known: Set<Int64>) { self.known = known }

    /// The sources that were met.
    var sources: [Int64] { traces.keys.sorted() }

    func rows(of source: Int64) -> Int64 { traces[source]?.rows ?? 0 }

    /// Bytes of a source's lines, each with a newline.
    func bytes(of source: Int64) -> Int64 { traces[source]?.bytes ?? 0 }

    /// Takes in a batch, which must hold all columns. Throws `LineRenderError`.
    mutating func add(_ columns: EventColumns) throws {
        var measure = measure, row = 0
        try measure.each(columns) { source, offset, length, line in
            defer { row += 1 }
            var trace = traces.removeValue(forKey: source) ?? Trace()
            trace.rows += 1
            trace.bytes += length + 1
            guard !known.contains(source) else { return traces[source] = trace }
            trace.path = trace.path ?? columns[.source][row]
            trace.latest = max(trace.latest, columns.ts[row])
            trace.note(offset, copy line)
            traces[source] = trace
        }
        self.measure = measure
    }

    /// The state of a source as its lines tell it: read up to the end of the last one, whose newline may still come.
    /// `headLength` is 0 if its first line is not known.
    func state(of source: Int64) -> SourceRecord? {
        guard let trace = traces[source], let path = trace.path else { return nil }
        var record = SourceRecord(
            id: source, path: path, isCompressed: path.hasSuffix(".gz"), device: nil, inode: nil)
        let head = trace.beginning(), tail = trace.ending()
        record.headLength = Int64(head.count)
        record.headHash = SourceFingerprint.hash(head[...])
        record.tailLength = Int64(tail.count)
        record.tailHash = SourceFingerprint.hash(tail[...])
        record.checkpoint = trace.end
        record.hasOpenLine = true
        record.size = trace.end
        record.counts.lines = trace.rows
        record.counts.stored = trace.rows
        record.lastEvent = trace.latest == .min ? nil : trace.latest
        return record
    }
}

extension SourceRecovery.Trace {
    fileprivate mutating func note(_ offset: Int64, _ line: [UInt8]) {
        if offset < SourceRecovery.headLength { head[offset] = line }
        end = max(end, offset + Int64(line.count))
        guard offset + Int64(line.count) >= end - SourceRecovery.tailLength else { return }
        tail[offset] = line
        tailBytes += line.count
        guard tailBytes > 1 << 16 else { return }
        let least = end - SourceRecovery.tailLength
        tail = tail.filter { $0.key + Int64($0.value.count) >= least }
        tailBytes = tail.values.reduce(0) { $0 + $1.count }
    }

    /// The first bytes of the source, as far as lines follow each other.
    fileprivate func beginning() -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < SourceRecovery.headLength, let line = head[Int64(bytes.count)] {
            bytes += line
            // The newline behind the last line is not known to be there.
            if Int64(bytes.count) < end { bytes.append(0x0A) }
        }
        return Array(bytes.prefix(Int(SourceRecovery.headLength)))
    }

    /// The bytes before the end, as far as lines follow each other.
    fileprivate func ending() -> [UInt8] {
        var bytes: [UInt8] = [], next = end
        for (offset, line) in tail.sorted(by: { $0.key > $1.key }) where bytes.count < SourceRecovery.tailLength {
            guard offset + Int64(line.count) == next else { break }
            bytes = line + (bytes.isEmpty ? [] : [0x0A]) + bytes
            next = offset - 1
        }
        return bytes.suffix(Int(SourceRecovery.tailLength)).map(\.self)
    }
}
