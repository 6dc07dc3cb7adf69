internal import Columns
internal import Events
internal import Rollups

/// What was done by those who came from a new network with a new program: their lines, how many in an hour, and with
/// which tools that they had never used.
struct SurroundingsCases {
    /// Somebody on a day.
    struct Case {
        var who: PrincipalHabits.Who
        var day: Int32
        var habit: PrincipalHabits.Habit
        var networks: [String] = []
        var programs: [String] = []
        var uses = Detection.Case()
        fileprivate var tools: Set<[UInt8]> = []
        fileprivate var known: Set<[UInt8]> = []
        /// Calls by minute of the day.
        fileprivate var minutes = [UInt32](repeating: 0, count: 24 * 60)

        /// The tools of these calls that were not used on the days before, where these named any.
        var newTools: [String] {
            known.isEmpty ? [] : tools.subtracting(known).map { String(decoding: $0, as: UTF8.self) }.sorted()
        }

        var mostCallsInAnHour: Int {
            var sum: UInt32 = 0, most: UInt32 = 0
            for place in minutes.indices {
                sum += minutes[place]
                if place >= 60 { sum -= minutes[place - 60] }
                most = max(most, sum)
            }
            return Int(most)
        }
    }

    private(set) var all: [Case] = []
    /// How many were left out.
    private let more: Int
    private var places: [Key: Int] = [:]
    private var pairs: Set<PrincipalHabits.News> = []

    private struct Key: Hashable {
        var who: PrincipalHabits.Who
        var day: Int32
    }

    /// - Parameter most: so many cases are told, those of the first days.
    init(_ news: [(news: PrincipalHabits.News, habit: PrincipalHabits.Habit)], most: Int) {
        let byKey = Dictionary(grouping: news) { Key(who: $0.news.who, day: $0.news.day) }
        let keys = byKey.keys.sorted { left, right in
            left.day != right.day ? left.day < right.day : left.who.name.lexicographicallyPrecedes(right.who.name)
        }
        more = max(0, keys.count - most)
        for key in keys.prefix(most) {
            guard let own = byKey[key], let habit = own.first?.habit else { continue }
            places[key] = all.count
            all.append(Case(who: key.who, day: key.day, habit: habit))
            for one in own { pairs.insert(one.news) }
        }
    }

    /// Says that there are more; nil if all are told.
    var note: CoverageNote? {
        guard more > 0 else { return nil }
        return CoverageNote(
            kind: .more,
            text: "\(more + all.count) principals in new surroundings; the first \(all.count) are reported one by one",
            isPartial: true)
    }

    private static let fields = Detection.Case.fields.union(EventFields([.ip, .userAgent, .tool]))

    /// Reads the lines of the cases, then the tools of the days before them.
    mutating func read(in window: DetectionWindow, of history: any History, toolMemory: Int32) throws {
        guard let first = all.map(\.day).min(), let last = all.map(\.day).max() else { return }
        let clients = history.clients
        let end = min(Timestamp.start(ofDay: last + 1), window.asOf)
        let reader = LetIn(history: history, who: Set(all.map(\.who)))
        var cases = self
        try reader.scan(from: Timestamp.start(ofDay: first), to: end, Self.fields) { who, batch, row in
            let day = Timestamp.day(of: batch.ts[row])
            guard let place = cases.places[Key(who: who, day: day)], let ip = batch[.ip].bytes(at: row),
                let agent = batch[.userAgent].bytes(at: row)
            else { return }
            let network = Array(clients.network(of: ip)), program = ProgramName.of(agent)
            let news = PrincipalHabits.News(who: who, day: day, network: network, program: program)
            if cases.pairs.contains(news) { cases.all[place].add(batch, row, network, program, window) }
        }
        let memory = Timestamp.start(ofDay: first - toolMemory)
        let ofWho = Dictionary(grouping: all.indices) { all[$0].who }
        let fields = EventFields([.ts, .tool])
        try reader.scan(from: memory, to: end, fields) { who, batch, row in
            guard let tool = batch[.tool].bytes(at: row) else { return }
            let day = Timestamp.day(of: batch.ts[row])
            for place in ofWho[who] ?? [] {
                let own = cases.all[place].day
                if day < own, day >= own - toolMemory { cases.all[place].known.insert(Array(tool)) }
            }
        }
        self = cases
    }
}

extension SurroundingsCases.Case {
    fileprivate mutating func add(
        _ batch: EventColumns, _ row: Int, _ network: [UInt8], _ program: [UInt8], _ window: DetectionWindow
    ) {
        uses.add(batch, row, window)
        networks.add(String(decoding: network, as: UTF8.self))
        programs.add(String(decoding: program, as: UTF8.self))
        guard batch.kind(at: row) == .used else { return }
        minutes[Int(batch.ts[row] % Timestamp.day / Timestamp.minute)] += 1
        if let tool = batch[.tool].bytes(at: row) { tools.insert(Array(tool)) }
    }
}

extension [String] {
    /// Keeps a few, in order.
    fileprivate mutating func add(_ text: String) {
        guard !contains(text) else { return }
        append(text)
        sort()
        if count > FirstNames.limit { removeLast() }
    }
}
