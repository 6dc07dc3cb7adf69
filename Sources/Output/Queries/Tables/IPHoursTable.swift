internal import Catalog
internal import Events
internal import Rollups
internal import Trail

/// `ip_hours` in SQL: failures by address as logged, UTC day and hour, from the rollups; no segment is opened.
/// An address may have several rows for one hour, one for each segment of that day.
final class IPHoursTable: VirtualTable {
    static let declaration = """
        CREATE TABLE ip_hours(ip TEXT, date TEXT, hour INTEGER, failures INTEGER, expired INTEGER,
            missing_scope INTEGER, hash_mismatch INTEGER, other INTEGER, credentials INTEGER, user_agents INTEGER,
            hour_start TEXT COLLATE time, hour_start_us INTEGER HIDDEN)
        """
    static let helpfulColumns: Set<Int32> = [1, 10, 11]
    static let timeColumns: Set<Int32> = [10]
    static let dayColumns: Set<Int32> = [1]
    static let microsecondColumns: Set<Int32> = [11]

    static let leastCost = 1e4

    /// Not owned: the trail's connection owns the table.
    private unowned let trail: Trail

    init(_ trail: Trail) { self.trail = trail }

    func open(_ conditions: [SQLCondition], columns: UInt64) throws -> any VirtualCursor {
        var days = DayRange()
        for condition in conditions {
            switch (condition.column, condition.value) {
            case (1, .text(let text)): days.apply(condition.comparison, text)
            case (10, .integer(let time)), (11, .integer(let time)): days.apply(condition.comparison, time)
            default: break
            }
        }
        return Cursor(trail, try trail.catalog.daysWithFailures().filter(days.contains))
    }

    private final class Cursor: VirtualCursor {
        private let trail: Trail
        private var days: [Int32]
        private var pieces: [IPHours] = []
        private var row = -1
        private var writer = SortableTime()

        init(_ trail: Trail, _ days: [Int32]) {
            self.trail = trail
            self.days = days.reversed()
        }

        func next() throws -> Bool {
            row += 1
            while true {
                if let piece = pieces.last {
                    if row < piece.count { return true }
                    pieces.removeLast()
                } else {
                    guard let day = days.popLast() else { return false }
                    pieces = try trail.catalog.ipHours(on: day).reversed()
                }
                row = 0
            }
        }

        var rowID: Int64 {
            guard let piece = pieces.last else { return 0 }
            return Int64(piece.day) << 40 | Int64(pieces.count) << 28 | Int64(row)
        }

        func give(_ column: Int32, to result: SQLResult) {
            guard let piece = pieces.last else { return result.setNull() }
            switch column {
            case 0: piece.ips[row].isEmpty ? result.setNull() : result.set(piece.ips[row])
            case 1: result.set(Timestamp.dayText(piece.day))
            case 2: result.set(Int64(piece.hours[row]))
            case 3: result.set(piece.failures.reduce(0) { $0 + Int64($1[row]) })
            case 4...7: result.set(Int64(piece.failures[Int(column) - 4][row]))
            case 8: result.set(Int64(piece.credentials[row]))
            case 9: result.set(Int64(piece.agents[row]))
            default:
                let time = Timestamp.start(ofDay: piece.day) + Int64(piece.hours[row]) * Timestamp.hour
                column == 10 ? result.set(time: time, &writer) : result.set(time)
            }
        }
    }
}
