internal import Columns
internal import Events
internal import Rollups

/// What tokens are used from, with and for, day by day, and what is new on a day.
///
/// Days are read in order, each once, and only what stood on earlier days counts as known: so it does not matter in
/// what order the lines of one day come.
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
    private var tokens = TextNumbers()
    private var values = fields.map { _ in TextNumbers() }
    private var habits: [Habit: Int32] = [:]
    /// By token number and place in `fields`.
    private var known: [[UInt32]] = []
    private var uses: [UseCount] = []

    private struct Habit: Hashable {
        var token: UInt32
        var field: UInt8
        var value: UInt32
    }

    /// The days on which a token was used, within memory, and how often.
    private struct UseCount {
        var first = Int64.max
        var days: [(day: Int32, uses: Int)] = []
    }

    /// A combination that a token showed on a day.
    private struct Shown: Hashable {
        var token: UInt32
        var values: SIMD3<UInt32>
    }

    private static let noValue = UInt32.max

    init(_ settings: NewSurroundings.Settings) { self.settings = settings }

    /// The news of the days of a window, in no promised order.
    mutating func read(_ window: DetectionWindow, _ history: any History) throws -> [News] {
        let days = window.wholeDays
        guard !window.isEmpty, let coverage = try history.coverage,
            max(days.lowerBound, coverage.lowerBound) < min(days.upperBound, coverage.upperBound) else { return [] }
        let first = Timestamp.day(of: max(days.lowerBound, coverage.lowerBound))
        let last = Timestamp.day(of: min(days.upperBound, coverage.upperBound) - 1)
        // All who name no credential have one name in common, and no habits.
        let named = try ActiveTokens(history: history, window: window).read().filter { !$0.life.isAnonymous }
        let active = Set(named.map { Array($0.life.tokenID.utf8) })
        var news: [News] = []
        var day = max(first - settings.memory, Timestamp.day(of: coverage.lowerBound))
        while day <= last {
            // Some days at a time: few scans, and memory for what these days show only.
            let days = day...min(last, day + 6)
            let read = try read(days, active, window, history)
            for (day, (shown, counts)) in zip(days, read) {
                if day >= first { news += self.news(shown, day).filter { active.contains($0.token) } }
                keep(shown, counts, day)
            }
            day += 7
        }
        return news
    }

    /// A value as habits tell values apart: an address by its network.
    func spelled(_ batch: EventColumns, _ field: EventField, _ row: Int) -> [UInt8]? {
        batch[field].bytes(at: row).map { Self.spell(field, $0) }
    }

    private static func spell(_ field: EventField, _ text: ArraySlice<UInt8>) -> [UInt8] {
        guard field == .ip else { return Array(text) }
        return IPKey(bytes: text).map { Array($0.text.utf8) } ?? Array(text)
    }

    /// A list of so many tokens costs a scan more than it spares.
    private static let manyTokens = 256

    /// What some days show of the tokens that are asked for, and how often each was used, day by day.
    private mutating func read(
        _ days: ClosedRange<Int32>, _ active: Set<[UInt8]>, _ window: DetectionWindow, _ history: any History
    ) throws -> [(shown: [Shown: Int64], counts: [UInt32: Int])] {
        var read = days.map { _ in (shown: [Shown: Int64](), counts: [UInt32: Int]()) }
        let scan = EventScan(
            from: Timestamp.start(ofDay: days.lowerBound),
            to: min(Timestamp.start(ofDay: days.upperBound + 1), window.asOf), kinds: .used,
            texts: active.count > Self.manyTokens ? [:] : [.tokenID: .anyOf(active)],
            fields: EventFields([.ts, .tokenID] + Self.fields))
        try history.scan(scan) { batch in
            tokens.begin(batch[.tokenID])
            for (place, field) in Self.fields.enumerated() { values[place].begin(batch[field]) }
            for row in 0..<batch.count {
                guard let token = tokens.number(batch[.tokenID], row) else { continue }
                var combination = SIMD3<UInt32>(repeating: Self.noValue)
                for (place, field) in Self.fields.enumerated() {
                    combination[place] =
                        values[place].number(batch[field], row) { Self.spell(field, $0) } ?? Self.noValue
                }
                let key = Shown(token: token, values: combination)
                let ts = batch.ts[row]
                let day = Int(Timestamp.day(of: ts) - days.lowerBound)
                read[day].shown[key] = min(read[day].shown[key] ?? .max, ts)
                read[day].counts[token, default: 0] += 1
            }
        }
        return read
    }

    private mutating func news(_ shown: [Shown: Int64], _ day: Int32) -> [News] {
        var news: [UInt32: News] = [:]
        var settled: Set<UInt32> = []
        for (key, ts) in shown {
            guard let before = usesIfSettled(key.token, ts, day) else { continue }
            settled.insert(key.token)
            let new = Self.fields.indices.filter { isNew(key, $0, day) }
            let fields = new.map { Self.fields[$0] }
            guard !fields.isEmpty else { continue }
            let token = tokens.texts[Int(key.token)]
            var one = news[key.token]
                ?? News(token: token, day: day, fields: [], values: [:], usesBefore: before)
            for place in new {
                one.values[Self.fields[place], default: []].insert(values[place].texts[Int(key.values[place])])
            }
            let order = { (list: [EventField]) in list.map(\.rawValue) }
            if fields.count > one.fields.count
                || (fields.count == one.fields.count && order(fields).lexicographicallyPrecedes(order(one.fields))) {
                one.fields = fields
            }
            news[key.token] = one
        }
        settledTokens += settled.count
        return Array(news.values)
    }

    /// How often a token was used before the day, within memory, if that makes it settled.
    private func usesIfSettled(_ token: UInt32, _ ts: Int64, _ day: Int32) -> Int? {
        guard Int(token) < uses.count else { return nil }
        let count = uses[Int(token)].days.reduce(0) { $0 + ($1.day >= day - settings.memory ? $1.uses : 0) }
        let isSettled = count >= settings.settledUses && ts.minus(uses[Int(token)].first) >= settings.settledFor
        return isSettled ? count : nil
    }

    private func isNew(_ key: Shown, _ place: Int, _ day: Int32) -> Bool {
        let value = key.values[place]
        guard value != Self.noValue else { return false }
        let habit = Habit(token: key.token, field: UInt8(place), value: value)
        if let last = habits[habit], last >= day - settings.memory { return false }
        // A token that roams has thousands of values, of which the first few found settle it: the latest are live.
        var had = 0
        for value in known[Int(key.token) * Self.fields.count + place].reversed() {
            let habit = Habit(token: key.token, field: UInt8(place), value: value)
            guard let last = habits[habit], last >= day - settings.memory else { continue }
            had += 1
            if had > settings.mostHabits { return false }
        }
        return had > 0
    }

    /// Remembers what a day showed.
    private mutating func keep(_ shown: [Shown: Int64], _ counts: [UInt32: Int], _ day: Int32) {
        while uses.count < tokens.texts.count {
            uses.append(UseCount())
            known += Self.fields.map { _ in [] }
        }
        for (key, ts) in shown {
            uses[Int(key.token)].first = min(uses[Int(key.token)].first, ts)
            for place in 0..<Self.fields.count where key.values[place] != Self.noValue {
                let habit = Habit(token: key.token, field: UInt8(place), value: key.values[place])
                if habits.updateValue(day, forKey: habit) == nil {
                    known[Int(key.token) * Self.fields.count + place].append(key.values[place])
                }
            }
        }
        for token in counts.keys where known[Int(token) * Self.fields.count].count > Self.manyValues {
            forget(token, day)
        }
        for (token, count) in counts {
            uses[Int(token)].days.removeAll { $0.day < day - settings.memory }
            uses[Int(token)].days.append((day, count))
        }
    }

    private static let manyValues = 256

    /// Drops the addresses of a token that are no habit any more.
    private mutating func forget(_ token: UInt32, _ day: Int32) {
        known[Int(token) * Self.fields.count].removeAll { value in
            let habit = Habit(token: token, field: 0, value: value)
            guard let last = habits[habit], last < day - settings.memory else { return false }
            habits[habit] = nil
            return true
        }
    }
}
