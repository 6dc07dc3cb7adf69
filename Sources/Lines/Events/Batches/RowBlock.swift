import Columns

/// The last rows of a day before they go into its columns, all at once.
///
/// Appending to two dozen arrays for every line would cost more than reading the line. Here a row is a few plain
/// stores, and what a line lacks costs nothing: a block starts out as rows without values. Texts are not copied, only
/// their places in the chunk are kept, so a block must be flushed before its chunk goes away. Flushing then goes column
/// by column, which keeps one dictionary at a time in the processor's cache.
struct RowBlock: Sendable {
    /// Rows of a block.
    static var capacity: Int { 128 }
    /// Text columns are found by `EventField.rawValue`; `source` is the same in all rows, and `raw` has its place.
    private static var textColumns: Int { 23 }
    private static var rawColumn: Int { Int(EventField.source.rawValue) }
    /// A block with more of its own text than this is flushed early.
    private static var mostOwnText: Int { 1 << 24 }

    private(set) var count = 0
    private var ts = InlineArray<128, Int64>(repeating: 0)
    private var event = InlineArray<128, UInt8>(repeating: 0)
    private var expiresAt = InlineArray<128, Int64>(repeating: EventColumns.noTime)
    private var latencyMS = InlineArray<128, Double>(repeating: .nan)
    private var success = InlineArray<128, UInt8>(repeating: 2)
    private var scopes = InlineArray<128, UInt32>(repeating: TextColumn.none)
    private var sourceOffset = InlineArray<128, Int64>(repeating: 0)
    private var shape = InlineArray<128, Int64>(repeating: EventColumns.noShape)
    /// Bytes of each line.
    private var length = InlineArray<128, Int32>(repeating: 0)
    /// The credentials that were replaced in lists, before the rest of the row is looked at.
    private var redactions = RowRedactions()
    /// Column by column.
    private var texts = InlineArray<2944, TextRange>(repeating: .none)
    /// Texts that do not stand in the chunk as they are: those with escapes, and `extra`.
    var ownText: [UInt8] = []
    /// The fields that a row of this block has.
    private var filled: UInt32 = 0

    /// Starts a row. Values are then set for it, and `finishRow` ends it.
    @inline(__always)
    mutating func startRow(_ time: Int64, _ kind: EventKind, _ offset: Int64, length lineLength: Int) {
        length[count] = Int32(truncatingIfNeeded: lineLength)
        ts[count] = time
        event[count] = kind.rawValue
        sourceOffset[count] = offset
    }

    /// Sets a text that stands in the chunk.
    @inline(__always)
    mutating func setText(_ range: Range<Int>, field: Int) {
        texts[field &* Self.capacity &+ count] = TextRange(range)
        filled |= 1 << UInt32(truncatingIfNeeded: field)
    }

    /// Sets a text that was just appended to `ownText`, from `start`.
    mutating func setOwnText(from start: Int, field: Int) {
        texts[field &* Self.capacity &+ count] = TextRange(own: start..<ownText.count)
        filled |= 1 << UInt32(truncatingIfNeeded: field)
    }

    /// Every row must be given its shape.
    @inline(__always)
    mutating func setShape(_ number: Int64) { shape[count] = number }

    /// Sets the place of the whole line in the chunk, or of the record among records.
    mutating func setRaw(_ range: Range<Int>) { setText(range, field: Self.rawColumn) }

    @inline(__always)
    mutating func setExpiry(_ time: Int64) {
        expiresAt[count] = time
        fill(.expiresAt)
    }

    @inline(__always)
    mutating func setLatency(_ milliseconds: Double) {
        latencyMS[count] = milliseconds
        fill(.latencyMS)
    }

    @inline(__always)
    mutating func setSuccess(_ value: UInt8) {
        success[count] = value
        fill(.success)
    }

    @inline(__always)
    mutating func setScopes(_ list: UInt32) {
        scopes[count] = list
        fill(.scopes)
    }

    /// Notes what was replaced in a field of the row.
    mutating func note(_ redaction: SecretMarker.Redaction, in field: EventField) {
        redactions.note(redaction, row: count, field)
    }

    /// Ends a row; true if the block is full and must be flushed.
    @inline(__always)
    mutating func finishRow() -> Bool {
        count &+= 1
        return count == Self.capacity || ownText.count > Self.mostOwnText
    }

    @inline(__always)
    private mutating func fill(_ field: EventField) { filled |= 1 << UInt32(field.rawValue) }

    private func isFilled(_ field: EventField) -> Bool { filled & (1 << UInt32(field.rawValue)) != 0 }

    /// Moves the rows to the end of the columns and starts anew.
    /// - Parameters:
    ///   - bytes: the chunk that the places are in.
    ///   - records: what the places of whole lines or records are in.
    ///   - source: the source of all rows, as an index into the dictionary of that column.
    ///   - sourceID: the number of the source.
    ///   - secrets: what replaces credentials, in every text that the columns do not hold yet.
    /// - Returns: in how many rows credentials were replaced.
    mutating func flush(
        into columns: inout EventColumns, _ bytes: RawSpan, _ records: RawSpan, source: UInt32, sourceID: Int64,
        _ secrets: SecretMarker?
    ) -> Int {
        columns.count += count
        Self.append(ts.span, count, to: &columns.ts)
        Self.append(event.span, count, to: &columns.event)
        Self.append(sourceOffset.span, count, to: &columns.sourceOffset)
        Self.append(shape.span, count, to: &columns.shape)
        Self.append(expiresAt.span, count, to: &columns.expiresAt)
        Self.append(latencyMS.span, count, to: &columns.latencyMS)
        Self.append(success.span, count, to: &columns.success)
        columns.scopes.append(entries: scopes.span.extracting(..<count))
        columns[.source].append(entry: source, count: count)
        columns.sourceID.append(contentsOf: repeatElement(sourceID, count: count))
        // A copy, because the texts lie in this block too.
        var redactions = self.redactions
        for field in EventField.texts where field != .source && field != .redacted {
            let column = field == .raw ? Self.rawColumn : Int(field.rawValue)
            if filled & (1 << UInt32(column)) != 0 {
                let start = column * Self.capacity
                columns[field].append(
                    texts.span.extracting(start..<start + count), in: field == .raw ? records : bytes,
                    own: ownText.span.bytes
                ) { row, text in redactions.screen(text, field, row: row, with: secrets) }
            } else {
                columns[field].append(entry: TextColumn.none, count: count)
            }
        }
        let redacted = redactions.flush(into: &columns, length.span.extracting(..<count))
        self.redactions = redactions
        clear()
        return redacted
    }

    private mutating func clear() {
        for row in 0..<count {
            if isFilled(.expiresAt) { expiresAt[row] = EventColumns.noTime }
            if isFilled(.latencyMS) { latencyMS[row] = .nan }
            if isFilled(.success) { success[row] = 2 }
            if isFilled(.scopes) { scopes[row] = TextColumn.none }
        }
        for column in 0..<Self.textColumns where filled & (1 << UInt32(column)) != 0 {
            for row in 0..<count { texts[column * Self.capacity + row] = .none }
        }
        if !ownText.isEmpty { ownText.removeAll(keepingCapacity: ownText.count <= Self.mostOwnText) }
        filled = 0
        count = 0
    }

    @inline(__always)
    private static func append<Value>(_ values: Span<Value>, _ count: Int, to column: inout [Value]) {
        values.extracting(..<count).withUnsafeBufferPointer { column.append(contentsOf: $0) }
    }
}
