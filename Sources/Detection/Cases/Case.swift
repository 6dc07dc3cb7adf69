internal import Columns
internal import Events

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
    private var names: [EventField: FirstNames] = [:]

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
        for field in Self.named {
            if let text = batch[field][row] { names[field, default: FirstNames()].add(text) }
        }
    }

    /// The values of a field, in order; at most `FirstNames.limit`.
    subscript(field: EventField) -> [String] { names[field]?.all ?? [] }

    /// Counts and names, as every finding of the kind lists them.
    var context: Context {
        var context = Context()
        context.add("events", events)
        for field in Self.named {
            guard let list = names[field] else { continue }
            context.add(Self.plural(field), list.all)
            if list.isCut { context.add("more_" + Self.plural(field), true) }
        }
        return context
    }

    private static func plural(_ field: EventField) -> String { field == .ip ? "addresses" : field.name + "s" }
}

/// The alphabetically first of many names: the same ones in whatever order they come.
struct FirstNames {
    static let limit = 10

    private(set) var all: [String] = []
    /// Whether there were more.
    private(set) var isCut = false

    mutating func add(_ name: String) {
        if all.count == Self.limit, let last = all.last, name > last { return isCut = true }
        let place = all.firstIndex { $0 >= name } ?? all.count
        if place < all.count, all[place] == name { return }
        all.insert(name, at: place)
        guard all.count > Self.limit else { return }
        all.removeLast()
        isCut = true
    }
}
