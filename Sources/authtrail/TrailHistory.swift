internal import Catalog
internal import Detection
internal import Events
internal import Rollups
internal import Trail

/// A trail as detectors see it: rollups from the catalog, events from the segments.
struct TrailHistory: History {
    private let trail: Trail

    init(_ trail: Trail) { self.trail = trail }

    var coverage: Range<Int64>? { get throws { try trail.catalog.coverage() } }

    var firstDayOfUses: Int32? { get throws { try trail.catalog.daysWithUses().first } }

    func tokenDays(on day: Int32) throws -> [TokenDays] { try trail.catalog.tokenDays(on: day) }

    func tokensUsed(on days: ClosedRange<Int32>, newestFirst body: (Int32, TokenSet) throws -> Bool) throws {
        try trail.catalog.tokensUsed(on: days, newestFirst: body)
    }

    func life(ofToken number: UInt32) throws -> TokenLife? { try trail.catalog.life(ofToken: number) }

    func lives(ofTokens numbers: [UInt32]) throws -> [TokenLife] { try trail.catalog.lives(ofTokens: numbers) }

    func lives(named ids: Set<[UInt8]>) throws -> [TokenLife] { try trail.catalog.lives(named: ids) }

    func tokens(ofPrincipals principals: Set<String>) throws -> [TokenLife] {
        try trail.catalog.tokens(ofPrincipals: principals)
    }

    func firstBirth(ofKind kind: String?) throws -> Int64? { try trail.catalog.firstBirth(ofKind: kind) }

    func lastUse(ofToken number: UInt32, beforeDay day: Int32) throws -> Int64? {
        try trail.catalog.lastUse(ofToken: number, beforeDay: day)
    }

    func scan(_ scan: EventScan, _ body: (EventColumns) throws -> Void) throws { try trail.scan(scan, body) }
}
