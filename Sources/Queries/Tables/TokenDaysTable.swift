internal import Catalog
internal import Events
internal import Rollups
internal import Trail

/// `token_days` in SQL: for each token and UTC day its uses, first and last, from the rollups; no segment is opened.
/// A token may have several rows for one day, one for each segment of that day.
final class TokenDaysTable: VirtualTable {
    static let declaration = """
        CREATE TABLE token_days(token_id TEXT, date TEXT, uses INTEGER, first_use TIMESTAMP, last_use TIMESTAMP)
        """
    static let helpfulColumns: Set<Int32> = [0, 1]

    /// Times of a rollup are those of uses, not of a skip list: SQLite compares them.
    static let timeColumns: Set<Int32> = []

    private let trail: Trail
    private lazy var names = TokenNames(trail)

    init(_ trail: Trail) { self.trail = trail }

    func open(_ conditions: [SQLCondition], columns: UInt64) throws -> any VirtualCursor {
        var days = DayRange()
        var token: UInt32?
        for condition in conditions {
            guard case .text(let text) = condition.value else { continue }
            if condition.column == 1 { days.apply(condition.comparison, text) }
            if condition.column == 0, condition.comparison == .equal {
                guard let number = try trail.catalog.number(ofToken: text) else { return Cursor(trail, [], nil, names) }
                token = number
            }
        }
        return Cursor(trail, try trail.catalog.daysWithUses().filter(days.contains), token, names)
    }

    private final class Cursor: VirtualCursor {
        private let trail: Trail
        private var days: [Int32]
        private let token: UInt32?
        private let names: TokenNames
        private var pieces: [TokenDays] = []
        private var row = -1

        init(_ trail: Trail, _ days: [Int32], _ token: UInt32?, _ names: TokenNames) {
            self.trail = trail
            self.days = days.reversed()
            self.token = token
            self.names = names
        }

        func next() throws -> Bool {
            row += 1
            while true {
                guard let piece = pieces.last else {
                    guard let day = days.popLast() else { return false }
                    pieces = try trail.catalog.tokenDays(on: day).reversed()
                    row = 0
                    continue
                }
                if let place = place(in: piece) {
                    row = place
                    return true
                }
                pieces.removeLast()
                row = 0
            }
        }

        /// The next row of a piece from `row` on, or nil when it has none.
        private func place(in piece: TokenDays) -> Int? {
            guard let token else { return row < piece.count ? row : nil }
            guard let place = piece.place(of: token), place >= row else { return nil }
            return place
        }

        var rowID: Int64 {
            guard let piece = pieces.last else { return 0 }
            return Int64(piece.day) << 40 | Int64(pieces.count) << 28 | Int64(row)
        }

        func give(_ column: Int32, to result: SQLResult) {
            guard let piece = pieces.last else { return result.setNull() }
            switch column {
            case 0: names.name(piece.tokens[row]).map { result.set($0) } ?? result.setNull()
            case 1: result.set(Timestamp.dayText(piece.day))
            case 2: result.set(Int64(piece.uses[row]))
            case 3: result.set(piece.first[row])
            default: result.set(piece.last[row])
            }
        }
    }
}

/// The ids of tokens by number, read once from the catalog when first needed.
final class TokenNames {
    private let trail: Trail
    private var names: [[UInt8]]?

    init(_ trail: Trail) { self.trail = trail }

    func name(_ number: UInt32) -> ArraySlice<UInt8>? {
        if names == nil { names = (try? trail.catalog.tokenNames()) ?? [] }
        guard let names, Int(number) < names.count else { return nil }
        return names[Int(number)][...]
    }
}

/// The days that conditions on a `date` column leave.
struct DayRange {
    private var low = Int32.min
    private var high = Int32.max

    mutating func apply(_ comparison: SQLCondition.Operator, _ text: String) {
        guard text.utf8.count == 10, let midnight = TimeText.time(text) else { return }
        let day = Timestamp.day(of: midnight)
        switch comparison {
        case .equal: (low, high) = (max(low, day), min(high, day))
        case .greaterOrEqual: low = max(low, day)
        case .greater: low = max(low, day + 1)
        case .lessOrEqual: high = min(high, day)
        case .less: high = min(high, day - 1)
        }
    }

    func contains(_ day: Int32) -> Bool { low <= day && day <= high }
}
