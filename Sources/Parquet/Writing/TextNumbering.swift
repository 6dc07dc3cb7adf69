import Columns

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Numbers the entries of a text column that really occur, in the order in which rows use them.
///
/// The dictionary of a column that was cut out of a larger one has entries that no row uses; these are not written.
struct TextNumbering: ~Copyable, Sendable {
    private var codeRoom = Scratch<UInt32>()
    private var usedRoom = Scratch<UInt32>()
    private var numberRoom = Scratch<UInt32>()
    private var seenRoom = Scratch<UInt32>()
    private var flagRoom = Scratch<UInt8>()
    /// Number of entries in use.
    private(set) var used = 0
    /// Number of rows with a value.
    private(set) var values = 0
    /// Bytes of all entries in use.
    private(set) var usedBytes = 0

    init() {}

    /// Numbers the rows of a column. `codes` then holds the number of each value (rows without one are left out),
    /// `entries` the dictionary entry of each number, `flags` for each row whether it has a value.
    /// False if a row points outside the dictionary.
    mutating func number(_ indices: UnsafeBufferPointer<UInt32>, of dictionary: Entries) -> Bool {
        let ends = dictionary.ends
        let codes = codeRoom.room(indices.count)
        let flags = flagRoom.room(indices.count)
        let numbers = numberRoom.room(ends.count)
        numbers.update(repeating: TextColumn.none, count: ends.count)
        let entries = usedRoom.room(min(ends.count, indices.count))
        used = 0
        values = 0
        usedBytes = 0
        for row in 0..<indices.count {
            let index = Int(indices[row])
            guard index < ends.count else {
                guard indices[row] == TextColumn.none else { return false }
                flags[row] = 0
                continue
            }
            flags[row] = 1
            var code = numbers[index]
            if code == TextColumn.none {
                code = UInt32(truncatingIfNeeded: used)
                numbers[index] = code
                entries[used] = UInt32(truncatingIfNeeded: index)
                usedBytes += Int(ends[index]) - dictionary.start(index)
                used += 1
            }
            codes[values] = code
            values += 1
        }
        let seen = seenRoom.room(used)
        seen.update(repeating: 0, count: used)
        return true
    }

    /// The number of each value; good until the next `number`.
    var codes: UnsafeMutablePointer<UInt32> { mutating get { codeRoom.room(0) } }
    /// The dictionary entry of each number.
    var entries: UnsafeMutablePointer<UInt32> { mutating get { usedRoom.room(0) } }
    /// For each row 1 if it has a value, else 0.
    var flags: UnsafeMutablePointer<UInt8> { mutating get { flagRoom.room(0) } }

    /// The numbers of the least and the greatest text among some values; `page` must differ from call to call and
    /// not be 0. Each distinct text is compared once.
    mutating func extremes(
        _ range: Range<Int>, page: Int, of dictionary: Entries
    ) -> (least: UnsafeRawBufferPointer, greatest: UnsafeRawBufferPointer) {
        let codes = codes, entries = entries, seen = seenRoom.room(0)
        let stamp = UInt32(truncatingIfNeeded: page)
        var least = dictionary.text(Int(entries[Int(codes[range.lowerBound])]))
        var greatest = least
        var leastKey = key(least), greatestKey = leastKey
        for value in range {
            let code = Int(codes[value])
            if seen[code] == stamp { continue }
            seen[code] = stamp
            let candidate = dictionary.text(Int(entries[code]))
            let candidateKey = key(candidate)
            if candidateKey < leastKey || candidateKey == leastKey && compare(candidate, least) < 0 {
                (least, leastKey) = (candidate, candidateKey)
            } else if candidateKey > greatestKey || candidateKey == greatestKey && compare(candidate, greatest) > 0 {
                (greatest, greatestKey) = (candidate, candidateKey)
            }
        }
        return (least, greatest)
    }

    /// The first eight bytes as a number that compares like them; most comparisons end here.
    private func key(_ text: UnsafeRawBufferPointer) -> UInt64 {
        if text.count >= 8 { return UInt64(bigEndian: text.loadUnaligned(as: UInt64.self)) }
        var key: UInt64 = 0
        for byte in text { key = key << 8 | UInt64(byte) }
        return text.count == 0 ? 0 : key << UInt64(64 - text.count * 8)
    }

    private func compare(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Int {
        guard let a = left.baseAddress, let b = right.baseAddress else { return left.count - right.count }
        let order = Int(memcmp(a, b, min(left.count, right.count)))
        return order == 0 ? left.count - right.count : order
    }
}
