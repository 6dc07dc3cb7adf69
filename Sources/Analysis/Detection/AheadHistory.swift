package import Events
package import Rollups

/// The events that are dated ahead of the clock, among themselves and in their own time, for rules that need no past.
package struct AheadHistory: History {
    private let base: any History
    private let from: Int64

    /// - Parameter from: where events begin to be ahead, microseconds.
    package init(_ base: any History, from: Int64) { (self.base, self.from) = (base, from) }

    package var clients: Clients { base.clients }
    package var coverage: Range<Int64>? {
        get throws { try base.coverage.map { max($0.lowerBound, from)..<max($0.upperBound, from) } }
    }
    package var systems: LogSystems? { get throws { try base.systems } }
    package func tokenDays(on day: Int32) -> [TokenDays] { [] }
    package func life(ofToken number: UInt32) throws -> TokenLife? { try base.life(ofToken: number) }
    package func lives(ofTokens numbers: [UInt32]) throws -> [TokenLife] { try base.lives(ofTokens: numbers) }
    package func lives(named ids: Set<[UInt8]>) throws -> [TokenLife] { try base.lives(named: ids) }
    package func tokens(ofPrincipals principals: Set<String>) throws -> [TokenLife] {
        try base.tokens(ofPrincipals: principals)
    }
    package func firstIssuance(ofKind kind: String?) throws -> Int64? { try base.firstIssuance(ofKind: kind) }
    package func lastUse(ofToken number: UInt32, beforeDay day: Int32) -> Int64? { nil }
    package func daysWithEvents(in days: ClosedRange<Int32>) throws -> [Int32] {
        let first = Timestamp.day(of: from)
        return days.upperBound < first ? [] : try base.daysWithEvents(in: max(days.lowerBound, first)...days.upperBound)
    }

    package func scan(_ scan: EventScan, _ body: (EventColumns) throws -> Void) throws {
        var scan = scan
        scan.from = max(scan.from, from)
        guard scan.from < scan.to else { return }
        try base.scan(scan, body)
    }
}
