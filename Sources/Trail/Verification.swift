internal import Catalog
internal import Crypto
internal import Events
internal import Files
internal import Rollups
internal import Segments

/// What `verify` looked at and what it found wrong.
package struct Verification: Sendable {
    /// One thing that is wrong, with the object it is wrong about.
    package struct Problem: Sendable, Equatable {
        /// `segment`, `catalog`, `file` or `counters`.
        package var object: String
        /// A path or a table.
        package var name: String
        package var what: String
    }

    package var segments = 0
    package var events: Int64 = 0
    package var bytes: Int64 = 0
    package var problems: [Problem] = []

    package init() {}
}

extension Trail {
    /// Reads everything: each segment is there, whole, equal to its hash, its counts and its rollups; nothing unlisted
    /// lies beside them; SQLite finds its file sound; the counters add up. Problems are returned, not thrown.
    package func verify(progress: (_ done: Int, _ of: Int) -> Void = { _, _ in }) throws -> Verification {
        var result = Verification()
        let listed = try catalog.segments()
        for (place, segment) in listed.enumerated() {
            result.segments += 1
            result.events += segment.rows
            result.bytes += segment.bytes
            if let what = faults(of: segment) {
                result.problems.append(.init(object: "segment", name: segment.file, what: what))
            }
            progress(place + 1, listed.count)
        }
        for file in try strays() {
            result.problems.append(
                .init(object: "file", name: file, what: "lies in the trail but no catalog row lists it"))
        }
        for what in try catalog.integrityProblems() {
            result.problems.append(.init(object: "catalog", name: SegmentLayout.catalog, what: what))
        }
        for what in try catalog.counterProblems() {
            result.problems.append(.init(object: "counters", name: SegmentLayout.catalog, what: what))
        }
        return result
    }

    /// Files that lie among the segments and are none. What lies there is looked at first, then the rows as they are
    /// by then: a batch that a writer has committed since this reader began is no stray, nor is a file that waits to be
    /// removed.
    private func strays() throws -> [String] {
        let lying = try SegmentFiles.all(inTrail: path)
        let now = try Catalog.reading(path: catalog.path, snapshot: true)
        let known = try Set(now.segments().map(\.file) + now.removedSegments().map(\.file))
        return lying.filter { !known.contains($0) && isStray($0) }
    }

    /// Whether an unlisted file is none of a writer at work: that one's files are well-named or temporary, and it holds
    /// the lock.
    private func isStray(_ file: String) -> Bool {
        guard isLocked(path + "/" + SegmentLayout.lock) else { return true }
        return SegmentLayout.parse(file) == nil && !file.hasSuffix(".tmp")
    }

    private func faults(of segment: SegmentRecord) -> String? {
        do {
            let file = path + "/" + segment.file
            if let what = try digestFault(of: segment, at: file) { return what }
            return try contentFault(of: segment, at: file)
        } catch {
            return "\(error)"
        }
    }

    private func digestFault(of segment: SegmentRecord, at path: String) throws -> String? {
        let file = try InputFile(path: path)
        let size = try file.size()
        guard size == segment.bytes else { return "has \(size) bytes, the catalog says \(segment.bytes)" }
        var hash = SHA256()
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        var offset: Int64 = 0
        while offset < size {
            let count = try buffer.withUnsafeMutableBytes { try file.read(into: $0, at: offset) }
            guard count > 0 else { return "ends at byte \(offset) while it is read" }
            buffer.withUnsafeBytes { hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: $0[..<count])) }
            offset += Int64(count)
        }
        let found = hex(hash.finalize())
        return found == segment.sha256 ? nil : "has SHA-256 \(found), the catalog says \(segment.sha256)"
    }

    private func contentFault(of segment: SegmentRecord, at path: String) throws -> String? {
        let reader = try SegmentReader(path: path)
        var counts = [Int64](repeating: 0, count: EventKind.allCases.count)
        var span: (low: Int64, high: Int64) = (.max, .min)
        var rollups = SegmentRollups()
        for group in 0..<reader.rowGroupCount {
            let columns = try reader.columns(rowGroup: group)
            for kind in columns.event { counts[Int(kind)] += 1 }
            for time in columns.ts { span = (min(span.low, time), max(span.high, time)) }
            if columns.ts.contains(where: { Timestamp.month(of: $0) != segment.month }) {
                return "holds events of another month"
            }
            rollups.add(columns)
        }
        if counts != segment.counts { return "holds \(counts) events by kind, the catalog says \(segment.counts)" }
        if span != (segment.minTS, segment.maxTS) { return "spans other times than the catalog says" }
        return try catalog.rollupFault(of: segment, rollups)
    }
}
