internal import Columns
internal import Events
internal import Rollups

/// What actors issued on days on which nothing teaches that they issue, without the rotations.
struct FirstIssues {
    let issues: MadeIssues
    let window: DetectionWindow
    let replacements: Replacements

    /// An actor's issues of one day that replace nothing.
    struct Found {
        var actor: [UInt8]
        var day: Int32
        var events = Case()
        var tokens = FirstNames()
        var scopes = FirstNames()
        /// The networks and programs that issued, as habits spell them.
        var networks: Set<[UInt8]> = []
        var programs: Set<[UInt8]> = []
    }

    /// Of so many networks or programs of one day nobody reads more.
    private static let mostValues = 64

    private var history: any History { issues.history }

    /// Those with an issue in the window.
    func read(_ open: [IssueDays.Open], _ names: TextNumbers) throws -> [Found] {
        guard let first = open.map(\.day).min(), let last = open.map(\.day).max() else { return [] }
        let before = IssueDays.rotationsTeachAfter
        let span = Timestamp.start(ofDay: first - before + 1)..<min(Timestamp.start(ofDay: last + 1), window.asOf)
        let actors = Set(open.map { names[$0.actor] })
        var cases: [[UInt8]: [Int32: Found]] = [:]
        for one in open {
            let name = names[one.actor]
            cases[name, default: [:]][one.day] = Found(actor: name, day: one.day)
        }
        let replacing = try replacing(span, actors)
        // Days on which an actor issued what replaces nothing: they teach that he issues.
        var taught: [[UInt8]: Set<Int32>] = [:]
        let fields = Case.fields.union(EventFields([.tokenID, .scopes]))
        try issues.scan(span, of: actors, fields) { batch, rows in
            for row in rows {
                guard let actor = batch[.actor].bytes(at: row).map({ Array($0) }), cases[actor] != nil else { continue }
                if let token = batch[.tokenID].bytes(at: row), replacing.contains(Array(token)) { continue }
                let day = Timestamp.day(of: batch.ts[row])
                taught[actor, default: []].insert(day)
                if cases[actor]?[day] != nil { add(batch, row, to: &cases[actor, default: [:]][day]) }
            }
        }
        return cases.values.flatMap(\.values).filter { one in
            let isKnown = taught[one.actor, default: []].contains { $0 < one.day && $0 > one.day - before }
            return one.events.isInWindow && !isKnown
        }
    }

    private func add(_ batch: EventColumns, _ row: Int, to found: inout Found?) {
        found?.events.add(batch, row, window)
        if let token = batch[.tokenID].bytes(at: row) { found?.tokens.add(token) }
        for scope in batch.scopes[row] ?? [] { found?.scopes.add(scope) }
        if let ip = batch[.ip].bytes(at: row), let network = history.clients.key(of: ip)?.networkText,
            found?.networks.count ?? 0 < Self.mostValues
        {
            found?.networks.insert(Array(network.utf8))
        }
        if let agent = batch[.userAgent].bytes(at: row), found?.programs.count ?? 0 < Self.mostValues {
            found?.programs.insert(ProgramName.of(agent))
        }
    }

    /// The tokens of some time, by some actors, that take the place of one that ends.
    private func replacing(_ span: Range<Int64>, _ actors: Set<[UInt8]>) throws -> Set<[UInt8]> {
        var principals = TextNumbers()
        try issues.scan(span, of: actors) { batch, rows in
            principals.begin(batch[.principal])
            let isAsked = batch[.actor].values(none: false) { actors.contains(Array($0)) }
            for row in rows where isAsked[row] { _ = principals.number(batch[.principal], row) }
        }
        var replacing: Set<[UInt8]> = []
        try replacements.pairs(ofPrincipals: principals, asOf: window.asOf, during: replacements.expiring) { pair in
            if span.contains(pair.new.issuedAt ?? .min) { replacing.insert(Array(pair.new.tokenID.utf8)) }
        }
        return replacing
    }
}
