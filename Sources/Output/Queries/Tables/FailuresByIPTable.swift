internal import Events
internal import Trail

/// `failures_by_ip(window, since, until, min_failures, top)` in SQL: for each client as detectors know it, the most
/// failures and the most different credentials in any sliding window.
///
/// Arguments that are left out: windows of an hour, all times, one failure, all clients. `top` leaves out who cannot be
/// among the first so many by failures and then credentials.
final class FailuresByIPTable: VirtualTable {
    static let declaration = """
        CREATE TABLE failures_by_ip(ip TEXT, failures INTEGER, credentials INTEGER, reasons TEXT, user_agents TEXT,
            first_seen TEXT COLLATE time, last_seen TEXT COLLATE time,
            "window" INTEGER HIDDEN, since TIMESTAMP HIDDEN, until TIMESTAMP HIDDEN, min_failures INTEGER HIDDEN,
            top INTEGER HIDDEN, first_seen_us INTEGER HIDDEN, last_seen_us INTEGER HIDDEN)
        """

    static let helpfulColumns: Set<Int32> = argumentColumns
    static let argumentColumns: Set<Int32> = [7, 8, 9, 10, 11]
    static let timeColumns: Set<Int32> = [5, 6, 8, 9]
    static let microsecondColumns: Set<Int32> = [12, 13]
    static let exactColumns: Set<Int32> = argumentColumns
    static let leastCost = 1e6

    /// Not owned: the trail's connection owns the table.
    private unowned let trail: Trail

    private let clients: Clients

    init(_ trail: Trail, _ clients: Clients) { (self.trail, self.clients) = (trail, clients) }

    func open(_ conditions: [SQLCondition], columns: UInt64) throws -> any VirtualCursor {
        var question = FailureQuestion(clients: clients)
        var asked: [Int32: SQLCondition.Value] = [:]
        for condition in conditions where condition.comparison == .equal {
            asked[condition.column] = condition.value
            // NULL stands for what is not given.
            if case .other = condition.value { continue }
            switch (condition.column, condition.value) {
            case (7, let value): question.window = try Self.duration(value)
            case (8, .integer(let time)): question.since = time
            case (9, .integer(let time)): question.until = time
            case (10, .integer(let number)): question.fewest = number
            case (10, let value): throw Self.bad("min_failures", value, "a whole number")
            case (11, .integer(let number)) where number > 0 && number <= 1 << 31: question.top = Int(number)
            case (11, let value): throw Self.bad("top", value, "a whole number above 0")
            default: break
            }
        }
        return Cursor(try FailuresByAddress(trail, question), asked)
    }

    /// Microseconds, or a text such as '24h'.
    private static func duration(_ value: SQLCondition.Value) throws -> Int64 {
        switch value {
        case .integer(let span) where span > 0: return span
        case .text(let text):
            if let span = TimeText.duration(text), span > 0 { return span }
        default: break
        }
        throw bad("window", value, TimeText.durationForms + ", or microseconds")
    }

    private static func bad(_ name: String, _ value: SQLCondition.Value, _ wanted: String) -> QueryError {
        let text =
            switch value {
            case .integer(let number): "\(number)"
            case .decimal(let number): "\(number)"
            case .text(let text): text
            case .other, .anyText: "this value"
            }
        return .badValue(parameter: name, value: text, wanted: wanted)
    }

    private final class Cursor: VirtualCursor {
        private var found: FailuresByAddress
        private var address: FailuresByAddress.Address?
        /// SQLite compares arguments with what it gave.
        private let asked: [Int32: SQLCondition.Value]
        private var row = -1
        private var writer = SortableTime()

        init(_ found: FailuresByAddress, _ asked: [Int32: SQLCondition.Value]) {
            (self.found, self.asked) = (found, asked)
        }

        func next() throws -> Bool {
            row += 1
            address = try found.next()
            return address != nil
        }

        var rowID: Int64 { Int64(row) }

        func give(_ column: Int32, to result: SQLResult) {
            guard let address else { return }
            switch column {
            case 0: found.name(of: address).map { result.set($0[...]) } ?? result.setNull()
            case 1: result.set(Int64(address.failures))
            case 2: result.set(Int64(address.credentials))
            case 3: found.reasons(of: address).map { result.set($0) } ?? result.setNull()
            case 4: found.agents(of: address).map { result.set($0) } ?? result.setNull()
            case 5: result.set(time: found.first(of: address), &writer)
            case 6: result.set(time: found.last(of: address), &writer)
            case 12: result.set(found.first(of: address))
            case 13: result.set(found.last(of: address))
            default:
                switch asked[column] {
                case .integer(let number): result.set(number)
                case .text(let text): result.set(text)
                default: result.setNull()
                }
            }
        }
    }
}
