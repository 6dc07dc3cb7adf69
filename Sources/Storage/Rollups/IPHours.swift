internal import Columns
package import Events

/// On one UTC day: for each IP with failures and each hour, how many failures and of what kind.
///
/// Columns of equal length, sorted by IP (bytes) and hour. A day may be spread over several of these, one for each
/// segment: failures add up, while distinct credentials and agents are upper bounds when added.
package struct IPHours: Sendable, Equatable {
    package var day: Int32
    /// The address as logged; empty when the events named none.
    package var ips = AddressList()
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
    /// One failure, in 32 bytes: a segment may have a million, each with texts of its own.
    private struct Failure {
        /// Since the epoch.
        var hour: Int32
        /// In `addresses`.
        var address: UInt32
        /// Marks of texts, of which only those of one address and hour are ever compared.
        var credential: UInt64
        var agent: UInt64
        var reason: UInt8
    }

    private static let none: UInt64 = 0

    private var addresses = TextDictionary()
    private var failures: [Failure] = []

    package init() {}

    /// Adds the failures of a batch. The batch must hold all columns.
    package mutating func add(_ columns: EventColumns) {
        let (times, kinds) = (columns.ts, columns.event)
        let reasons = columns[.reason]
        let known = (0..<reasons.dictionary.count).map { FailureReason(text: reasons.dictionary.string(at: $0)) }
        for row in 0..<columns.count where kinds[row] == EventKind.failed.rawValue {
            let address = addresses.intern(row, of: columns[.ip]) ?? addresses.intern("")
            let credential = columns[.presented].bytes(at: row) ?? columns[.tokenID].bytes(at: row)
            let reason = reasons.indices[row] == TextColumn.none ? .other : known[Int(reasons.indices[row])]
            failures.append(
                Failure(
                    hour: Int32(truncatingIfNeeded: times[row] / Timestamp.hour), address: address,
                    credential: credential.map { KeyedTextHash.of($0) } ?? Self.none,
                    agent: columns[.userAgent].bytes(at: row).map { KeyedTextHash.of($0) } ?? Self.none,
                    reason: UInt8(reason.rawValue)))
        }
    }

    /// The rollups of all days, ascending.
    package func finish() -> [IPHours] {
        let order = order()
        var days: [IPHours] = []
        var at = 0
        while at < order.count {
            let number = order[at].cell
            var end = at + 1
            while end < order.count, order[end].cell == number { end += 1 }
            let first = failures[order[at].place]
            let day = first.hour / 24
            if days.last?.day != day { days.append(IPHours(day: day)) }
            let cell = self.cell(order[at..<end].lazy.map { failures[$0.place] })
            days[days.count - 1].append(addresses.slice(at: Int(first.address)), UInt8(first.hour % 24), cell)
            at = end
        }
        return days
    }

    /// The failures by day, address and hour; those of one address and hour have the same number.
    ///
    /// A segment is a month, so all three fit into one number, and numbers sort far faster than texts.
    private func order() -> [(cell: UInt64, place: Int)] {
        var ranks = [UInt32](repeating: 0, count: addresses.count)
        for (rank, address) in addresses.placesByBytes().enumerated() {
            ranks[Int(address)] = UInt32(truncatingIfNeeded: rank)
        }
        let firstDay = (failures.lazy.map(\.hour).min() ?? 0) / 24
        var order = failures.enumerated().map { place, failure in
            let day = UInt64(failure.hour / 24 - firstDay)
            let rank = UInt64(ranks[Int(failure.address)])
            return (cell: day << 37 | rank << 5 | UInt64(failure.hour % 24), place: place)
        }
        order.sort { $0.cell < $1.cell }
        return order
    }

    private func cell(_ failures: some Collection<Failure>) -> (reasons: [UInt32], credentials: Int, agents: Int) {
        var reasons = [UInt32](repeating: 0, count: FailureReason.allCases.count)
        for failure in failures { reasons[Int(failure.reason)] += 1 }
        return (reasons, distinct(failures.lazy.map { $0.credential }), distinct(failures.lazy.map { $0.agent }))
    }

    private func distinct(_ numbers: some Collection<UInt64>) -> Int {
        if numbers.count == 1 { return numbers.first == Self.none ? 0 : 1 }
        return Set(numbers.lazy.filter { $0 != Self.none }).count
    }
}

extension IPHours {
    fileprivate mutating func append(
        _ ip: ArraySlice<UInt8>, _ hour: UInt8, _ cell: (reasons: [UInt32], credentials: Int, agents: Int)
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
