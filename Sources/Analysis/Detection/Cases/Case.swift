internal import Columns
internal import Events
internal import Foundation

/// What a detector gathers about one finding while it reads: how many events, from when to when, by whom and where.
///
/// It says the same in whatever order the events come, and its size does not grow with them.
struct Case {
    private(set) var events = 0
    private(set) var first = Int64.max
    private(set) var last = Int64.min
    private(set) var evidence = EdgeEvidence()
    /// Whether an event lies in the window of the run. Only then is the case a finding of this run.
    private(set) var isInWindow = false
    /// In the order of `named`.
    private var names = [FirstNames](repeating: FirstNames(), count: named.count)

    /// The columns that a case reads from each event.
    static let fields = EventFields(named + [.ts, .event, .eventID, .source, .sourceOffset])

    /// What is listed of the events, in the order in which contexts list it.
    private static let named: [EventField] = [.principal, .actor, .tool, .ip, .userAgent]

    mutating func add(_ batch: EventColumns, _ row: Int, _ window: DetectionWindow) {
        let ts = batch.ts[row]
        events += 1
        first = min(first, ts)
        last = max(last, ts)
        isInWindow = isInWindow || window.contains(ts)
        if evidence.mayKeep(ts) { evidence.add(batch.evidence(at: row)) }
        for (place, field) in Self.named.enumerated() {
            if let text = batch[field].bytes(at: row) { names[place].add(text) }
        }
    }

    /// The values of a field, in order; at most `FirstNames.limit`.
    subscript(field: EventField) -> [String] { Self.named.firstIndex(of: field).map { names[$0].all } ?? [] }

    /// Counts and names, as every finding of the kind lists them.
    var context: Context {
        var context = Context()
        context.add("events", events)
        for (field, list) in zip(Self.named, names) where !list.isEmpty {
            context.add(Self.plural(field), list.all)
            if list.isCut { context.add("more_" + Self.plural(field), true) }
        }
        return context
    }

    private static func plural(_ field: EventField) -> String { field == .ip ? "addresses" : field.name + "s" }
}

/// The first of many names, in the order of their bytes: the same ones in whatever order they come.
struct FirstNames {
    static let limit = 10

    private var texts: [[UInt8]] = []
    /// Whether there were more.
    private(set) var isCut = false

    var isEmpty: Bool { texts.isEmpty }

    var all: [String] { texts.map { String(decoding: $0, as: UTF8.self) } }

    mutating func add(_ name: String) { add(Array(name.utf8)[...]) }

    /// Nearly all names that come are known or too late in the order: these cost a comparison or a few.
    mutating func add(_ name: ArraySlice<UInt8>) {
        var place = texts.count
        while place > 0 {
            let order = Self.compare(name, texts[place - 1])
            if order == 0 { return }
            if order > 0 { break }
            place -= 1
        }
        if place == Self.limit { return isCut = true }
        texts.insert(Array(name), at: place)
        guard texts.count > Self.limit else { return }
        texts.removeLast()
        isCut = true
    }

    private static func compare(_ left: ArraySlice<UInt8>, _ right: [UInt8]) -> Int {
        left.withUnsafeBytes { left in
            right.withUnsafeBytes { right in
                let shared = min(left.count, right.count)
                if shared > 0, let a = left.baseAddress, let b = right.baseAddress {
                    let order = memcmp(a, b, shared)
                    if order != 0 { return Int(order) }
                }
                return left.count - right.count
            }
        }
    }
}
