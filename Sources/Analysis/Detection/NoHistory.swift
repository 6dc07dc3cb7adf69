package import Events
package import Rollups

/// A log without events: detectors that are run on it check their settings and nothing else.
package struct NoHistory: History {
    package init() {}
    package var coverage: Range<Int64>? { nil }
    package func tokenDays(on day: Int32) -> [TokenDays] { [] }
    package func life(ofToken number: UInt32) -> TokenLife? { nil }
    package func lives(ofTokens numbers: [UInt32]) -> [TokenLife] { [] }
    package func lives(named ids: Set<[UInt8]>) -> [TokenLife] { [] }
    package func tokens(ofPrincipals principals: Set<String>) -> [TokenLife] { [] }
    package func firstIssuance(ofKind kind: String?) -> Int64? { nil }
    package func lastUse(ofToken number: UInt32, beforeDay day: Int32) -> Int64? { nil }
    package func daysWithEvents(in days: ClosedRange<Int32>) -> [Int32] { [] }
    package func scan(_ scan: EventScan, _ body: (EventColumns) throws -> Void) {}
}
