package import Columns
package import Events

/// Notes over the batches of one month who is let in from where with what: uses, exchanges, refreshes and logins of
/// everybody but callers without a credential.
package struct PrincipalDayCounter: Sendable {
    /// The texts that were met, and for each combination of their places the days.
    private var principals = TextDictionary()
    private var isToken: [Bool] = []
    private var networks = TextDictionary()
    private var programs = TextDictionary()
    private var days: [SIMD4<UInt32>: UInt32] = [:]
    private var firstDay: Int32?

    package init() {}

    /// The columns that are looked at.
    package static let fields = EventFields([.ts, .event, .principal, .tokenID, .kind, .ip, .userAgent])

    /// Adds a batch, which must hold these columns. All batches must be of one UTC month.
    package mutating func add(_ columns: EventColumns) {
        guard let first = columns.ts.first else { return }
        let firstDay = self.firstDay ?? Timestamp.day(of: Timestamp.start(ofMonth: Timestamp.month(of: first)))
        self.firstDay = firstDay
        var shown = CombinationSet()
        let isAnonymous = Self.places(of: "anonymous", in: columns[.kind])
        let isLogin = Self.places(of: "session", in: columns[.kind])
        let nobody = Self.places(of: "anonymous", in: columns[.tokenID])
        let kinds = columns.event, times = columns.ts
        let principal = columns[.principal].indices, token = columns[.tokenID].indices
        let kind = columns[.kind].indices, ip = columns[.ip].indices, agent = columns[.userAgent].indices
        for row in 0..<columns.count {
            let event = kinds[row]
            guard event != Self.failed, event != Self.revoked, !isAnonymous.contains(kind[row]) else { continue }
            // An admin who issues a token is somewhere else than its principal; who logs in is where they are.
            if event == Self.issued, !isLogin.contains(kind[row]) { continue }
            let who: UInt32
            if principal[row] != TextColumn.none {
                who = principal[row] << 1
            } else if token[row] != TextColumn.none, !nobody.contains(token[row]) {
                who = token[row] << 1 | 1
            } else {
                continue
            }
            let day = UInt32(truncatingIfNeeded: Timestamp.day(of: times[row]) - firstDay)
            shown.insert(SIMD4(who, ip[row], agent[row], day))
        }
        take(shown, columns)
    }

    private static let failed = EventKind.failed.rawValue
    private static let revoked = EventKind.revoked.rawValue
    private static let issued = EventKind.issued.rawValue

    /// The places of a word in a dictionary: seldom more than one.
    private static func places(of word: String, in column: TextColumn) -> [UInt32] {
        var places: [UInt32] = []
        column.dictionary.forEachPlace(of: Array(word.utf8)) { places.append(UInt32(truncatingIfNeeded: $0)) }
        return places
    }

    /// Gives what a batch showed the numbers of all batches.
    private mutating func take(_ shown: CombinationSet, _ columns: EventColumns) {
        var ofNetwork: [UInt32: UInt32] = [:], ofProgram: [UInt32: UInt32] = [:], ofWho: [UInt32: UInt32] = [:]
        var counter = self
        shown.forEach { key in
            let who = ofWho[key[0]] ?? counter.who(key[0], columns)
            let network = ofNetwork[key[1]] ?? counter.network(Self.text(key[1], of: columns[.ip]))
            let program = ofProgram[key[2]] ?? counter.program(Self.text(key[2], of: columns[.userAgent]))
            (ofWho[key[0]], ofNetwork[key[1]], ofProgram[key[2]]) = (who, network, program)
            counter.days[SIMD4(who, network, program, 0), default: 0] |= 1 << key[3]
        }
        self = counter
    }

    private mutating func who(_ number: UInt32, _ columns: EventColumns) -> UInt32 {
        let isToken = number & 1 == 1
        let column = columns[isToken ? .tokenID : .principal]
        // A principal and a token of one name are two.
        let text = [isToken ? 1 : 0] + (Self.text(number >> 1, of: column) ?? [])
        return principals.intern(text.span.bytes)
    }

    private mutating func network(_ text: ArraySlice<UInt8>?) -> UInt32 {
        let name = text.map(Clients.loggedNetwork) ?? []
        return networks.intern(name.span.bytes)
    }

    private mutating func program(_ text: ArraySlice<UInt8>?) -> UInt32 {
        let name = text.map(ProgramName.of) ?? []
        return programs.intern(name.span.bytes)
    }

    private static func text(_ index: UInt32, of column: TextColumn) -> ArraySlice<UInt8>? {
        index == TextColumn.none ? nil : column.dictionary.slice(at: Int(index))
    }

    /// The rollup of all that was added; nil if nothing was.
    package func finish() -> PrincipalDays? {
        guard let firstDay else { return nil }
        var made = PrincipalDays(firstDay: firstDay)
        let who = principals.sorted(), network = networks.sorted(), program = programs.sorted()
        for place in who.order {
            let text = principals.slice(at: Int(place))
            _ = made.principals.append(Array(text.dropFirst()).span.bytes)
            made.isToken.append(text.first == 1)
        }
        for place in network.order { _ = made.networks.append(Array(networks.slice(at: Int(place))).span.bytes) }
        for place in program.order { _ = made.programs.append(Array(programs.slice(at: Int(place))).span.bytes) }
        let rows = days.map { key, days in
            (who.rank[Int(key[0])], network.rank[Int(key[1])], program.rank[Int(key[2])], days)
        }.sorted { ($0.0, $0.1, $0.2) < ($1.0, $1.1, $1.2) }
        made.principal = rows.map(\.0)
        made.network = rows.map(\.1)
        made.program = rows.map(\.2)
        made.days = rows.map(\.3)
        return made
    }
}

extension TextDictionary {
    /// The places of the texts in the order of their bytes, and for each place its rank.
    fileprivate func sorted() -> (order: [UInt32], rank: [UInt32]) {
        let order = placesByBytes()
        var rank = [UInt32](repeating: 0, count: count)
        for (place, text) in order.enumerated() { rank[Int(text)] = UInt32(truncatingIfNeeded: place) }
        return (order, rank)
    }
}
