/// The distinct texts of one column, in the order in which they were first met.
///
/// Texts are UTF-8 bytes in one arena; no `String` is made until somebody asks for one. `intern` finds or adds a text
/// through an open-addressing table whose hash is seeded per process, so that made-up texts cannot flood one bucket.
/// The order of entries never depends on the seed. The arena must stay below 4 GiB.
public struct TextDictionary: Sendable {
    /// All entries, one after the other.
    public private(set) var bytes: [UInt8] = []
    /// Entry `i` is `bytes[ends[i - 1] ..< ends[i]]`, the first starts at 0.
    public private(set) var ends: [UInt32] = []

    /// Slots of the hash table: the hash in the upper half, the entry plus one in the lower half, or 0.
    private var table: [UInt64] = []
    /// How many entries are in the table; those after them were appended without interning.
    private var tabled = 0
    private let seed = TextHash.seed

    package init() {}

    /// A dictionary over entries that are known to be complete, as a file holds them. Nothing is interned.
    package init(bytes: [UInt8], ends: [UInt32]) {
        self.bytes = bytes
        self.ends = ends
    }

    /// Number of entries.
    public var count: Int { ends.count }

    /// Bytes that the dictionary holds, about.
    package var memory: Int { bytes.capacity + ends.capacity * 4 + table.capacity * 8 }

    /// Where entry `index` lies in `bytes`.
    @inlinable
    public func range(of index: Int) -> Range<Int> {
        (index == 0 ? 0 : Int(ends[index - 1]))..<Int(ends[index])
    }

    /// Entry `index` as a string; invalid UTF-8 is repaired, though the reader of lines lets none in.
    package func string(at index: Int) -> String {
        String(decoding: bytes[range(of: index)], as: UTF8.self)
    }

    /// The bytes of entry `index`.
    @inlinable
    public func slice(at index: Int) -> ArraySlice<UInt8> { bytes[range(of: index)] }

    /// Adds a text at the end without looking whether it is there already; returns its index.
    package mutating func append(_ text: RawSpan) -> UInt32 {
        text.withUnsafeBytes { bytes.append(contentsOf: $0) }
        precondition(bytes.count <= Int(UInt32.max), "a dictionary of texts must stay below 4 GiB")
        ends.append(UInt32(truncatingIfNeeded: bytes.count))
        return UInt32(truncatingIfNeeded: ends.count &- 1)
    }

    /// Makes room for so many entries, if they are as long as those that are here.
    mutating func reserve(_ entries: Int) {
        guard count > 0 else { return }
        ends.reserveCapacity(entries)
        bytes.reserveCapacity(min(bytes.count / count * entries, 1 << 28))
    }

    /// Makes the dictionary empty and keeps its memory.
    package mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
        for slot in table.indices { table[slot] = 0 }
        tabled = 0
    }

    /// The index of a text, added if it was not there.
    package mutating func intern(_ text: RawSpan) -> UInt32 { intern(text, TextHash.hash(text, seed: seed)) }

    private mutating func intern(_ text: RawSpan, _ hash: UInt32, _ row: Int, _ screen: TextScreen) -> UInt32 {
        if tabled != ends.count || tabled &* 2 >= table.count { grow() }
        let found = table[slot(of: text, hash)]
        if found != 0 { return UInt32(truncatingIfNeeded: found) &- 1 }
        if let other = screen(row, text) { return intern(other.span.bytes) }
        return intern(text, hash)
    }

    private mutating func intern(_ text: RawSpan, _ hash: UInt32) -> UInt32 {
        if tabled != ends.count || tabled &* 2 >= table.count { grow() }
        let slot = slot(of: text, hash)
        let found = table[slot]
        if found != 0 { return UInt32(truncatingIfNeeded: found) &- 1 }
        let index = append(text)
        table[slot] = UInt64(hash) << 32 | UInt64(index &+ 1)
        tabled &+= 1
        return index
    }

    /// Interns many texts and appends their indices, `TextColumn.none` for no text.
    ///
    /// First all hashes are made, then the entries that they point to are fetched, then these are compared. So the
    /// processor waits for many places of memory at once and not for one after the other.
    package mutating func intern(
        _ places: Span<TextRange>, in bytes: RawSpan, own: RawSpan, into indices: inout [UInt32],
        screen: TextScreen = { _, _ in nil }
    ) {
        var hashes = InlineArray<128, UInt32>(repeating: 0)
        var likely = InlineArray<128, UInt64>(repeating: 0)
        var from = 0
        while from < places.count {
            let count = min(128, places.count - from)
            for row in 0..<count {
                let place = places[from &+ row]
                hashes[row] = TextHash.hash((place.isOwn ? own : bytes).extracting(place.range), seed: seed)
            }
            let mask = table.count &- 1
            if mask > 0 {
                for row in 0..<count { likely[row] = table[Int(truncatingIfNeeded: hashes[row]) & mask] }
            }
            for row in 0..<count {
                let place = places[from &+ row]
                if place == .none {
                    indices.append(TextColumn.none)
                    continue
                }
                let text = (place.isOwn ? own : bytes).extracting(place.range)
                let index = Int(truncatingIfNeeded: likely[row] & 0xFFFF_FFFF) &- 1
                if index >= 0, UInt32(truncatingIfNeeded: likely[row] >> 32) == hashes[row], holds(text, at: index) {
                    indices.append(UInt32(truncatingIfNeeded: index))
                } else {
                    indices.append(intern(text, hashes[row], from &+ row, screen))
                }
            }
            from += count
        }
    }

    /// The index of a text among those that were interned, or nil.
    package func known(_ text: RawSpan) -> UInt32? {
        if table.isEmpty { return nil }
        let found = table[slot(of: text, TextHash.hash(text, seed: seed))]
        return found == 0 ? nil : UInt32(truncatingIfNeeded: found) &- 1
    }

    /// The slot that has a text, or the free one where it belongs.
    @inline(__always)
    private func slot(of text: RawSpan, _ hash: UInt32) -> Int {
        let mask = table.count &- 1
        var slot = Int(truncatingIfNeeded: hash) & mask
        while true {
            let found = table[slot]
            if found == 0 { return slot }
            let index = Int(truncatingIfNeeded: found & 0xFFFF_FFFF) &- 1
            if found >> 32 == UInt64(hash), holds(text, at: index) { return slot }
            slot = (slot &+ 1) & mask
        }
    }

    /// The index of a text, added if it was not there. For tests and rare paths; the hot path interns spans.
    package mutating func intern(_ text: String) -> UInt32 {
        let bytes = Array(text.utf8)
        return intern(bytes.span.bytes)
    }

    /// The index of a text, or nil. Looks at every entry, so it serves dictionaries that came from a file as well.
    package func index(of text: [UInt8]) -> UInt32? {
        let wanted = text.span.bytes
        for index in 0..<count where holds(wanted, at: index) { return UInt32(index) }
        return nil
    }

    /// Tells every entry that is this text; a dictionary that was appended to may have several.
    package func forEachPlace(of text: [UInt8], _ body: (Int) -> Void) {
        let wanted = text.span.bytes
        for index in 0..<count where holds(wanted, at: index) { body(index) }
    }

    /// The index of a text, or nil.
    package func index(of text: String) -> UInt32? { index(of: Array(text.utf8)) }

    @inline(__always)
    private func holds(_ text: RawSpan, at index: Int) -> Bool {
        let start = index == 0 ? 0 : Int(ends[index &- 1])
        let length = Int(ends[index]) &- start
        guard length == text.byteCount else { return false }
        return bytes.span.bytes.hasEqual(text, at: start)
    }

    /// Makes room in the table and enters what was appended without interning.
    @inline(never)
    private mutating func grow() {
        var size = max(32, table.count)
        while size <= ends.count * 2 { size *= 2 }
        let old = table
        table = [UInt64](repeating: 0, count: size)
        for entry in old where entry != 0 { enter(entry) }
        while tabled < ends.count {
            let hash = TextHash.hash(bytes.span.bytes.extracting(range(of: tabled)), seed: seed)
            tabled += 1
            enter(UInt64(hash) << 32 | UInt64(tabled))
        }
    }

    private mutating func enter(_ entry: UInt64) {
        var slot = Int(truncatingIfNeeded: entry >> 32) & (table.count - 1)
        while table[slot] != 0 { slot = (slot + 1) & (table.count - 1) }
        table[slot] = entry
    }
}

