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
    /// One failure: its address is in `addresses`, and so on.
    private struct Failure {
        var hour: Int64
        var address: UInt32
        var credential: UInt32
        var agent: UInt32
        var reason: UInt32
    }

    private static let none = UInt32.max

    private var addresses = TextDictionary()
    private var credentials = TextDictionary()
    private var agents = TextDictionary()
    private var failures: [Failure] = []

    package init() {}

    /// Adds the failures of a batch. The batch must hold all columns.
    package mutating func add(_ columns: EventColumns) {
        let (times, kinds) = (columns.ts, columns.event)
        let reasons = columns[.reason]
        let known = (0..<reasons.dictionary.count).map { FailureReason(text: reasons.dictionary.string(at: $0)) }
        for row in 0..<columns.count where kinds[row] == EventKind.failed.rawValue {
            let address = addresses.intern(row, of: columns[.ip]) ?? addresses.intern("")
            var credential = credentials.intern(row, of: columns[.presented])
            if credential == nil { credential = credentials.intern(row, of: columns[.tokenID]) }
            let reason = reasons.indices[row] == TextColumn.none ? .other : known[Int(reasons.indices[row])]
            failures.append(
                Failure(
                    hour: times[row] / Timestamp.hour, address: address, credential: credential ?? Self.none,
                    agent: agents.intern(row, of: columns[.userAgent]) ?? Self.none,
                    reason: UInt32(reason.rawValue)))
        }
    }

    /// The rollups of all days, ascending.
    package func finish() -> [IPHours] {
        let names = (0..<addresses.count).map { addresses.string(at: $0) }
        let order = order()
        var days: [IPHours] = []
        var at = 0
        while at < order.count {
            let number = order[at].cell
            var end = at + 1
            while end < order.count, order[end].cell == number { end += 1 }
            let first = failures[order[at].place]
            let day = Int32(truncatingIfNeeded: first.hour / 24)
            if days.last?.day != day { days.append(IPHours(day: day)) }
            let cell = self.cell(order[at..<end].lazy.map { failures[$0.place] })
            days[days.count - 1].append(names[Int(first.address)], UInt8(first.hour % 24), cell)
            at = end
        }
        return days
    }

    /// The failures by day, address and hour; those of one address and hour have the same number.
    ///
    /// A segment is a month, so all three fit into one number, and numbers sort far faster than texts.
    private func order() -> [(cell: UInt64, place: Int)] {
        var ranks = [UInt64](repeating: 0, count: addresses.count)
        for (rank, address) in addresses.placesByBytes().enumerated() { ranks[address] = UInt64(rank) }
        let firstDay = (failures.lazy.map(\.hour).min() ?? 0) / 24
        return failures.enumerated().map { place, failure in
            let day = UInt64(failure.hour / 24 - firstDay)
            return (day << 37 | ranks[Int(failure.address)] << 5 | UInt64(failure.hour % 24), place)
        }.sorted { $0.cell < $1.cell }
    }

    private func cell(_ failures: some Collection<Failure>) -> (reasons: [UInt32], credentials: Int, agents: Int) {
        var reasons = [UInt32](repeating: 0, count: FailureReason.allCases.count)
        for failure in failures { reasons[Int(failure.reason)] += 1 }
        return (reasons, distinct(failures.lazy.map { $0.credential }), distinct(failures.lazy.map { $0.agent }))
    }

    private func distinct(_ numbers: some Collection<UInt32>) -> Int {
        if numbers.count == 1 { return numbers.first == Self.none ? 0 : 1 }
        return Set(numbers.lazy.filter { $0 != Self.none }).count
    }
}

extension IPHours {
    fileprivate mutating func append(
        _ ip: String, _ hour: UInt8, _ cell: (reasons: [UInt32], credentials: Int, agents: Int)
    ) {
        ips.append(ip)
        hours.append(hour)
        for (reason, count) in cell.reasons.enumerated() { failures[reason].append(count) }
        credentials.append(UInt32(cell.credentials))
        agents.append(UInt32(cell.agents))
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
