internal import Catalog
internal import Events
internal import Model

/// What was read since the last commit and is not yet handed over: counters, quarantine, and the sources' new state.
struct PendingBatch {
    private(set) var counts = LineCounts()
    private(set) var bytesIn: Int64 = 0
    private(set) var quarantined: [QuarantinedLine] = []
    private(set) var blanks: [BlankLine] = []
    /// Records that gave no event, by source and type.
    private var types: [SourceTypeKey: SourceType] = [:]
    private var mappings: [String: String] = [:]
    /// Lines that were delivered again; those of one source in its order.
    private(set) var duplicates: [DuplicateSpan] = []
    /// Bytes of lines that wait in quarantine.
    private(set) var quarantinedBytes = 0
    private var sources: [Int64: SourceRecord] = [:]

    var isEmpty: Bool { sources.isEmpty && counts.lines == 0 }

    mutating func add(_ counts: LineCounts, bytesIn: Int64) {
        self.counts += counts
        self.bytesIn += bytesIn
    }

    mutating func add(_ line: QuarantinedLine) {
        quarantinedBytes += line.bytes.count + 256
        quarantined.append(line)
    }

    mutating func add(_ line: BlankLine) {
        quarantinedBytes += line.bytes.count + 64
        blanks.append(line)
    }

    /// Adds lines of one source that stand behind those that were added before.
    mutating func add(_ spans: [DuplicateSpan]) {
        for span in spans where duplicates.isEmpty || !duplicates[duplicates.count - 1].join(span) {
            duplicates.append(span)
        }
    }

    /// Adds records that gave no event.
    mutating func add(_ new: [SourceType]) {
        for type in new {
            let key = SourceTypeKey(source: type.sourceID, type: type.type)
            var sum = types[key] ?? SourceType(sourceID: type.sourceID, type: type.type, skipped: 0, unmapped: 0)
            sum.skipped += type.skipped
            sum.unmapped += type.unmapped
            types[key] = sum
        }
    }

    /// Has the next commit keep a mapping.
    mutating func add(_ mapping: StoredMapping) { mappings[mapping.name] = mapping.text }

    /// Keeps the newest state of a source.
    mutating func update(_ source: SourceRecord) { sources[source.id] = source }

    /// The batch for the catalog; the pending one starts anew.
    mutating func take(committedAt: Int64) -> CatalogBatch {
        var batch = CatalogBatch(committedAt: committedAt)
        batch.counts = counts
        batch.bytesIn = bytesIn
        batch.quarantined = quarantined
        batch.blanks = blanks
        batch.duplicates = duplicates.joined()
        batch.mappings = mappings.map { StoredMapping(name: $0.key, text: $0.value) }.sorted { $0.name < $1.name }
        batch.types = types.values.sorted { ($0.sourceID, $0.type) < ($1.sourceID, $1.type) }
        batch.sources = sources.values.sorted { $0.id < $1.id }
        self = PendingBatch()
        return batch
    }
}

private struct SourceTypeKey: Hashable {
    var source: Int64
    var type: String
}
