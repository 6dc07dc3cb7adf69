internal import Catalog

/// Whether the lines of each source follow each other from its beginning to its checkpoint, each byte once, told in a
/// few words of memory a source and in any order of the lines.
///
/// A line leads from its first byte to the byte behind its newline. Lines that tile a source from `start` to
/// `checkpoint` start where others lead to, but for the first and the last. So the sums of a hash over all starts and
/// over all ends differ by the hash of `start` less that of `checkpoint`; and where they do, lines do tile it: what
/// leads in and out of every byte in between is equal, no line leads back, so all of them form one way. Empty lines are
/// not stored, so a source with some must be walked through line by line (`CoverageScan`).
struct SourceCoverage {
    private struct Sums {
        var starts: (UInt64, UInt64) = (0, 0)
        var rows: Int64 = 0
    }

    private var sums: [Int64: Sums] = [:]
    /// Unknown to who wrote the lines.
    private let seed = UInt64.random(in: .min ... .max)

    /// Takes in a stretch of lines, of which `rows` are stored in segments.
    mutating func add(_ source: Int64, from: Int64, to: Int64, rows: Int64) {
        var own = sums[source] ?? Sums()
        own.rows += rows
        let (a, b) = (hash(from), hash(to + 1))
        own.starts = (own.starts.0 &+ a.0 &- b.0, own.starts.1 &+ a.1 &- b.1)
        sums[source] = own
    }

    /// All sources of which there are lines.
    var sources: Set<Int64> { Set(sums.keys) }

    /// How many lines of a source segments hold.
    func rows(of source: Int64) -> Int64 { sums[source]?.rows ?? 0 }

    /// Whether lines tile a source. False also if some of its lines are empty.
    func tiles(_ source: SourceRecord) -> Bool {
        let own = sums[source.id]?.starts ?? (0, 0)
        let start = hash(source.start)
        // The last line may have no newline yet.
        return [source.checkpoint, source.checkpoint + 1].contains { end in
            let last = hash(end)
            return own == (start.0 &- last.0, start.1 &- last.1)
        } || (source.start == source.checkpoint && own == (0, 0))
    }

    private func hash(_ offset: Int64) -> (UInt64, UInt64) {
        func mixed(_ word: UInt64) -> UInt64 {
            var word = word
            word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
            word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
            return word ^ word >> 31
        }
        let word = UInt64(bitPattern: offset) &+ seed
        return (mixed(word), mixed(word ^ 0xA5A5_5A5A_C3C3_3C3C))
    }
}
