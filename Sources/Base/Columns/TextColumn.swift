/// Where a text stands, in the bytes that a column is given or in others of its giver's own; or nowhere.
public struct TextRange: Sendable, Equatable, BitwiseCopyable {
    /// No text.
    public static let none = TextRange(start: .max, length: 0)

    @usableFromInline let start: UInt32
    @usableFromInline let length: UInt32

    @usableFromInline init(start: UInt32, length: UInt32) {
        self.start = start
        self.length = length
    }

    /// A text in the bytes given, which must end before 2 GiB.
    @inlinable
    public init(_ range: Range<Int>) {
        self.init(start: UInt32(truncatingIfNeeded: range.lowerBound), length: UInt32(truncatingIfNeeded: range.count))
    }

    /// A text in the giver's own bytes, which must end before 2 GiB.
    @inlinable
    public init(own range: Range<Int>) {
        self.init(
            start: UInt32(truncatingIfNeeded: range.lowerBound) | 1 << 31,
            length: UInt32(truncatingIfNeeded: range.count))
    }

    var isOwn: Bool { start >> 31 == 1 }
    /// Empty for no text.
    var range: Range<Int> {
        let start = self == .none ? 0 : Int(start & ~(1 << 31))
        return start..<start &+ Int(length)
    }
}

/// Looks at a text that a column is about to keep for the first time, and gives what to keep in its place, or nil for
/// the text itself. `row` counts over the rows being appended. What it gives must not be what it would look at again.
package typealias TextScreen = (_ row: Int, _ text: RawSpan) -> [UInt8]?

/// A column of optional texts: a dictionary, and for each row the index of its entry.
///
/// A column in which nearly every text is new (event ids) stops looking for repetitions after a trial; its dictionary
/// then holds one entry per row, which writers take as the sign to store it without a dictionary.
public struct TextColumn: Sendable {
    /// The index that means "no value".
    public static let none = UInt32.max
    /// After so many texts it is decided whether interning is worth its time.
    private static var trialValues: Int { 4096 }
    /// Of a hundred thousand tokens in use, more than so many come again within the trial; of ids none does.
    private static var fewRepetitions: Int { 64 }

    public private(set) var dictionary = TextDictionary()
    /// One per row: an index into `dictionary`, or `none`.
    public private(set) var indices: [UInt32] = []
    private var interns = true
    private var values = 0

    package init() {}

    /// A column as a file holds it.
    package init(dictionary: TextDictionary, indices: [UInt32]) {
        self.dictionary = dictionary
        self.indices = indices
    }

    /// Number of rows.
    public var count: Int { indices.count }

    /// Bytes that the column holds, about.
    package var memory: Int { dictionary.memory + indices.capacity * 4 }

    /// Appends a row with a text.
    package mutating func append(_ text: RawSpan) { indices.append(entry(text)) }

    /// The index of a text in `dictionary`, to which it may be added. For `append(entry:count:)`.
    package mutating func entry(_ text: RawSpan) -> UInt32 {
        guard interns else { return dictionary.append(text) }
        values &+= 1
        if values == Self.trialValues { interns = dictionary.count < Self.trialValues - Self.fewRepetitions }
        return dictionary.intern(text)
    }

    private mutating func entry(_ text: RawSpan, _ row: Int, _ screen: TextScreen) -> UInt32 {
        let isNew = !interns || dictionary.known(text) == nil
        guard isNew, let other = screen(row, text) else { return entry(text) }
        return entry(other.span.bytes)
    }

    /// The index of a text in `dictionary`, to which it may be added. For `append(entry:count:)`.
    package mutating func entry(_ text: String) -> UInt32 {
        let bytes = Array(text.utf8)
        return entry(bytes.span.bytes)
    }

    /// Appends rows that all have the text with this index in `dictionary`, or `none`.
    package mutating func append(entry: UInt32, count: Int) {
        indices.append(contentsOf: repeatElement(entry, count: count))
    }

    /// Appends a row for each place. The texts stand in `bytes` or, if their places say so, in `own`.
    ///
    /// `screen` sees every text that the dictionary does not hold, before it does.
    package mutating func append(
        _ places: Span<TextRange>, in bytes: RawSpan, own: RawSpan, screen: TextScreen = { _, _ in nil }
    ) {
        if interns, values >= Self.trialValues {
            return dictionary.intern(places, in: bytes, own: own, into: &indices, screen: screen)
        }
        for index in places.indices {
            let place = places[index]
            if place == .none {
                indices.append(Self.none)
            } else {
                indices.append(entry((place.isOwn ? own : bytes).extracting(place.range), index, screen))
            }
        }
    }

    /// Makes room for so many rows, if they are like those that are here.
    package mutating func reserve(_ rows: Int) {
        indices.reserveCapacity(rows)
        if !interns, count > 0 { dictionary.reserve(dictionary.count * (rows / count)) }
    }

    /// Makes the column empty and keeps its memory.
    package mutating func removeAll() {
        dictionary.removeAll()
        indices.removeAll(keepingCapacity: true)
        interns = true
        values = 0
    }

    package mutating func append(_ text: String?) {
        guard let text else { return appendNone() }
        let bytes = Array(text.utf8)
        append(bytes.span.bytes)
    }

    package mutating func appendNone() { indices.append(Self.none) }

    /// The text of a row, or nil.
    package subscript(row: Int) -> String? {
        let index = indices[row]
        return index == Self.none ? nil : dictionary.string(at: Int(index))
    }

    /// The bytes of a row's text, or nil.
    @inlinable
    public func bytes(at row: Int) -> ArraySlice<UInt8>? {
        let index = indices[row]
        return index == Self.none ? nil : dictionary.slice(at: Int(index))
    }

    /// Drops the rows from `first` on but the given ones, which ascend. Their texts stay in the dictionary.
    package mutating func keep(_ rows: [Int], from first: Int) { indices.keep(rows, from: first) }

    /// The same dictionary with only the given rows.
    package func gathering(_ rows: [Int]) -> TextColumn {
        TextColumn(dictionary: dictionary, indices: rows.map { indices[$0] })
    }
}

extension TextColumn {
    /// One value per row, made once for each distinct text unless the dictionary is much larger than the batch.
    ///
    /// Public, as is what it uses: in other modules only public inlinable code is made for each type of value.
    @inlinable
    public func values<Value>(none: Value, _ make: (ArraySlice<UInt8>) -> Value) -> [Value] {
        if dictionary.count > 2 * count {
            return indices.map { $0 == Self.none ? none : make(dictionary.slice(at: Int($0))) }
        }
        let made = (0..<dictionary.count).map { make(dictionary.slice(at: $0)) }
        return indices.map { $0 == Self.none ? none : made[Int($0)] }
    }
}
