internal import Columns

/// The times of events by key, as far as they may belong to a window of `width` that holds more than `limit`.
///
/// Some hundred thousand are simply kept. Of more, it is counted how many each key has in each part of time that is as
/// wide as the window; counters are shared, so that a count may be too high and never too low. A window lies in two
/// such parts: one of them has more than half of the limit, both together have more than the limit. So a second look
/// keeps only what may matter, and memory does not grow with the events.
struct KeyTimes {
    private let width: Int64
    private let limit: Int
    private var times: [(key: UInt32, ts: Int64)] = []
    /// None, or one.
    private var counters: [CountingFilter] = []
    /// Whose count is higher in some part may have too many in a window.
    private let least: Int
    private var isSuspect: [Bool] = []

    /// So many are kept without counting.
    private let mostKept: Int

    /// What a text counts as.
    private let spell: ((ArraySlice<UInt8>) -> [UInt8])?

    init(
        width: Int64, limit: Int, mostKept: Int = 1 << 18, spell: ((ArraySlice<UInt8>) -> [UInt8])? = nil
    ) {
        self.spell = spell
        self.width = width
        self.limit = limit
        self.mostKept = mostKept
        least = min(limit / 2, Self.most - 1)
    }

    /// Whether the times must be handed over a second time.
    var isCrowded: Bool { !counters.isEmpty }

    /// The keys that may have too many; with `isCrowded`.
    var suspects: [UInt32] { isSuspect.indices.filter { isSuspect[$0] }.map { UInt32($0) } }

    /// What was kept, by key and time.
    private(set) lazy var sorted: [(key: UInt32, ts: Int64)] = {
        var counts: [UInt32: Int] = [:]
        for one in times { counts[one.key, default: 0] += 1 }
        return times.filter { counts[$0.key] ?? 0 > limit }.sorted { ($0.key, $0.ts) < ($1.key, $1.ts) }
    }()

    /// Adds the rows of a batch. `keys` numbers the texts of the column.
    mutating func add(_ column: TextColumn, _ ts: [Int64], _ keys: inout TextNumbers) {
        keys.begin(column)
        for row in ts.indices {
            guard let key = keys.number(column, row, spell: spell) else { continue }
            if counters.isEmpty { keep(key, ts[row]) } else { count(key, ts[row]) }
        }
    }

    private mutating func keep(_ key: UInt32, _ ts: Int64) {
        times.append((key, ts))
        guard times.count > mostKept else { return }
        counters = [CountingFilter()]
        for one in times { count(one.key, one.ts) }
        times = []
    }

    private mutating func count(_ key: UInt32, _ ts: Int64) {
        let reached = counters[0].countUp(mark(key, part(ts)))
        if Int(key) >= isSuspect.count {
            isSuspect += [Bool](repeating: false, count: max(Int(key) + 1, isSuspect.count * 2) - isSuspect.count)
        }
        if reached > least { isSuspect[Int(key)] = true }
    }

    /// To be called before the second look.
    mutating func beginAgain() { times = [] }

    /// Keeps the rows of the second look that may belong to a window that is too full.
    mutating func addSuspected(_ column: TextColumn, _ ts: [Int64], _ keys: inout TextNumbers) {
        keys.begin(column)
        for row in ts.indices {
            guard let key = keys.number(column, row, spell: spell), Int(key) < isSuspect.count, isSuspect[Int(key)]
            else { continue }
            let part = part(ts[row]), here = reached(mark(key, part))
            let beside = max(reached(mark(key, part - 1)), reached(mark(key, part + 1)))
            if here == Self.most || beside == Self.most || here + beside > limit { times.append((key, ts[row])) }
        }
    }

    private func part(_ ts: Int64) -> Int64 { ts / width - (ts % width < 0 ? 1 : 0) }

    private func mark(_ key: UInt32, _ part: Int64) -> UInt64 { UInt64(key) << 32 ^ UInt64(bitPattern: part) }

    /// A counter that has reached its end may stand for any number.
    private static let most = Int(UInt8.max)

    private func reached(_ mark: UInt64) -> Int { counters[0].most(mark) }
}
