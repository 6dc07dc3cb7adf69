/// A column of optional lists of texts, such as the scopes of a token: distinct lists are kept once.
package struct TextListColumn: Sendable {
    /// The texts that occur in any list.
    package private(set) var elements = TextDictionary()
    /// The distinct lists, each an array of indices into `elements`.
    package private(set) var lists: [[UInt32]] = []
    /// One per row: an index into `lists`, or `TextColumn.none`.
    package private(set) var indices: [UInt32] = []
    private var known: [[UInt32]: UInt32] = [:]
    // Lists by the text in which a line wrote them, and the index of each: nearly always a list was met before.
    private var writings = TextDictionary()
    private var written: [UInt32] = []
    private var forms: [UInt8] = []

    package init() {}

    /// A column as a file holds it.
    package init(elements: TextDictionary, lists: [[UInt32]], indices: [UInt32]) {
        self.elements = elements
        self.lists = lists
        self.indices = indices
    }

    /// Number of rows.
    package var count: Int { indices.count }

    /// Bytes that the column holds, about.
    package var memory: Int {
        elements.memory + writings.memory + indices.capacity * 4 + lists.reduce(0) { $0 + 48 + $1.count * 4 } * 2
    }

    /// Makes the index of an element, for a list that is then given to `append(list:)` or `entry`.
    package mutating func element(_ text: RawSpan) -> UInt32 { elements.intern(text) }

    /// Appends a row whose list has these elements, as `element(_:)` numbered them.
    package mutating func append(list: [UInt32]) { indices.append(entry(list)) }

    /// The index of a list in `lists`, to which it may be added. For `append(entries:)`.
    package mutating func entry(_ list: [UInt32]) -> UInt32 {
        if let index = known[list] { return index }
        let index = UInt32(lists.count)
        lists.append(list)
        known[list] = index
        return index
    }

    /// The same; remembers also how the list was written, if that is short, and what the caller says about the writing.
    package mutating func entry(_ list: [UInt32], written text: RawSpan, form: UInt8 = 0) -> UInt32 {
        let index = entry(list)
        if text.byteCount <= 1024, written.count < 4096, writings.intern(text) == written.count {
            written.append(index)
            forms.append(form)
        }
        return index
    }

    /// The index of a list that was given before with the same writing, or nil.
    package func entry(written text: RawSpan) -> UInt32? { known(written: text)?.list }

    /// The same, with what was said about the writing.
    package func known(written text: RawSpan) -> (list: UInt32, form: UInt8)? {
        guard let place = writings.known(text) else { return nil }
        return (written[Int(place)], forms[Int(place)])
    }

    /// Appends rows whose lists are known by their indices in `lists`, or `TextColumn.none`.
    package mutating func append(entries: Span<UInt32>) {
        entries.withUnsafeBufferPointer { indices.append(contentsOf: $0) }
    }

    /// Makes room for so many rows.
    package mutating func reserve(_ rows: Int) { indices.reserveCapacity(rows) }

    /// Makes the column empty and keeps its memory.
    package mutating func removeAll() {
        elements.removeAll()
        lists.removeAll(keepingCapacity: true)
        indices.removeAll(keepingCapacity: true)
        known.removeAll(keepingCapacity: true)
        writings.removeAll()
        written.removeAll(keepingCapacity: true)
        forms.removeAll(keepingCapacity: true)
    }

    package mutating func append(_ texts: [String]?) {
        guard let texts else { return appendNone() }
        append(list: texts.map { elements.intern($0) })
    }

    package mutating func appendNone() { indices.append(TextColumn.none) }

    /// The list of a row, or nil.
    package subscript(row: Int) -> [String]? {
        let index = indices[row]
        return index == TextColumn.none ? nil : lists[Int(index)].map { elements.string(at: Int($0)) }
    }

    /// Drops the rows from `first` on but the given ones, which ascend. Their lists stay known.
    package mutating func keep(_ rows: [Int], from first: Int) { indices.keep(rows, from: first) }

    /// The same lists with only the given rows.
    package func gathering(_ rows: [Int]) -> TextListColumn {
        TextListColumn(elements: elements, lists: lists, indices: rows.map { indices[$0] })
    }
}
