package import Columns
package import Events

/// Notes over the batches of one month who is let in from where with what: uses, exchanges, refreshes and logins of
/// everybody but callers without a credential.
package struct PrincipalDayCounter: Sendable {
    /// Principals, or tokens where events name none: each text behind 0 or 1.
    private var principals = TextDictionary()
    private var networks = NetworkNumbers()
    private var programs = TextDictionary()
    /// Principal, network and program, with the days.
    private var shown = CombinationDays()
    private var firstDay: Int32?

    package init() {}

    /// The columns that are looked at.
    package static let fields = EventFields([.ts, .event, .principal, .tokenID, .kind, .ip, .userAgent])

    /// Adds a batch, which must hold these columns. All batches must be of one UTC month.
    package mutating func add(_ columns: EventColumns) {
        guard let first = columns.ts.first else { return }
        let firstDay = self.firstDay ?? Timestamp.day(of: Timestamp.start(ofMonth: Timestamp.month(of: first)))
        self.firstDay = firstDay
        var shown = CombinationDays()
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
            shown.add(SIMD4(who, ip[row], agent[row], 1 << day))
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
    private mutating func take(_ batch: CombinationDays, _ columns: EventColumns) {
        var counter = self
        var ofNetwork = PlaceNumbers(columns[.ip]), ofProgram = PlaceNumbers(columns[.userAgent])
        var ofPrincipal = PlaceNumbers(columns[.principal]), ofToken = PlaceNumbers(columns[.tokenID])
        batch.forEach { entry in
            let who =
                entry[0] & 1 == 0
                ? ofPrincipal.number(at: entry[0] >> 1) { counter.number(ofPrincipal: [0] + ($0 ?? [])) }
                : ofToken.number(at: entry[0] >> 1) { counter.number(ofPrincipal: [1] + ($0 ?? [])) }
            let network = ofNetwork.number(at: entry[1]) { counter.networks.number(of: $0) }
            let program = ofProgram.number(at: entry[2]) { counter.number(ofProgram: $0.map(ProgramName.of) ?? []) }
            counter.shown.add(SIMD4(who, network, program, entry[3]))
        }
        self = counter
    }

    private mutating func number(ofPrincipal name: [UInt8]) -> UInt32 { principals.intern(name.span.bytes) }

    private mutating func number(ofProgram name: [UInt8]) -> UInt32 { programs.intern(name.span.bytes) }

    /// The rollup of all that was added; nil if nothing was.
    package func finish() -> PrincipalDays? {
        guard let firstDay else { return nil }
        let rows = FoldedRows(shown, networks)
        var made = PrincipalDays(firstDay: firstDay)
        let who = principals.sorted(), program = programs.sorted()
        for place in who.order {
            let text = principals.slice(at: Int(place)), name = Array(text.dropFirst())
            _ = made.principals.append(name.span.bytes)
            made.isToken.append(text.first == 1)
        }
        for name in rows.networks { _ = made.networks.append(name.span.bytes) }
        for place in program.order {
            let name = Array(programs.slice(at: Int(place)))
            _ = made.programs.append(name.span.bytes)
        }
        let sorted = rows.all.map { row in
            SIMD4(who.rank[Int(row[0])], row[1], program.rank[Int(row[2])], row[3])
        }.sorted { left, right in
            if left[0] != right[0] { return left[0] < right[0] }
            return left[1] != right[1] ? left[1] < right[1] : left[2] < right[2]
        }
        made.principal = sorted.map { $0[0] }
        made.network = sorted.map { $0[1] }
        made.program = sorted.map { $0[2] }
        made.days = sorted.map { $0[3] }
        return made
    }
}

/// Numbers for the places of a dictionary, each asked for once.
private struct PlaceNumbers {
    private let dictionary: TextDictionary
    private var numbers: [UInt32]
    private var ofNone: UInt32?

    init(_ column: TextColumn) {
        dictionary = column.dictionary
        numbers = [UInt32](repeating: .max, count: column.dictionary.count)
    }

    mutating func number(at place: UInt32, _ make: (ArraySlice<UInt8>?) -> UInt32) -> UInt32 {
        guard place != TextColumn.none else {
            let number = ofNone ?? make(nil)
            ofNone = number
            return number
        }
        if numbers[Int(place)] == .max { numbers[Int(place)] = make(dictionary.slice(at: Int(place))) }
        return numbers[Int(place)]
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
