internal import Catalog
internal import Columns
internal import Events
internal import Trail

/// The failures of each client, by the number of the client: how many there are, how many in the fullest window, and
/// where they stand among those that are kept. The last number is that of failures without an address. A client is what
/// the detectors take for one (`Clients`); what is no address is one, too, as it was logged.
///
/// Knowing which addresses are wanted takes no more than times and addresses. A flood has millions of addresses, so all
/// that is held of one is a few numbers.
struct FailureGroups {
    /// Beyond so many failures, addresses with too few of them are not even numbered. That costs a pass of its own.
    static let manyFailures: Int64 = 2_000_000
    private static let passedOver = UInt32.max - 1

    private let clients: Clients
    private var known = TextDictionary()
    private var counts: [UInt32] = []
    private(set) var most: [UInt32] = []
    private var starts: [Int] = []

    init(_ trail: Trail, _ question: FailureQuestion) throws {
        clients = question.clients
        let census = try Self.census(trail, question)
        var numbers: [UInt32] = []
        var times: [Int64] = []
        try trail.scan(question.scan([.ts, .ip])) { events in
            let ofRows = events[.ip].values(none: TextColumn.none) { text in
                let client = question.clients.name(of: text)
                guard census?.reach(Int(question.fewest), KeyedTextHash.of(client)) ?? true else {
                    return Self.passedOver
                }
                return known.intern(client.span.bytes)
            }
            for row in 0..<events.count where ofRows[row] != Self.passedOver {
                numbers.append(ofRows[row])
                times.append(events.ts[row])
            }
        }
        counts = [UInt32](repeating: 0, count: known.count + 1)
        most = counts
        for number in numbers { counts[min(Int(number), none)] += 1 }
        starts = Self.starts(of: counts)
        var free = starts
        var ordered = [Int64](repeating: 0, count: times.count)
        for row in times.indices {
            let group = min(Int(numbers[row]), none)
            ordered[free[group]] = times[row]
            free[group] += 1
        }
        for group in counts.indices where counts[group] >= max(1, question.fewest) {
            ordered.sortIfNeeded(places(of: group), by: <)
            let number = question.mostFailures(ordered[places(of: group)])
            if number >= question.fewest { most[group] = UInt32(number) }
        }
        if let top = question.top { keepOnly(top) }
        starts = Self.starts(of: zip(counts, most).map { $1 > 0 ? $0 : 0 })
    }

    /// Of equals at the end of the first so many clients, how many are looked at closely.
    private static let mostEquals = 10_000

    /// Leaves the clients that may be among the first so many: those with the most failures, and of equals at the end,
    /// whose credentials then decide, all; of very many of these the first by name.
    private mutating func keepOnly(_ top: Int) {
        let wanted = wanted
        guard wanted.count > top, top > 0 else { return }
        let least = wanted.map { most[$0] }.sorted(by: >)[top - 1]
        var equals = wanted.filter { most[$0] == least }
        if equals.count > Self.mostEquals {
            let most = most
            let byName = known.placesByBytes().lazy.map { Int($0) }.filter { most[$0] == least }
            equals = Array(byName.prefix(Self.mostEquals))
        }
        let kept = Set(equals)
        for group in wanted where most[group] < least || most[group] == least && !kept.contains(group) {
            most[group] = 0
        }
    }

    /// The number of failures without an address.
    var none: Int { counts.count - 1 }

    /// How many addresses there are that may be wanted.
    var count: Int { counts.count }

    /// Those whose failures are wanted.
    var wanted: [Int] { most.indices.filter { most[$0] > 0 } }

    /// Nil for failures without an address.
    func text(of group: Int) -> [UInt8]? { group == none ? nil : Array(known.slice(at: group)) }

    /// Where the failures of a wanted address stand among those of all wanted ones.
    func places(of group: Int) -> Range<Int> { starts[group]..<starts[group] + Int(counts[group]) }

    /// The number of an address, or of none, whose failures are wanted; else nil.
    func wanted(_ address: ArraySlice<UInt8>?) -> Int? {
        let number = address.map { known.known(clients.name(of: $0).span.bytes).map { Int($0) } } ?? none
        return number.flatMap { most[$0] > 0 ? $0 : nil }
    }

    /// Where each begins, if one stands behind the other.
    private static func starts(of counts: [UInt32]) -> [Int] {
        var end = 0
        return counts.map { count in
            defer { end += Int(count) }
            return end
        }
    }

    /// How often addresses failed, if there are many failures and it matters.
    private static func census(_ trail: Trail, _ question: FailureQuestion) throws -> CountingFilter? {
        let failures = try trail.catalog.segments(from: question.since, to: question.until)
            .reduce(0) { $0 + $1.count(of: .failed) }
        guard question.fewest > 1, failures > manyFailures else { return nil }
        var census = CountingFilter()
        try trail.scan(question.scan([.ip])) { events in
            let marks = events[.ip].values(none: 0) { KeyedTextHash.of(question.clients.name(of: $0)) }
            for mark in marks { census.count(mark) }
        }
        return census
    }
}

extension FailureQuestion {
    /// Failures of the span, with some of their fields.
    func scan(_ fields: [EventField]) -> EventScan {
        EventScan(from: since, to: until, kinds: .failed, fields: EventFields(fields))
    }
}

extension Array {
    /// Sorts a part. Most logs are in order, and so are most parts.
    mutating func sortIfNeeded(_ part: Range<Int>, by precedes: (Element, Element) -> Bool) {
        if part.dropFirst().contains(where: { precedes(self[$0], self[$0 - 1]) }) { self[part].sort(by: precedes) }
    }
}
