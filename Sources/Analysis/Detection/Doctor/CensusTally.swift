internal import Columns
internal import Events

/// Counts the events of one kind, batch by batch: in numbers alone, however many there are.
struct CensusTally {
    /// Who stands behind an event, as far as that decides which fields it can have.
    private enum Caller: Int, CaseIterable {
        case ordinary
        /// A login or logout; of uses, somebody without a credential.
        case other
        /// A use of which nothing is named: an anonymous caller where the log names tokens at all.
        case nameless
    }

    let kind: EventKind
    let sets: [[EventField]]
    private let places: [Int64: Int]
    private let isAlone: Bool
    /// Addresses that hide who calls.
    private let proxies: [IPNetwork]
    /// By system and caller.
    private var all: [Int]
    /// By set, system and caller.
    private var present: [[Int]]
    /// By system.
    private(set) var first: [Int64]
    private(set) var last: [Int64]

    private static let callers = Caller.allCases.count

    init(_ kind: EventKind, _ sets: [[EventField]], systems: [LogSystem], proxies: [IPNetwork]) {
        (self.kind, self.sets, isAlone, self.proxies) = (kind, sets, systems.count == 1, proxies)
        var places: [Int64: Int] = [:]
        for (place, system) in systems.enumerated() { for source in system.sources { places[source] = place } }
        self.places = places
        all = Array(repeating: 0, count: systems.count * Self.callers)
        present = sets.map { _ in Array(repeating: 0, count: systems.count * Self.callers) }
        first = systems.map { _ in .max }
        last = systems.map { _ in .min }
    }

    /// The columns that it reads.
    var fields: EventFields {
        var fields = EventFields(sets.flatMap { $0 } + [.ts, .kind])
        if kind == .used { fields.formUnion(EventFields([.tokenID, .principal])) }
        if !isAlone { fields.formUnion(EventFields(.sourceID)) }
        return fields
    }

    mutating func count(_ batch: EventColumns, _ reasons: UnknownReasons, _ clients: Clients) {
        let slots = slots(of: batch)
        for slot in slots { all[slot] += 1 }
        for row in 0..<batch.count {
            let place = slots[row] / Self.callers
            first[place] = min(first[place], batch.ts[row])
            last[place] = max(last[place], batch.ts[row])
        }
        for (number, set) in sets.enumerated() {
            let columns = set.map { batch.hasValue($0, kind, reasons, clients, behind: kind == .failed ? proxies : []) }
            for row in 0..<batch.count where columns.contains(where: { $0[row] }) { present[number][slots[row]] += 1 }
        }
    }

    func events(of place: Int) -> Int { Caller.allCases.reduce(0) { $0 + all[place * Self.callers + $1.rawValue] } }

    /// What was counted of one system.
    func kind(of place: Int) -> LogCensus.Kind {
        var counted = LogCensus.Kind(events: events(of: place))
        let token = sets.firstIndex(of: [.tokenID]).map { present[$0][place * Self.callers] } ?? 0
        for (number, set) in sets.enumerated() {
            let able = Caller.allCases.filter { canHave(set, $0, namesTokens: token > 0) }
            counted.shares[set] = able.reduce(FieldShare()) { sum, caller in
                let slot = place * Self.callers + caller.rawValue
                return sum + FieldShare(present: present[number][slot], all: all[slot])
            }
        }
        return counted
    }

    private func canHave(_ set: [EventField], _ caller: Caller, namesTokens: Bool) -> Bool {
        switch (kind, set) {
        case (.used, [.tokenID]), (.used, [.principal]), (.used, [.kind]):
            caller == .ordinary || (caller == .nameless && !namesTokens)
        case (.issued, []), (.issued, [.actor]), (.issued, [.scopes]), (.issued, [.expiresAt]), (.revoked, []),
            (.revoked, [.actor]), (.revoked, [.reason]):
            caller == .ordinary
        // A token that an admin issues is none that was let in from somewhere.
        case (.issued, [.ip]): caller == .other
        default: true
        }
    }

    /// For each row the place of its system and caller.
    private func slots(of batch: EventColumns) -> [Int] {
        let callers = callers(of: batch)
        guard !isAlone else { return callers.map(\.rawValue) }
        return (0..<batch.count).map { row in
            (places[batch.sourceID[row]] ?? 0) * Self.callers + callers[row].rawValue
        }
    }

    private func callers(of batch: EventColumns) -> [Caller] {
        guard kind == .used else {
            return batch[.kind].values(none: .ordinary) { EventColumns.isSession($0) ? .other : .ordinary }
        }
        let word = "anonymous".utf8
        let columns = [EventField.kind, .tokenID, .principal].map { field in
            batch[field].values(none: Caller.nameless) { $0.elementsEqual(word) ? .other : .ordinary }
        }
        return (0..<batch.count).map { row in
            // The first that says something says who it is.
            columns.lazy.map { $0[row] }.first { $0 != .nameless } ?? .nameless
        }
    }
}

extension EventColumns {
    /// Whether each row has a value that rules can use: an address that is one, a reason whose class is known.
    fileprivate func hasValue(
        _ field: EventField, _ kind: EventKind, _ reasons: UnknownReasons, _ clients: Clients,
        behind proxies: [IPNetwork]
    ) -> [Bool] {
        switch field {
        case .success: success.map { $0 != 2 }
        case .scopes: scopes.indices.map { $0 != TextColumn.none }
        case .expiresAt: expiresAt.map { $0 != Self.noTime }
        case .latencyMS: latencyMS.map { !$0.isNaN }
        case .ip: self.clients(clients, behind: proxies).map { $0.key != nil }
        case .reason where kind == .failed: reasons.areUnknown(self).map { !$0 }
        default: self[field].indices.map { $0 != TextColumn.none }
        }
    }
}
