internal import Catalog
package import Detection
package import Events
package import Rollups
internal import Synchronization
package import Trail

/// A trail as detectors see it: rollups from the catalog, events from the segments. For one run: the trail must not
/// change meanwhile.
package struct TrailHistory: History {
    package let memo = HistoryMemo()
    package let clients: Clients
    package let aheadFrom: Int64?
    private let trail: Trail
    private let lives: LifeCache
    private let known = KnownBeginning()
    private let knownSystems = TrailSystems()

    package init(_ trail: Trail, _ clients: Clients, aheadFrom: Int64? = nil) {
        (self.trail, self.clients, self.aheadFrom) = (trail, clients, aheadFrom)
        lives = LifeCache(trail.catalog)
    }

    package var coverage: Range<Int64>? { get throws { try trail.catalog.coverage() } }

    package var begins: Int64? { get throws { try beginning?.begins } }

    package var strays: ClosedRange<Int64>? { get throws { try beginning?.strays.map { $0.first...$0.last } } }

    /// Where the log begins, and what lies before; counted once.
    var beginning: LogBeginning? { get throws { try known.beginning(of: trail.catalog) } }

    package var systems: LogSystems? { get throws { try knownSystems.of(trail, begins: begins) } }

    package var firstDayOfUses: Int32? { get throws { try trail.catalog.daysWithUses().first } }

    package func tokenDays(on day: Int32) throws -> [TokenDays] { try trail.catalog.tokenDays(on: day) }

    package func tokensUsed(on days: ClosedRange<Int32>, newestFirst body: (Int32, TokenSet) throws -> Bool) throws {
        try trail.catalog.tokensUsed(on: days, newestFirst: body)
    }

    package func principalDays(in days: ClosedRange<Int32>, _ body: (PrincipalDays) throws -> Void) throws {
        if try trail.catalog.principalDays(in: days, body) { return }
        try countedPrincipalDays(in: days, body)
    }

    package func life(ofToken number: UInt32) throws -> TokenLife? { try trail.catalog.life(ofToken: number) }

    package func lives(ofTokens numbers: [UInt32]) throws -> [TokenLife] { try trail.catalog.lives(ofTokens: numbers) }

    package func lives(named ids: Set<[UInt8]>) throws -> [TokenLife] { try lives.named(ids) }

    package func tokens(ofPrincipals principals: Set<String>) throws -> [TokenLife] {
        try trail.catalog.tokens(ofPrincipals: principals)
    }

    package func firstIssuance(ofKind kind: String?) throws -> Int64? { try trail.catalog.firstIssuance(ofKind: kind) }

    package func lastUse(ofToken number: UInt32, beforeDay day: Int32) throws -> Int64? {
        try trail.catalog.lastUse(ofToken: number, beforeDay: day)
    }

    package func daysWithEvents(in days: ClosedRange<Int32>) throws -> [Int32] {
        try trail.catalog.daysWithEvents(in: days)
    }

    package var intake: Intake? { get throws { try trail.catalog.intake().asIntake } }

    package func quarantinedSecrets() throws -> [QuarantinedSecrets] { try trail.catalog.quarantinedSecrets() }

    package func scan(_ scan: EventScan, _ body: (EventColumns) throws -> Void) throws { try trail.scan(scan, body) }
}

extension IntakeRecord {
    /// The same as detectors know it.
    fileprivate var asIntake: Intake {
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
