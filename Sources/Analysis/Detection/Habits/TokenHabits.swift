internal import Columns
internal import Events
internal import Rollups

/// What tokens are used from, with and for, day by day, and what is new on a day.
///
/// Only what stood on earlier days counts as known: so it does not matter in what order the lines of one day come. How
/// often a token was used is in the rollups. A short window is read first; then the days before it are, the last one
/// first and each time only for the tokens of which it is not yet certain what is new: few need the whole of a month.
struct TokenHabits {
    /// The first that is new for a token on a day.
    struct News {
        var token: [UInt8]
        var day: Int32
        /// What was new at once, at most.
        var fields: [EventField]
        /// The new values of that day, by field.
        var values: [EventField: Set<[UInt8]>]
        var usesBefore: Int
    }

    static let fields: [EventField] = [.ip, .userAgent, .tool]

    /// How many settled tokens were used on the days of the window.
    private(set) var settledTokens = 0
    private let settings: NewSurroundings.Settings
    private let window: DetectionWindow
    private let history: any History
    /// The tokens used on the days of the window, by their places here, with the numbers of the rollups.
    private let tokens: [(text: [UInt8], number: UInt32)]
    /// Their texts; the number of a text is the place of its token.
    private let places: TextNumbers
    private var values = fields.map { _ in TextNumbers() }
    private var known: KnownValues
    private var recent: RecentUses

    /// What a day shows: the combinations, each with its first time, and the tokens that were used often enough before.
    private struct DayShown {
        var first = FirstTimes()
        var habits: [UInt32: RecentUses.Habit] = [:]
    }

    /// A combination that a token showed on a day.
    private struct Shown {
        /// The token, then the values of `fields`.
        var numbers: SIMD4<UInt32>

        var token: UInt32 { numbers[0] }
        func value(_ place: Int) -> UInt32 { numbers[place + 1] }
    }

    private static let noValue = UInt32.max
    /// So many days are read at a time: few scans, and memory for what these days show only.
    private static let daysAtOnce: Int32 = 7

    init(_ settings: NewSurroundings.Settings, _ window: DetectionWindow, _ history: any History) throws {
        self.settings = settings
        self.window = window
        self.history = history
        // All who name no credential have one name in common, and no habits.
        let named = try ActiveTokens(history: history, window: window).read().filter { !$0.life.isAnonymous }
        var tokens: [(text: [UInt8], number: UInt32)] = []
        var places = TextNumbers()
        for token in named {
            let text = Array(token.life.tokenID.utf8)
            if places.number(of: text[...]) == tokens.count { tokens.append((text, token.life.number)) }
        }
        self.tokens = tokens
        self.places = places
        known = KnownValues(
            tokens: tokens.count, kinds: Self.fields.count, most: settings.mostHabits, memory: settings.memory)
        recent = RecentUses(
            history, memory: settings.memory,
            notBefore: try history.coverage.map { Timestamp.day(of: $0.lowerBound) } ?? 0)
    }

    /// The news of the days of the window, in no promised order.
    mutating func read() throws -> [News] {
        let span = window.wholeDays
        guard !window.isEmpty, !tokens.isEmpty, let coverage = try history.coverage,
            max(span.lowerBound, coverage.lowerBound) < min(span.upperBound, coverage.upperBound)
        else { return [] }
        let first = Timestamp.day(of: max(span.lowerBound, coverage.lowerBound))
        let last = Timestamp.day(of: min(span.upperBound, coverage.upperBound) - 1)
        let oldest = max(first - settings.memory, Timestamp.day(of: coverage.lowerBound))
        let isShort = last - first < Self.daysAtOnce
        if !isShort { try recallAll(oldest..<first) }
        var news: [News] = []
        for days in Self.parts(of: first..<(last + 1)) {
            let shown = try shown(on: days, isWhole: isShort)
            if isShort { try recall(oldest..<first, for: shown, until: last) }
            for (day, shown) in zip(days, shown) {
                news += self.news(shown, day)
                keep(shown, day)
            }
        }
        return news
    }

    private static func parts(of days: Range<Int32>) -> [Range<Int32>] {
        stride(from: days.lowerBound, to: days.upperBound, by: Int(daysAtOnce)).map {
            $0..<min($0 + daysAtOnce, days.upperBound)
        }
    }

    /// A value as habits tell values apart: an address by its network, a program without its version.
    static func spelled(_ batch: EventColumns, _ field: EventField, _ row: Int, _ clients: Clients) -> [UInt8]? {
        batch[field].bytes(at: row).map { spell(field, $0, clients) }
    }

    private static func spell(_ field: EventField, _ text: ArraySlice<UInt8>, _ clients: Clients) -> [UInt8] {
        switch field {
        case .ip: Array(clients.name(of: text))
        case .userAgent: Program.name(of: text)
        default: Array(text)
        }
    }

    // MARK: Reading

