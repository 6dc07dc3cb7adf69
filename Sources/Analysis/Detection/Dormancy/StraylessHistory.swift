import Events
import Rollups

/// A history without the uses of days that lie long before the rest, which a clock that was not set has dated: no
/// silence begins with them.
struct StraylessHistory: History {
    private let base: any History
    private let strays: ClosedRange<Int64>

    /// The same history if it has no such events.
    static func of(_ history: any History) throws -> any History {
        try history.strays.map { StraylessHistory(base: history, strays: $0) } ?? history
    }

    private init(base: any History, strays: ClosedRange<Int64>) { (self.base, self.strays) = (base, strays) }

    private func isStray(_ day: Int32) -> Bool {
        Timestamp.day(of: strays.lowerBound)...Timestamp.day(of: strays.upperBound) ~= day
    }

    private func withoutStrays(_ life: TokenLife) -> TokenLife {
        guard let first = life.firstUse, strays.contains(first) else { return life }
        var life = life
        life.firstUse = nil
        return life
    }

    var clients: Clients { base.clients }
    var aheadFrom: Int64? { base.aheadFrom }
    var coverage: Range<Int64>? { get throws { try base.coverage } }
    var begins: Int64? { get throws { try base.begins } }
    var firstDayOfUses: Int32? { get throws { try base.firstDayOfUses } }
    var intake: Intake? { get throws { try base.intake } }
    var systems: LogSystems? { get throws { try base.systems } }
    var memo: HistoryMemo { base.memo }

    func tokenDays(on day: Int32) throws -> [TokenDays] { isStray(day) ? [] : try base.tokenDays(on: day) }

    func tokensUsed(on days: ClosedRange<Int32>, newestFirst body: (Int32, TokenSet) throws -> Bool) throws {
        try base.tokensUsed(on: days) { day, tokens in try isStray(day) || body(day, tokens) }
    }

    func life(ofToken number: UInt32) throws -> TokenLife? { try base.life(ofToken: number).map(withoutStrays) }

    func lives(ofTokens numbers: [UInt32]) throws -> [TokenLife] {
        try base.lives(ofTokens: numbers).map(withoutStrays)
    }

    func lives(named ids: Set<[UInt8]>) throws -> [TokenLife] { try base.lives(named: ids).map(withoutStrays) }

    func tokens(ofPrincipals principals: Set<String>) throws -> [TokenLife] {
        try base.tokens(ofPrincipals: principals).map(withoutStrays)
    }

    func firstIssuance(ofKind kind: String?) throws -> Int64? { try base.firstIssuance(ofKind: kind) }

    func lastUse(ofToken number: UInt32, beforeDay day: Int32) throws -> Int64? {
        try base.lastUse(ofToken: number, beforeDay: day).flatMap { strays.contains($0) ? nil : $0 }
    }

    func daysWithEvents(in days: ClosedRange<Int32>) throws -> [Int32] { try base.daysWithEvents(in: days) }

    func scan(_ scan: EventScan, _ body: (EventColumns) throws -> Void) throws { try base.scan(scan, body) }
}
