/// Looks Huffman codes up by the next bits of a stream, as deflate writes them: the first bit of a code is the lowest.
///
/// An entry, from its lowest bit: bits to take (8), number of literals (2), extra bits (4), two flags, and a value of
/// 16 bits: one or two literals, the base of a length or distance, a place in this table, or a symbol. Codes longer
/// than `width` lead to a second table, whose entries count the bits behind the first `width`.
struct DecodingTable: ~Copyable {
    static let literal: UInt32 = 1 << 8
    /// The value is the place of a second table, which is looked up with so many bits as the extra bits say.
    static let isLink: UInt32 = 1 << 14
    /// Nothing to copy: a link, the end of a block, or what must not occur.
    static let isSpecial: UInt32 = 1 << 15
    static let wrong: UInt32 = isSpecial | 0xFFFF << 16

    let entries: UnsafeMutablePointer<UInt32>
    /// Bits of the first lookup.
    let width: Int
    /// What each symbol means: an entry without bits to take.
    private let meanings: [UInt32]

    init(width: Int, meanings: [UInt32]) {
        self.width = width
        self.meanings = meanings
        // Two codes at least share a second table, which may have to tell the longest apart.
        let capacity = 1 << width + (meanings.count / 2) << max(0, DeflateFormat.longestCode - width)
        entries = .allocate(capacity: capacity)
        entries.initialize(repeating: Self.wrong, count: capacity)
    }

    deinit { entries.deallocate() }

    /// Fills the table for codes of the given lengths, one for each symbol, 0 for those without. False for lengths that
    /// make no whole code; a code of no symbol, or of one, is none, but taken if `mayBeSparse`.
    func fill(_ lengths: UnsafePointer<UInt8>, count: Int, mayBeSparse: Bool = false) -> Bool {
        guard count <= meanings.count else { return false }
        return withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 32) { numbers in
            numbers.initialize(repeating: 0)
            // How many codes have each length; 16 further on, the next code of each.
            for symbol in 0..<count { numbers[Int(lengths[symbol])] += 1 }
            let used = count - Int(numbers[0])
            numbers[0] = 0
            var left = 1, code: UInt32 = 0
            for length in 1...DeflateFormat.longestCode {
                left = left << 1 - Int(numbers[length])
                if left < 0 { return false }
                code = (code + numbers[length - 1]) << 1
                numbers[16 + length] = code
            }
            guard left == 0 || (mayBeSparse && (used == 0 || (used == 1 && numbers[1] == 1))) else { return false }
            place(lengths, count, numbers)
            return true
        }
    }

    private func place(
        _ lengths: UnsafePointer<UInt8>, _ count: Int, _ numbers: UnsafeMutableBufferPointer<UInt32>
    ) {
        let size = 1 << width
        entries.update(repeating: Self.wrong, count: size)
        var free = size
        // The longest first: so the first code that needs a second table says how large it is.
        for length in stride(from: DeflateFormat.longestCode, to: width, by: -1) where numbers[length] > 0 {
            placeLong(lengths, count, length, numbers[16 + length], &free)
        }
        for symbol in 0..<count where lengths[symbol] > 0 && Int(lengths[symbol]) <= width {
            let length = Int(lengths[symbol])
            let entry = entry(symbol, length)
            var place = Int(HuffmanCode.reversed(numbers[16 + length], length))
            numbers[16 + length] += 1
            while place < size {
                entries[place] = entry
                place += 1 << length
            }
        }
    }

    private func placeLong(
        _ lengths: UnsafePointer<UInt8>, _ count: Int, _ length: Int, _ first: UInt32, _ free: inout Int
    ) {
        var next = first
        let rest = length - width
        for symbol in 0..<count where Int(lengths[symbol]) == length {
            let code = Int(HuffmanCode.reversed(next, length))
            next += 1
            let start = code & (1 << width - 1)
            if entries[start] & Self.isLink == 0 {
                entries[start] = UInt32(free) << 16 | Self.isSpecial | Self.isLink | UInt32(rest) << 10 | UInt32(width)
                free += 1 << rest
            }
            let link = entries[start]
            let entry = entry(symbol, rest)
            for place in stride(from: code >> width, to: 1 << Int(link >> 10 & 15), by: 1 << rest) {
                entries[Int(link >> 16) + place] = entry
            }
        }
    }

    private func entry(_ symbol: Int, _ length: Int) -> UInt32 {
        let meaning = meanings[symbol]
        return meaning + UInt32(length) + (meaning & Self.isSpecial == 0 ? meaning >> 10 & 15 : 0)
    }

    /// Puts two literals into one entry where the codes of both fit into a lookup.
    func pairLiterals() {
        // Downwards: what stands at a lower place is still one literal.
        for place in stride(from: 1 << width - 1, through: 0, by: -1) {
            let first = entries[place]
            guard first & Self.isSpecial == 0, first & Self.literal != 0 else { continue }
            let taken = Int(first & 0xFF)
            let second = entries[place >> taken]
            guard second & Self.isSpecial == 0, second >> 8 & 3 == 1, taken + Int(second & 0xFF) <= width else {
                continue
            }
            entries[place] = (first + second & 0xFF) + Self.literal | (second >> 16) << 24
        }
    }
}
