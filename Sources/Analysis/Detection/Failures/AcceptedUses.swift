internal import Columns
internal import Events

/// An accepted use, exchange or refresh, from a client that had failed.
struct AcceptedUse {
    var evidence: Evidence
    var key: IPKey
    var kind: EventKind
    /// What was let in: a token, or, where the log names none (many logins), a principal.
    var credential: Name
    /// For a refresh, the token that was replaced.
    var oldToken: String?
    var principal: String?
    /// OAuth tokens live an hour: their names are new all the time, while the person stays.
    var isOAuth: Bool

    var ts: Int64 { evidence.ts }

    /// The names by which an earlier success would show that this credential is known at the client.
    var names: [Name] {
        var names = [credential]
        if let oldToken { names.append(.token(oldToken)) }
        if let principal, isOAuth || kind != .used { names.append(.principal(principal)) }
        return names
    }

    enum Name: Hashable {
        case token(String)
        case principal(String)

        var text: String {
            switch self {
            case .token(let text), .principal(let text): text
            }
        }

        /// The text, if the name stands in the given column.
        func text(of field: EventField) -> String? {
            switch self {
            case .token(let text): field == .tokenID ? text : nil
            case .principal(let text): field == .principal ? text : nil
            }
        }
    }
}

/// What was accepted from the client of an episode, during it or within reach after it, for the first time.
struct SuccessAfter {
    /// The place of the episode in the list that was asked about.
    var episode: Int
    var key: IPKey
    /// The first use of each credential that had never been accepted from the client, by time.
    var firsts: [AcceptedUse]
}

extension EventColumns {
    /// Whether a row says that somebody was let in: a token that an admin issues is none that was presented, a login
    /// is.
    func isAccepted(at row: Int) -> Bool {
        kind(at: row) != .issued || isOfSession(at: row)
    }

    /// What was let in by an accepted row. A login often names no session, and then who logged in stands for it; a
    /// caller without a credential is nobody.
    fileprivate func credential(at row: Int) -> AcceptedUse.Name? {
        if let token = self[.tokenID][row] { return .token(token) }
        guard self[.kind].bytes(at: row)?.elementsEqual("anonymous".utf8) != true else { return nil }
        return self[.principal][row].map { .principal($0) }
    }

    /// Whether a row is about a session: a login that succeeded or was refused, a logout.
    func isOfSession(at row: Int) -> Bool { self[.kind].bytes(at: row).map(Self.isSession) ?? false }

    /// Whether a kind of credential is that of sessions.
    static func isSession(_ kind: ArraySlice<UInt8>) -> Bool { kind.elementsEqual("session".utf8) }
}

/// Looks up accepted uses, always bounded by the clients that matter.
struct AcceptedUseReader {
    let history: any History
    let settings: FailedVerificationByIP.Settings
    let asOf: Int64

    /// What `EventColumns.isAccepted` needs.
    static let kindFields = EventFields([.event, .kind])
    private static let day = Timestamp.day

    // MARK: Broken clients

    /// Marks the runs whose credential was accepted from the same client in the time before the run.
    ///
    func markWorkedBefore(_ runs: inout [SteadyRun]) throws {
        let tokens = try FailureDetailsReader(history: history, settings: settings).tokens(of: runs)
        for span in Self.spansBack(settings.brokenClient.workedWithin) {
            let open = runs.indices.filter { !runs[$0].workedBefore && !tokens[$0].isEmpty }
            guard !open.isEmpty else { return }
            try mark(open, of: &runs, tokens, newer: span.lowerBound, older: span.upperBound)
        }
    }

    /// A time to look back, in parts: most answers lie in the first, and what is asked of the others is little then.
    private static func spansBack(_ reach: Int64) -> [Range<Int64>] {
        let ends = [day, 8 * day, reach].map { min($0, reach) }
        return zip([0] + ends, ends).filter { $0 < $1 }.map { $0..<$1 }
    }