/// A fast hash of short texts: multiply and fold, eight bytes at a time, seeded once per process.
package enum TextHash {
    /// Chosen anew by every process, so that nobody outside can prepare texts that collide.
    fileprivate static let seed = UInt64.random(in: .min ... .max) | 1

    /// A 32-bit hash of the bytes. It differs from process to process and must never be stored.
    package static func hash(_ text: RawSpan) -> UInt32 { hash(text, seed: seed) }

    @inline(__always)
    fileprivate static func hash(_ text: RawSpan, seed: UInt64) -> UInt32 {
        let count = text.byteCount
        var state = seed ^ UInt64(truncatingIfNeeded: count)
        if count < 8 {
            state = fold(state ^ text.shortWord)
            return UInt32(truncatingIfNeeded: state ^ (state >> 32))
        }
        var at = 0
        while at &+ 8 < count {
            state = fold(state ^ text.unsafeLoadUnaligned(fromByteOffset: at, as: UInt64.self))
            at &+= 8
        }
        // The last eight bytes, some of them perhaps a second time.
        state = fold(state ^ text.unsafeLoadUnaligned(fromByteOffset: count &- 8, as: UInt64.self))
        return UInt32(truncatingIfNeeded: state ^ (state >> 32))
    }

    @inline(__always)
    private static func fold(_ value: UInt64) -> UInt64 {
        let product = value.multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
        return product.high ^ product.low
    }
}

extension RawSpan {
    /// At most seven bytes as one word; with the count it tells all such texts apart.
    @inline(__always)
    fileprivate var shortWord: UInt64 {
        if byteCount >= 4 {
            let head = unsafeLoadUnaligned(fromByteOffset: 0, as: UInt32.self)
            let tail = unsafeLoadUnaligned(fromByteOffset: byteCount &- 4, as: UInt32.self)
            return UInt64(head) << 32 | UInt64(tail)
        }
        if byteCount == 0 { return 0 }
        let first = UInt64(unsafeLoad(fromByteOffset: 0, as: UInt8.self))
        let middle = UInt64(unsafeLoad(fromByteOffset: byteCount / 2, as: UInt8.self))
        return first << 16 | middle << 8 | UInt64(unsafeLoad(fromByteOffset: byteCount &- 1, as: UInt8.self))
    }

    /// Whether a text stands at `start`, where this span must have as many bytes.
    @inline(__always)
    fileprivate func hasEqual(_ text: RawSpan, at start: Int) -> Bool {
        let count = text.byteCount
        if count < 8 { return extracting(start..<start &+ count).shortWord == text.shortWord }
        var at = 0
        while at &+ 8 < count {
            if unsafeLoadUnaligned(fromByteOffset: start &+ at, as: UInt64.self)
                != text.unsafeLoadUnaligned(fromByteOffset: at, as: UInt64.self)
            {
                return false
            }
            at &+= 8
        }
        return unsafeLoadUnaligned(fromByteOffset: start &+ count &- 8, as: UInt64.self)
            == text.unsafeLoadUnaligned(fromByteOffset: count &- 8, as: UInt64.self)
    }
}
