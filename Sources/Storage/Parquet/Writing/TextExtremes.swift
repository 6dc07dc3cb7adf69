import Columns

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The least and the greatest of some texts, compared as bytes.
struct TextExtremes {
    private(set) var least: UnsafeRawBufferPointer
    private(set) var greatest: UnsafeRawBufferPointer
    private var leastKey: UInt64
    private var greatestKey: UInt64

    init(_ text: UnsafeRawBufferPointer) {
        (least, greatest) = (text, text)
        leastKey = Self.key(text)
        greatestKey = leastKey
    }

    @inline(__always)
    mutating func take(_ text: UnsafeRawBufferPointer) {
        let key = Self.key(text)
        if key < leastKey || key == leastKey && Self.compare(text, least) < 0 {
            (least, leastKey) = (text, key)
        } else if key > greatestKey || key == greatestKey && Self.compare(text, greatest) > 0 {
            (greatest, greatestKey) = (text, key)
        }
    }

    /// The first eight bytes as a number that compares like them; most comparisons end here.
    @inline(__always)
    private static func key(_ text: UnsafeRawBufferPointer) -> UInt64 {
        if text.count >= 8 { return UInt64(bigEndian: text.loadUnaligned(as: UInt64.self)) }
        var key: UInt64 = 0
        for byte in text { key = key << 8 | UInt64(byte) }
        return text.count == 0 ? 0 : key << UInt64(64 - text.count * 8)
    }

    private static func compare(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Int {
        guard let a = left.baseAddress, let b = right.baseAddress else { return left.count - right.count }
        let order = Int(memcmp(a, b, min(left.count, right.count)))
        return order == 0 ? left.count - right.count : order
    }
}

extension Bounds {
    /// With more texts than this in a dictionary, nearly every page spans nearly all of them, and bounds of pages would
    /// cost time and tell nothing.
    private static let largestDictionary = 256

    /// Bounds of the values of a page that stand one by one; nil if there are none.
    static func texts(
        _ codes: UnsafePointer<UInt32>, _ count: Int, of entries: Entries, at used: UnsafePointer<UInt32>
    ) -> ValueBounds? {
        guard count > 0 else { return nil }
        var extremes = TextExtremes(entries.text(Int(used[Int(codes[0])])))
        for at in 1..<max(1, count) { extremes.take(entries.text(Int(used[Int(codes[at])]))) }
        return texts(extremes.least, extremes.greatest)
    }

    /// Bounds of the values of a page that stand in a dictionary; nil if there are none.
    static func texts(_ codes: UnsafePointer<UInt32>, _ count: Int, of dictionary: TextDictionary) -> ValueBounds? {
        guard count > 0 else { return nil }
        guard dictionary.count <= largestDictionary else { return .untold }
        var seen = InlineArray<256, Bool>(repeating: false)
        for at in 0..<count { seen[Int(codes[at])] = true }
        return dictionary.bytes.withUnsafeBytes { bytes in
            var extremes: TextExtremes?
            for code in 0..<dictionary.count where seen[code] {
                let text = UnsafeRawBufferPointer(rebasing: bytes[dictionary.range(of: code)])
                if extremes == nil { extremes = TextExtremes(text) } else { extremes?.take(text) }
            }
            return extremes.map { texts($0.least, $0.greatest) }
        }
    }

    /// Bounds of all entries of a dictionary.
    static func texts(all entries: Entries) -> ValueBounds? {
        guard entries.ends.count > 0 else { return nil }
        var extremes = TextExtremes(entries.text(0))
        for entry in 1..<max(1, entries.ends.count) { extremes.take(entries.text(entry)) }
        return texts(extremes.least, extremes.greatest)
    }
}