    private func mark(
        _ open: [Int], of runs: inout [SteadyRun], _ tokens: [Set<String>], newer: Int64, older: Int64
    ) throws {
        let byKey = Dictionary(grouping: open) { runs[$0].key }
        let starts = open.map { runs[$0].first }
        let scan = EventScan(
            from: (starts.min() ?? 0).minus(older), to: (starts.max() ?? 0).minus(newer), kinds: .accepted,
            texts: [
                .ip: history.clients.condition(Set(byKey.keys)),
                .tokenID: .equals(open.flatMap { tokens[$0] }),
            ],
            fields: Self.kindFields.union(EventFields([.ts, .ip, .tokenID])))
        try history.scan(scan) { events in
            let clients = events.clients(history.clients, behind: settings.trustedProxies)
            for row in 0..<events.count where events.isAccepted(at: row) {
                guard let key = clients[row].key, let places = byKey[key] else { continue }
                let ts = events.ts[row]
                // Times are compared first: most rows are those of other days.
                for place in places where !runs[place].workedBefore {
                    let start = runs[place].first
                    guard ts < start, ts >= start.minus(older), let token = events[.tokenID][row] else { continue }
                    if tokens[place].contains(token) { runs[place].workedBefore = true }
                }
            }
        }
    }

    // MARK: Success after failures

    /// What was accepted for the first time from the clients of episodes. An accepted use belongs to the episode of
    /// its client that began last before it; to a campaign only if no episode of the client itself is in reach.
    func successes(after episodes: [Episode]) throws -> [SuccessAfter] {
        let followed = FollowedEpisodes(episodes, reach: settings.successWithin, asOf: asOf)
        let accepted = try accepted(followed)
        let fresh = try withoutKnown(accepted.flatMap { $0.value.map { use in use.value } })
        var found: [SuccessAfter] = []
        for (target, uses) in accepted {
            let firsts = uses.values.filter { fresh.contains(Moment($0)) }
            guard !firsts.isEmpty else { continue }
            found.append(
                SuccessAfter(
                    episode: target.episode, key: target.key,
                    firsts: firsts.sorted { $0.evidence < $1.evidence }))
        }
        try addEventIDs(&found)
        return found.sorted { ($0.episode, $0.key) < ($1.episode, $1.key) }
    }

    private struct Target: Hashable {
        var episode: Int
        var key: IPKey
    }

    /// Which use it is: the same token may be new to a client once, and known to it later.
    private struct Moment: Hashable {
        var key: IPKey
        var credential: AcceptedUse.Name
        var ts: Int64

        init(_ use: AcceptedUse) { (key, credential, ts) = (use.key, use.credential, use.ts) }
    }

    /// For each followed episode and client, the first accepted use of every credential, still without its event id.
    private func accepted(_ followed: FollowedEpisodes) throws -> [Target: [AcceptedUse.Name: AcceptedUse]] {
        var accepted: [Target: [AcceptedUse.Name: AcceptedUse]] = [:]
        for scan in followed.scans(.accepted, Self.fields, history.clients) {
            try history.scan(scan) { events in
                let clients = events.clients(history.clients, behind: settings.trustedProxies)
                let agents = events[.userAgent].values(none: nil) { followed.number(ofAgent: $0) }
                for row in 0..<events.count where events.isAccepted(at: row) {
                    guard let key = clients[row].key,
                        let episode = followed.episode(of: key, at: events.ts[row], agent: agents[row]),
                        let name = events.credential(at: row)
                    else { continue }
                    let use = Self.use(at: row, of: events, key: key, name)
                    let target = Target(episode: episode, key: key)
                    if let other = accepted[target]?[name], other.evidence < use.evidence { continue }
                    accepted[target, default: [:]][name] = use
                }
            }
        }
        return accepted
    }

