internal import Columns
package import Events

/// On one UTC day: for each IP with failures and each hour, how many failures and of what kind.
///
/// Columns of equal length, sorted by IP (bytes) and hour. A day may be spread over several of these, one for each
/// segment: failures add up, while distinct credentials and agents are upper bounds when added.
package struct IPHours: Sendable, Equatable {
    package var day: Int32
    /// The address as logged; empty when the events named none.
    package var ips: [String] = []
    /// 0–23, UTC.
    package var hours: [UInt8] = []
    /// Failures by reason, in the order of `FailureReason`.
    package var failures: [[UInt32]] = FailureReason.allCases.map { _ in [] }
    /// Distinct credentials among the failures (`presented`, else `token_id`).
    package var credentials: [UInt32] = []
    /// Distinct user agents among the failures.
    package var agents: [UInt32] = []

    package init(day: Int32) { self.day = day }

    package var count: Int { hours.count }
}

/// The reasons of failure that the rollup counts apart.
package enum FailureReason: Int, CaseIterable, Sendable {
    case expired, missingScope, hashMismatch, other

    /// The word in a line, `other` for all else.
    package var name: String { ["expired", "missing_scope", "hash_mismatch", "other"][rawValue] }

    package init(text: String?) {
        self =
            switch text {
            case "expired": .expired
            case "missing_scope": .missingScope
            case "hash_mismatch": .hashMismatch
            default: .other
            }
    }
}

/// Counts failures by address and hour over the batches of one segment.
package struct IPHourCounter: Sendable {
    private struct Cell {
        var failures = [UInt32](repeating: 0, count: FailureReason.allCases.count)
        var credentials: Set<UInt32> = []
        var agents: Set<UInt32> = []

        mutating func note(_ reason: FailureReason, _ credential: UInt32?, _ agent: UInt32?) {
            failures[reason.rawValue] += 1
            if let credential { credentials.insert(credential) }
            if let agent { agents.insert(agent) }
        }
    }

    private let day: Int32
    private var addresses = TextDictionary()
    private var credentials = TextDictionary()
    private var agents = TextDictionary()
    /// By address and hour.
    private var cells: [UInt64: Cell] = [:]

    package init(day: Int32) { self.day = day }

    /// Adds the failures of a batch. The batch must hold all columns.
    package mutating func add(_ columns: EventColumns) {
        let reasons = columns[.reason]
        for row in 0..<columns.count where columns.event[row] == EventKind.failed.rawValue {
            let address = addresses.intern(row, of: columns[.ip]) ?? addresses.intern("")
            var credential = credentials.intern(row, of: columns[.presented])
            if credential == nil { credential = credentials.intern(row, of: columns[.tokenID]) }
            let agent = agents.intern(row, of: columns[.userAgent])
            let hour = (columns.ts[row] - Timestamp.start(ofDay: day)) / Timestamp.hour
            cells[UInt64(address) << 8 | UInt64(hour), default: Cell()]
                .note(FailureReason(text: reasons[row]), credential, agent)
        }
    }

    /// The rollup, in its order.
    package func finish() -> IPHours {
        var hours = IPHours(day: day)
        let names = (0..<addresses.count).map { addresses.string(at: $0) }
        let order = cells.sorted { left, right in
            let (a, b) = (names[Int(left.key >> 8)], names[Int(right.key >> 8)])
            return a == b ? left.key < right.key : a.utf8.lexicographicallyPrecedes(b.utf8)
        }
        for (key, cell) in order {
            hours.ips.append(names[Int(key >> 8)])
            hours.hours.append(UInt8(key & 0xFF))
            for reason in FailureReason.allCases {
                hours.failures[reason.rawValue].append(cell.failures[reason.rawValue])
            }
            hours.credentials.append(UInt32(cell.credentials.count))
            hours.agents.append(UInt32(cell.agents.count))
        }
        return hours
    }
}

extension TextDictionary {
    /// The index of a row's text, added if new; nil when the row has none.
    fileprivate mutating func intern(_ row: Int, of column: TextColumn) -> UInt32? {
        let index = column.indices[row]
        guard index != TextColumn.none else { return nil }
        return intern(column.dictionary.bytes.span.bytes.extracting(column.dictionary.range(of: Int(index))))
    }
}
