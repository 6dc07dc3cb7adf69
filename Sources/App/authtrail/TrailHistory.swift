internal import Catalog
internal import Detection
internal import Events
internal import Rollups
internal import Synchronization
internal import Trail

/// A trail as detectors see it: rollups from the catalog, events from the segments. For one run: the trail must not
/// change meanwhile.
struct TrailHistory: History {
    let memo = HistoryMemo()
    let clients: Clients
    let aheadFrom: Int64?
    private let trail: Trail
    private let lives: LifeCache
    private let known = KnownBeginning()

    init(_ trail: Trail, _ clients: Clients, aheadFrom: Int64? = nil) {
        (self.trail, self.clients, self.aheadFrom) = (trail, clients, aheadFrom)
        lives = LifeCache(trail.catalog)
    }

    var coverage: Range<Int64>? { get throws { try trail.catalog.coverage() } }

    var begins: Int64? { get throws { try beginning?.begins } }

    var strays: ClosedRange<Int64>? { get throws { try beginning?.strays.map { $0.first...$0.last } } }

    /// Where the log begins, and what lies before; counted once.
    var beginning: LogBeginning? { get throws { try known.beginning(of: trail.catalog) } }

    var firstDayOfUses: Int32? { get throws { try trail.catalog.daysWithUses().first } }

    func tokenDays(on day: Int32) throws -> [TokenDays] { try trail.catalog.tokenDays(on: day) }

    func tokensUsed(on days: ClosedRange<Int32>, newestFirst body: (Int32, TokenSet) throws -> Bool) throws {
        try trail.catalog.tokensUsed(on: days, newestFirst: body)
    }

    func life(ofToken number: UInt32) throws -> TokenLife? { try trail.catalog.life(ofToken: number) }

    func lives(ofTokens numbers: [UInt32]) throws -> [TokenLife] { try trail.catalog.lives(ofTokens: numbers) }

    func lives(named ids: Set<[UInt8]>) throws -> [TokenLife] { try lives.named(ids) }

    func tokens(ofPrincipals principals: Set<String>) throws -> [TokenLife] {
        try trail.catalog.tokens(ofPrincipals: principals)
    }

    func firstIssuance(ofKind kind: String?) throws -> Int64? { try trail.catalog.firstIssuance(ofKind: kind) }

    func lastUse(ofToken number: UInt32, beforeDay day: Int32) throws -> Int64? {
        try trail.catalog.lastUse(ofToken: number, beforeDay: day)
    }

    func daysWithEvents(in days: ClosedRange<Int32>) throws -> [Int32] { try trail.catalog.daysWithEvents(in: days) }

    var intake: Intake? { get throws { try trail.catalog.intake().asIntake } }

    func quarantinedSecrets() throws -> [QuarantinedSecrets] { try trail.catalog.quarantinedSecrets() }

    func scan(_ scan: EventScan, _ body: (EventColumns) throws -> Void) throws { try trail.scan(scan, body) }
}

extension IntakeRecord {
    /// The same as detectors know it.
    var asIntake: Intake {
        var intake = Intake(lines: lines, stored: stored)
        intake.quarantinedSinceStored = quarantinedSinceStored
        intake.quarantineBegan = quarantineBegan
        intake.quarantinedSource = quarantinedSource
        return intake
    }
}

/// Rules ask for it again and again, and it is counted over all days.
private final class KnownBeginning: Sendable {
    private let known = Mutex<LogBeginning??>(nil)

    func beginning(of catalog: Catalog) throws -> LogBeginning? {
        if let known = known.withLock({ $0 }) { return known }
        let counted = try catalog.logBeginning()
        known.withLock { $0 = .some(counted) }
        return counted
    }
}

/// The tokens that detectors asked for by id, so that the next one that asks need not.
private final class LifeCache: Sendable {
    private let catalog: Catalog
    private let known = Mutex<[[UInt8]: TokenLife]>([:])

    /// So many lives take some 10 MB.
    private static let most = 30_000

    init(_ catalog: Catalog) { self.catalog = catalog }

    func named(_ ids: Set<[UInt8]>) throws -> [TokenLife] {
        let found = known.withLock { known in ids.compactMap { known[$0] } }
        let asked = found.isEmpty ? ids : ids.subtracting(found.map { Array($0.tokenID.utf8) })
        let read = try catalog.lives(named: asked)
        known.withLock { known in
            guard known.count + read.count <= Self.most else { return }
            for life in read { known[Array(life.tokenID.utf8)] = life }
        }
        return found + read
    }
}
