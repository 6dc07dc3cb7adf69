internal import Catalog
internal import Events
internal import Rollups
internal import Trail

/// `token_days` in SQL: for each token and UTC day its uses, first and last, and the last day before with a use; from
/// the rollups, no segment is opened. A token may have several rows for one day, one for each segment of that day.
final class TokenDaysTable: VirtualTable {
    static let declaration = """
        CREATE TABLE token_days(token_id TEXT, date TEXT, uses INTEGER, first_use TEXT COLLATE time,
            last_use TEXT COLLATE time, previous_day TEXT COLLATE time,
            first_use_us INTEGER HIDDEN, last_use_us INTEGER HIDDEN, previous_day_us INTEGER HIDDEN)
        """
    static let helpfulColumns: Set<Int32> = [0, 1, 3, 4, 6, 7]
    static let timeColumns: Set<Int32> = [3, 4, 5]
    static let dayColumns: Set<Int32> = [1]
    static let microsecondColumns: Set<Int32> = [6, 7, 8]

    /// A day of one token is one block of the catalog.
    static let leastCost = 100.0

    /// Not owned: the trail's connection owns the table.
    private unowned let trail: Trail
    private lazy var names = TokenNames(trail)

    init(_ trail: Trail) { self.trail = trail }

    func open(_ conditions: [SQLCondition], columns: UInt64) throws -> any VirtualCursor {
        var days = DayRange()
        var tokens: [UInt32]?
        for condition in conditions {
            switch (condition.column, condition.value) {
            case (0, .text(let text)) where condition.comparison == .equal: tokens = try numbers([text], within: tokens)
            case (0, .anyText(let texts)): tokens = try numbers(texts, within: tokens)
            case (1, .text(let text)): days.apply(condition.comparison, text)
            case (3, .integer(let time)), (4, .integer(let time)), (6, .integer(let time)), (7, .integer(let time)):
                days.apply(condition.comparison, time)
            default: break
            }
        }
        let wanted = tokens?.isEmpty == true ? [] : try trail.catalog.daysWithUses().filter(days.contains)
        return Cursor(trail, wanted, tokens, names)
    }

    /// The numbers of tokens, ascending; of those only that are in `known`.
    private func numbers(_ texts: [String], within known: [UInt32]?) throws -> [UInt32] {
        let numbers = try Set(texts.compactMap { try trail.catalog.number(ofToken: $0) })
        return (known.map { numbers.intersection($0) } ?? numbers).sorted()
    }

    private final class Cursor: VirtualCursor {
        private let trail: Trail
        private var days: [Int32]
        /// Ascending; nil for all.
        private let tokens: [UInt32]?
        private let names: TokenNames
        private var pieces: [TokenDays] = []
        private var row = -1
        private var writer = SortableTime()
        private lazy var previousDays = PreviousDays(trail.catalog, manyDays: days.count > 8)

        init(_ trail: Trail, _ days: [Int32], _ tokens: [UInt32]?, _ names: TokenNames) {
            self.trail = trail
            self.days = days.reversed()
            self.tokens = tokens
            self.names = names
        }

        func next() throws -> Bool {
            row += 1
            while true {
                if let piece = pieces.last {
                    if row < piece.count { return true }
                    pieces.removeLast()
                } else {
                    guard let day = days.popLast() else { return false }
                    pieces = try pieces(of: day).reversed()
                }
                row = 0
            }
        }

        private func pieces(of day: Int32) throws -> [TokenDays] {
            guard let tokens else { return try trail.catalog.tokenDays(on: day) }
            var isUsed = false
            try trail.catalog.tokensUsed(on: day...day) { _, used in
                isUsed = tokens.contains(where: used.contains)
                return !isUsed
            }
            return isUsed ? try trail.catalog.tokenDays(on: day).map { $0.only(tokens) } : []
        }

        var rowID: Int64 {
            guard let piece = pieces.last else { return 0 }
            return Int64(piece.day) << 40 | Int64(pieces.count) << 28 | Int64(piece.tokens[row])
        }