    /// Fills in the event ids, which take most of what a segment holds and are wanted for few of the uses.
    private func addEventIDs(_ found: inout [SuccessAfter]) throws {
        let uses = found.flatMap(\.firsts)
        guard let first = uses.map(\.ts).min(), let last = uses.map(\.ts).max() else { return }
        let wanted = Dictionary(grouping: uses) { $0.ts }
        var known: [Moment: Evidence] = [:]
        for field in [EventField.tokenID, .principal] {
            let names = uses.compactMap { $0.credential.text(of: field) }
            guard !names.isEmpty else { continue }
            let scan = EventScan(
                from: first, to: last.plus(1), kinds: .accepted,
                texts: [field: .equals(names), .ip: history.clients.condition(Set(uses.map(\.key)))],
                fields: EventFields([.ts, .tokenID, .principal, .kind, .source, .sourceOffset, .eventID]))
            try history.scan(scan) { events in
                for row in 0..<events.count {
                    for use in wanted[events.ts[row]] ?? [] where use.credential == events.credential(at: row) {
                        let evidence = events.evidence(at: row)
                        guard evidence.source == use.evidence.source, evidence.offset == use.evidence.offset else {
                            continue
                        }
                        // One place may have had two lines, if the log was written anew.
                        known[Moment(use)] = min(known[Moment(use)] ?? evidence, evidence)
                    }
                }
            }
        }
        for place in found.indices {
            for use in found[place].firsts.indices {
                let moment = Moment(found[place].firsts[use])
                found[place].firsts[use].evidence.eventID = known[moment]?.eventID
            }
        }
    }

    /// The uses whose credential was never accepted from their client before.
    private func withoutKnown(_ uses: [AcceptedUse]) throws -> Set<Moment> {
        var isKnown = uses.map { _ in false }
        for span in Self.spansBack(settings.knownWithin) {
            let open = uses.indices.filter { !isKnown[$0] }
            guard !open.isEmpty else { break }
            for field in [EventField.tokenID, .principal] {
                try markKnown(open, of: uses, by: field, newer: span.lowerBound, older: span.upperBound, &isKnown)
            }
        }
        return Set(uses.indices.filter { !isKnown[$0] }.map { Moment(uses[$0]) })
    }

    /// Marks the uses that have a name in a column which was accepted from their client in some time before them.
    private func markKnown(
        _ open: [Int], of uses: [AcceptedUse], by field: EventField, newer: Int64, older: Int64,
        _ isKnown: inout [Bool]
    ) throws {
        var waiting: [IPKey: [String: [Int]]] = [:]
        for place in open {
            for text in uses[place].names.compactMap({ $0.text(of: field) }) {
                waiting[uses[place].key, default: [:]][text, default: []].append(place)
            }
        }
        let times = waiting.values.flatMap { $0.values.joined() }.map { uses[$0].ts }
        guard let first = times.min(), let last = times.max() else { return }
        let scan = EventScan(
            from: first.minus(older), to: last.minus(newer), kinds: .accepted,
            texts: [.ip: history.clients.condition(Set(waiting.keys)), field: .equals(waiting.values.flatMap(\.keys))],
            fields: Self.kindFields.union(EventFields([.ts, .ip, field])))
        try history.scan(scan) { events in
            let clients = events.clients(history.clients, behind: settings.trustedProxies)
            for row in 0..<events.count where events.isAccepted(at: row) {
                guard let key = clients[row].key, let byText = waiting[key], let text = events[field][row] else {
                    continue
                }
                let ts = events.ts[row]
                for place in byText[text] ?? [] where ts < uses[place].ts && ts >= uses[place].ts.minus(older) {
                    isKnown[place] = true
                }
            }
        }
    }

    private static let fields = EventFields([
        .ts, .event, .ip, .tokenID, .oldTokenID, .principal, .kind, .userAgent, .source, .sourceOffset,
    ])

    private static func use(
        at row: Int, of events: EventColumns, key: IPKey, _ credential: AcceptedUse.Name
    ) -> AcceptedUse {
        AcceptedUse(
            evidence: events.place(at: row), key: key, kind: events.kind(at: row), credential: credential,
            oldToken: events[.oldTokenID][row], principal: events[.principal][row],
            isOAuth: events[.kind][row] == "oauth")
    }
}
