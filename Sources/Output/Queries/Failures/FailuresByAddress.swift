internal import Columns
internal import Events
internal import Trail

/// One failed verification of an address, in 24 bytes: millions of them must fit in memory.
struct AddressFailure {
    static let noCredential: UInt64 = 0

    var ts: Int64 = 0
    /// A mark of what was presented, or else of the token that was named; holds for this process.
    var credential = noCredential
    /// Numbers in `FailuresByAddress.words`, or `TextColumn.none`.
    var reason = TextColumn.none
    var agent = TextColumn.none
}

/// The clients that satisfy a question, one after the other, each with the most failures in any window.
///
/// Times and clients are read first; then, of some of the clients that failed often enough, the rest. Failures without
/// an address have no client, all together.
struct FailuresByAddress {
    struct Address {
        fileprivate var group: Int
        var failures: Int
        var credentials: Int
        /// Of its failures among those that are held.
        fileprivate var places: Range<Int>
    }

    /// So many failures are held at once, unless one client has more: the texts of a flood are megabytes.
    private static let mostHeld = 400_000

    private let trail: Trail
    private let question: FailureQuestion
    private let groups: FailureGroups
    /// The clients to come.
    private var wanted: ArraySlice<Int>
    /// Those whose failures are held, the next one at the end.
    private var held: [Address] = []
    private var failures: [AddressFailure] = []
    private var words = TextDictionary()

    /// Throws what the trail throws.
    init(_ trail: Trail, _ question: FailureQuestion) throws {
        (self.trail, self.question) = (trail, question)
        groups = try FailureGroups(trail, question)
        wanted = groups.wanted[...]
    }

    /// The next client, or nil after the last one. What is asked about a client is asked before the next one comes.
    mutating func next() throws -> Address? {
        if held.isEmpty { try readOn() }
        return held.popLast()
    }

    /// Reads the failures of the next clients.
    private mutating func readOn() throws {
        var count = 0
        let some = wanted.prefix { group in
            count += groups.places(of: group).count
            return count <= Self.mostHeld || group == wanted.first
        }
        guard let first = some.first, let last = some.last else { return }
        wanted = wanted.dropFirst(some.count)
        let start = groups.places(of: first).lowerBound
        words = TextDictionary()
        failures = [AddressFailure](
            repeating: AddressFailure(), count: groups.places(of: last).upperBound - start)
        try read(some, from: start)
        held = some.reversed().map { group in
            let places = groups.places(of: group).lowerBound - start..<groups.places(of: group).upperBound - start
            failures.sortIfNeeded(places) { $0.ts < $1.ts }
            return Address(
                group: group, failures: Int(groups.most[group]),
                credentials: question.mostCredentials(failures[places]), places: places)
        }
    }

    /// - Parameter start: where the failures of the first of these clients stand among those of all.
    private mutating func read(_ some: ArraySlice<Int>, from start: Int) throws {
        guard let first = some.first, let last = some.last else { return }
        let groups = groups
        var free = some.map { groups.places(of: $0).lowerBound - start }
        // Where each is among these: most clients of a part are wanted.
        var places = [Int](repeating: -1, count: last - first + 1)
        for (place, group) in some.enumerated() { places[group - first] = place }
        var scan = question.scan([.ts, .ip, .presented, .tokenID, .reason, .userAgent])
        // Skipping pays where it skips much. A row without an address matches no condition.
        if some.count * 8 < groups.count, last != groups.none {
            let names = Set(some.compactMap(groups.text)), clients = question.clients
            scan.texts[.ip] = .matching { names.contains(Array(clients.name(of: $0))) }
        }
        func place(_ address: ArraySlice<UInt8>?) -> Int {
            guard let group = groups.wanted(address), group >= first, group <= last else { return -1 }
            return places[group - first]
        }
        try trail.scan(scan) { events in
            let whose = events[.ip].values(none: place(nil)) { place($0) }
            let presented = events[.presented].values(none: AddressFailure.noCredential) { KeyedTextHash.of($0) }
            let tokens = events[.tokenID].values(none: AddressFailure.noCredential) { KeyedTextHash.of($0) }
            let (reasons, agents) = (events[.reason], events[.userAgent])
            for row in 0..<events.count where whose[row] >= 0 {
                let credential = presented[row] != AddressFailure.noCredential ? presented[row] : tokens[row]
                failures[free[whose[row]]] = AddressFailure(
                    ts: events.ts[row], credential: credential, reason: word(reasons, row), agent: word(agents, row))
                free[whose[row]] += 1
            }
        }
    }

    // MARK: What is known of a client

    /// What the client is called; nil for none.
    func name(of address: Address) -> [UInt8]? { groups.text(of: address.group) }

    /// The reasons given, the most frequent five first; nil if none was.
    func reasons(of address: Address) -> String? { list(address) { $0.reason } }

    /// The programs that called, likewise.
    func agents(of address: Address) -> String? { list(address) { $0.agent } }

    func first(of address: Address) -> Int64 { failures[address.places.lowerBound].ts }
    func last(of address: Address) -> Int64 { failures[address.places.upperBound - 1].ts }

    // MARK: Words

    /// The first 200 characters of a text: enough to know a program by, and a list of five stays readable.
    private static func word(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard text.count > 200 else { return text }
        var characters = 0
        let end = text.firstIndex { byte in
            if byte & 0xC0 != 0x80 { characters += 1 }
            return characters > 200
        }
        return text[..<(end ?? text.endIndex)]
    }

    /// The number of a row's text.
    private mutating func word(_ column: TextColumn, _ row: Int) -> UInt32 {
        column.bytes(at: row).map { words.intern(Self.word($0).span.bytes) } ?? TextColumn.none
    }

    private func list(_ address: Address, _ word: (AddressFailure) -> UInt32) -> String? {
        var counts: [UInt32: Int] = [:]
        for failure in failures[address.places] { counts[word(failure), default: 0] += 1 }
        counts[TextColumn.none] = nil
        guard !counts.isEmpty else { return nil }
        let ranked = counts.sorted { left, right in
            if left.value != right.value { return left.value > right.value }
            return words.slice(at: Int(left.key)).lexicographicallyPrecedes(words.slice(at: Int(right.key)))
        }
        let shown = ranked.prefix(5).map { words.string(at: Int($0.key)) }.joined(separator: ", ")
        return ranked.count > 5 ? "\(shown) and \(ranked.count - 5) more" : shown
    }
}