        func give(_ column: Int32, to result: SQLResult) throws {
            guard let piece = pieces.last else { return result.setNull() }
            switch column {
            case 0: try names.name(piece.tokens[row]).map { result.set($0) } ?? result.setNull()
            case 1: result.set(Timestamp.dayText(piece.day))
            case 2: result.set(Int64(piece.uses[row]))
            case 3: result.set(time: piece.first[row], &writer)
            case 4: result.set(time: piece.last[row], &writer)
            case 6: result.set(piece.first[row])
            case 7: result.set(piece.last[row])
            default:
                guard let day = try previousDays.day(before: piece, row: row) else { return result.setNull() }
                let time = Timestamp.start(ofDay: day)
                column == 5 ? result.set(time: time, &writer) : result.set(time)
            }
        }
    }
}

/// For the rows of a day, on which day the token was used before: found from the sets of tokens, back from the day, or,
/// where most days will be asked for in their order, by noting each day's tokens on the way.
private final class PreviousDays {
    private let catalog: Catalog
    private let manyDays: Bool
    private var day = Int32.min
    /// For the tokens of the piece that was asked for last, by place; or for all tokens, by number.
    private var previous: [Int32] = []
    private var asked: [UInt32] = []

    private static let never = Int32.min

    init(_ catalog: Catalog, manyDays: Bool) {
        self.catalog = catalog
        self.manyDays = manyDays
    }

    func day(before piece: TokenDays, row: Int) throws -> Int32? {
        if manyDays {
            if day != piece.day { try note(until: piece.day) }
            let token = Int(piece.tokens[row])
            return token < previous.count && previous[token] != Self.never ? previous[token] : nil
        }
        if day != piece.day || asked != piece.tokens { try lookBack(from: piece) }
        return previous[row] == Self.never ? nil : previous[row]
    }

    private func lookBack(from piece: TokenDays) throws {
        previous = [Int32](repeating: Self.never, count: piece.count)
        (day, asked) = (piece.day, piece.tokens)
        var open = Array(0..<piece.count)
        try catalog.tokensUsed(on: .min...(piece.day - 1)) { day, used in
            open.removeAll { place in
                guard used.contains(piece.tokens[place]) else { return false }
                previous[place] = day
                return true
            }
            return !open.isEmpty
        }
    }

    private func note(until next: Int32) throws {
        if next < day { (day, previous) = (.min, []) }
        var sets: [(Int32, TokenSet)] = []
        try catalog.tokensUsed(on: day...(next - 1)) {
            sets.append(($0, $1)); return true
        }
        for (day, used) in sets.reversed() {
            for token in used.numbers {
                if Int(token) >= previous.count {
                    let more = max(Int(token) + 1, previous.count * 2) - previous.count
                    previous += repeatElement(Self.never, count: more)
                }
                previous[Int(token)] = day
            }
        }
        day = next
    }
}

extension TokenDays {
    /// The rows of some tokens, given ascending.
    fileprivate func only(_ wanted: [UInt32]) -> TokenDays {
        var some = TokenDays(day: day)
        for place in wanted.compactMap(place) {
            some.tokens.append(tokens[place])
            some.uses.append(uses[place])
            some.first.append(first[place])
            some.last.append(last[place])
        }
        return some
    }
}

/// The ids of tokens by number: a few are asked for singly, all are read when many are needed.
final class TokenNames {
    private unowned let trail: Trail
    private var names: [[UInt8]]?
    private var few: [UInt32: [UInt8]] = [:]

    init(_ trail: Trail) { self.trail = trail }

    func name(_ number: UInt32) throws -> ArraySlice<UInt8>? {
        if names == nil, few.count < 64 {
            if few[number] == nil { few[number] = try trail.catalog.name(ofToken: number) }
            return few[number]?[...]
        }
        if names == nil { names = try trail.catalog.tokenNames() }
        guard let names, Int(number) < names.count else { return nil }
        return names[Int(number)][...]
    }
}
