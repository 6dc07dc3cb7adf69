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

/// The failures of all clients that satisfy a question, each client with the most in any window.
///
/// Times and clients are read first; then, of the clients that failed often enough, the rest. Failures without an
/// address have no client, all together.
struct FailuresByAddress {
    /// Small, because a flood has a million of them.
    struct Address {
        fileprivate var group: UInt32
        var failures: UInt32
        var credentials: UInt32
    }

    private(set) var addresses: [Address] = []
    private var groups: FailureGroups
    private var failures: [AddressFailure] = []
    private var words = TextDictionary()

    /// Throws what the trail throws.
    init(_ trail: Trail, _ question: FailureQuestion) throws {
        groups = try FailureGroups(trail, question)
        try read(trail, question)
        groups.endLookup()
        words.endLookup()
        for group in groups.wanted {
            let places = groups.places(of: group)
            failures.sortIfNeeded(places) { $0.ts < $1.ts }
            addresses.append(
                Address(
                    group: UInt32(group), failures: groups.most[group],
                    credentials: UInt32(question.mostCredentials(failures[places]))))
        }
    }

    /// What the client is called; nil for none.
    func name(of address: Address) -> [UInt8]? { groups.text(of: Int(address.group)) }

    /// Its failures, ascending by time.
    private func failures(of address: Address) -> ArraySlice<AddressFailure> {
        failures[groups.places(of: Int(address.group))]
    }

    /// The reasons given, the most frequent five first; nil if none was.
    func reasons(of address: Address) -> String? { list(address) { $0.reason } }

    /// The programs that called, likewise.
    func agents(of address: Address) -> String? { list(address) { $0.agent } }

    func first(of address: Address) -> Int64 { failures(of: address).first?.ts ?? 0 }
    func last(of address: Address) -> Int64 { failures(of: address).last?.ts ?? 0 }

    private mutating func read(_ trail: Trail, _ question: FailureQuestion) throws {
        let groups = groups, wanted = groups.wanted
        guard let last = wanted.last else { return }
        var free = wanted.reduce(into: [Int](repeating: 0, count: groups.count)) {
            $0[$1] = groups.places(of: $1).lowerBound
        }
        var scan = question.scan([.ts, .ip, .presented, .tokenID, .reason, .userAgent])
        // Skipping pays where it skips much. A row without an address matches no condition.
        if wanted.count * 8 < groups.count, last != groups.none {
            let names = Set(wanted.compactMap(groups.text))
            scan.texts[.ip] = .matching { names.contains(Array(IPKey.name(of: $0))) }
        }
        failures = [AddressFailure](repeating: AddressFailure(), count: groups.places(of: last).upperBound)
        try trail.scan(scan) { events in
            let whose = events[.ip].values(none: groups.wanted(nil)) { groups.wanted($0) }
            let presented = events[.presented].values(none: AddressFailure.noCredential) { TextMark.of($0) }
            let tokens = events[.tokenID].values(none: AddressFailure.noCredential) { TextMark.of($0) }
            let reasons = events[.reason].numbers(in: &words) { Self.word($0) }
            let agents = events[.userAgent].numbers(in: &words) { Self.word($0) }
            for row in 0..<events.count {
                guard let group = whose[row] else { continue }
                let credential = presented[row] != AddressFailure.noCredential ? presented[row] : tokens[row]
                failures[free[group]] = AddressFailure(
                    ts: events.ts[row], credential: credential, reason: reasons[row], agent: agents[row])
                free[group] += 1
            }
        }
    }

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

    private func list(_ address: Address, _ word: (AddressFailure) -> UInt32) -> String? {
        var counts: [UInt32: Int] = [:]
        for failure in failures(of: address) { counts[word(failure), default: 0] += 1 }
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