    /// Hands over what each use of some days shows of the tokens asked for (places), all if nil. A list of half of all
    /// tokens would cost a scan more than it spares.
    private mutating func scan(
        _ days: Range<Int32>, of some: Set<UInt32>?, _ body: (inout Self, Shown, Int64) -> Void
    ) throws {
        let asked = some ?? Set(tokens.indices.map { UInt32($0) })
        guard !asked.isEmpty else { return }
        var isAsked = [Bool](repeating: some == nil, count: tokens.count)
        for place in asked { isAsked[Int(place)] = true }
        let isListed = asked.count <= 256 || asked.count < tokens.count / 2
        let texts = isListed ? asked.map { tokens[Int($0)].text } : []
        let scan = EventScan(
            from: Timestamp.start(ofDay: days.lowerBound),
            to: min(Timestamp.start(ofDay: days.upperBound), window.asOf), kinds: .used,
            texts: isListed ? [.tokenID: .anyOf(Set(texts))] : [:], fields: EventFields([.ts, .tokenID] + Self.fields))
        var reader = self
        let clients = history.clients
        try history.scan(scan) { batch in
            let ofToken = batch[.tokenID].values(none: Self.noValue) { text in
                reader.places.known(text).flatMap { isAsked[Int($0)] ? $0 : nil } ?? Self.noValue
            }
            for (place, field) in Self.fields.enumerated() { reader.values[place].begin(batch[field]) }
            for row in 0..<batch.count where ofToken[row] != Self.noValue {
                var numbers = SIMD4<UInt32>(repeating: Self.noValue)
                numbers[0] = ofToken[row]
                for (place, field) in Self.fields.enumerated() {
                    let number = reader.values[place].number(batch[field], row) { Self.spell(field, $0, clients) }
                    if let number { numbers[place + 1] = number }
                }
                body(&reader, Shown(numbers: numbers), batch.ts[row])
            }
        }
        self = reader
    }

    /// What days of the window show. If these are all of them (`isWhole`), then of the tokens only that are settled on
    /// one of them: nothing is new for any other.
    private mutating func shown(on days: Range<Int32>, isWhole: Bool) throws -> [DayShown] {
        var shown = days.map { _ in DayShown() }
        let first = days.lowerBound
        var settled: Set<UInt32> = []
        for (place, day) in days.enumerated() {
            try recent.advance(before: day)
            let latest = Timestamp.start(ofDay: day + 1).minus(settings.settledFor)
            for token in tokens.indices {
                guard let habit = recent.habit(of: tokens[token].number, fewest: settings.settledUses),
                    habit.first < latest
                else { continue }
                shown[place].habits[UInt32(token)] = habit
                settled.insert(UInt32(token))
            }
        }
        try scan(days, of: isWhole ? settled : nil) { _, key, ts in
            shown[Int(Timestamp.day(of: ts) - first)].first.note(key.numbers, ts)
        }
        return shown
    }

    /// Remembers what some days before the window showed, in the order of days.
    private mutating func recallAll(_ days: Range<Int32>) throws {
        for part in Self.parts(of: days) {
            try scan(part, of: nil) { habits, shown, ts in
                for place in Self.fields.indices where shown.value(place) != Self.noValue {
                    habits.known.note(shown.value(place), of: shown.token, place, on: Timestamp.day(of: ts))
                }
            }
        }
    }

    /// The same as far as it matters for what the days of a short window, which ends with the day `last`, show.
    private mutating func recall(_ days: Range<Int32>, for shown: [DayShown], until last: Int32) throws {
        var open = UnresolvedValues(most: settings.mostHabits, remembered: last - settings.memory)
        for shown in shown {
            shown.first.forEach { numbers, _ in
                let key = Shown(numbers: numbers)
                guard shown.habits[key.token] != nil else { return }
                for place in Self.fields.indices where key.value(place) != Self.noValue {
                    open.ask(key.value(place), of: key.token, place)
                }
            }
        }
        var upper = days.upperBound
        for reach in [1, 1 + Self.daysAtOnce, settings.memory] where !open.tokens.isEmpty {
            let lower = max(days.upperBound - reach, days.lowerBound)
            guard lower < upper else { continue }
            try scan(lower..<upper, of: Set(open.tokens)) { habits, shown, ts in
                let day = Timestamp.day(of: ts)
                for place in Self.fields.indices where shown.value(place) != Self.noValue {
                    let value = shown.value(place)
                    guard open.isOpen(shown.token, place) else { continue }
                    let isFirst = habits.known.note(value, of: shown.token, place, on: day)
                    open.saw(value, of: shown.token, place, on: day, isFirst: isFirst)
                }
            }
            open.close()
            upper = lower
        }
    }

    // MARK: News

    private mutating func news(_ shown: DayShown, _ day: Int32) -> [News] {
        var news: [UInt32: News] = [:]
        var settled: Set<UInt32> = []
        shown.first.forEach { numbers, ts in
            let key = Shown(numbers: numbers)
            guard let habit = shown.habits[key.token], ts.minus(habit.first) >= settings.settledFor else { return }
            settled.insert(key.token)
            let new = Self.fields.indices.filter { place in
                key.value(place) != Self.noValue && known.isNew(key.value(place), of: key.token, place, on: day)
            }
            let fields = new.map { Self.fields[$0] }
            guard !fields.isEmpty else { return }
            var one =
                news[key.token]
                ?? News(
                    token: tokens[Int(key.token)].text, day: day, fields: [], values: [:], usesBefore: habit.uses)
            for place in new {
                one.values[Self.fields[place], default: []].insert(values[place][key.value(place)])
            }
            let order = { (list: [EventField]) in list.map(\.rawValue) }
            if fields.count > one.fields.count
                || (fields.count == one.fields.count && order(fields).lexicographicallyPrecedes(order(one.fields)))
            {
                one.fields = fields
            }
            news[key.token] = one
        }
        settledTokens += settled.count
        return Array(news.values)
    }

    /// Remembers what a day showed.
    private mutating func keep(_ shown: DayShown, _ day: Int32) {
        var tokens: Set<UInt32> = []
        shown.first.forEach { numbers, _ in
            let key = Shown(numbers: numbers)
            tokens.insert(key.token)
            for place in Self.fields.indices where key.value(place) != Self.noValue {
                known.note(key.value(place), of: key.token, place, on: day)
            }
        }
        for token in tokens { known.forget(token, before: day) }
    }
}
