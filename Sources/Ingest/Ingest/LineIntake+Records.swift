internal import Catalog
internal import Events
internal import Trail

// Records of mapped sources.

extension LineIntake {
    /// Reads the records of a mapped source that are in memory.
    func readRecords(_ source: inout SourceReader, isLast: Bool) throws {
        if source.isAtLeastOnce { try beginReviews() }
        if let mapping = source.ownMapping { pending.add(mapping) }
        reader.latest = now() + 5 * Timestamp.minute
        var isDone = false
        while !isDone {
            isDone = source.readRecords(isLast: isLast, with: &reader, into: &batch)
            try reviewRecords(isCounted: source.isAtLeastOnce)
            take(&source)
            let types = source.takeTypes(reader.secrets)
            pending.add(types)
            for type in types where type.unmapped > 0 { summary.unmapped[type.type, default: 0] += type.unmapped }
            try makeRoomInBatch()
            if source.hasLongRecords { try handOver() }
        }
        if source.isFull { source.grow() }
    }

    /// Has all events encoded that wait, before more of them come: records of many megabytes would be in memory several
    /// times otherwise, as they were read, in columns that wait and in columns that are being encoded.
    private func handOver() throws {
        try encodeAll()
        encoder.waitUntilEncoded()
    }

    /// From now on what is delivered again is looked for, unless it is already.
    private func beginReviews() throws {
        guard redeliveries == nil else { return }
        try settle()
        redeliveries = Redeliveries(trail, try writer.catalog.segments())
        encoder.tellCommits()
        batch.beginReviews()
    }

    /// Takes out of the batch what records have delivered again; where each counts, they are only passed over.
    func reviewRecords(isCounted: Bool) throws {
        guard let redeliveries else { return }
        endCommits()
        try batch.review(latest: reader.latest) { columns, rows in
            isCounted ? try redeliveries.judge(columns, rows) : nil
        }
    }
}
