import TestSupport
import Events
import Rollups
import Testing

@testable import Detection

/// What is new for a token, counted in the plainest way.
struct HabitTests {
    private static let fields: [EventField] = [.ip, .userAgent, .tool]

    /// Two months of tokens with few and with many habits, at first or later, and now and then something new.
    private func events(_ seed: UInt64) -> [Event] {
        var numbers = SeededRandom(seed)
        var events: [Event] = []
        for token in 0..<25 {
            let habits = Self.fields.map { field in
                (0..<[1, 1, 2, 3, 4, 6].randomElement(using: &numbers)!).map { "\(Self.value(field, token, $0))" }
            }
            let start = Int64.random(in: 0..<(40 * Timestamp.day), using: &numbers)
            let end = Int64.random(in: start...(62 * Timestamp.day), using: &numbers)
            for _ in 0..<[5, 19, 21, 40, 90].randomElement(using: &numbers)! {
                let values = zip(Self.fields, habits).map { field, habit in
                    let isNew = Int.random(in: 0..<60, using: &numbers) == 0
                    if isNew { return Self.value(field, token, Int.random(in: 10..<60, using: &numbers)) }
                    return Bool.random(using: &numbers) ? habit[0] : habit.randomElement(using: &numbers)!
                }
                var event = Event.used(
                    "tok_\(token)", at: Event.time() + Int64.random(in: start...end, using: &numbers), ip: values[0],
                    agent: values[1], tool: values[2])
                // Programs are updated all the time.
                event.texts[.userAgent] = values[1] + "/\(Int.random(in: 1...9, using: &numbers)).0"
                if Int.random(in: 0..<20, using: &numbers) == 0 { event.texts[.userAgent] = nil }
                events.append(event)
            }
        }
        return events.shuffled(using: &numbers).sourced
    }

    private static func value(_ field: EventField, _ token: Int, _ number: Int) -> String {
        switch field {
        case .ip: return "203.0.\(token).\(number)"
        case .userAgent:
            let letters = Array("abcdefghij")
            return "agent-\(letters[number / 10])\(letters[number % 10])"
        default: return "\(field.name) \(number)"
        }
    }

    /// A value without what does not count: a version of a program.
    private static func plain(_ field: EventField, _ value: String) -> Substring {
        field == .userAgent ? value.prefix { $0 != "/" } : value[...]
    }

    /// The tokens with news on the days of a span, as "token day class".
    private func expected(_ events: [Event], _ days: Range<Int32>, until asOf: Int64) -> [String] {
        let names = ["one_new", "two_new", "all_new"]
        var news: [String] = []
        for (token, uses) in Dictionary(grouping: events.filter { $0.ts < asOf }, by: { $0[.tokenID]! }) {
            for day in days {
                let before = uses.filter { ((day - 30)..<day).contains(Timestamp.day(of: $0.ts)) }
                guard before.count >= 20, let first = before.map(\.ts).min() else { continue }
                let most =
                    uses.filter { Timestamp.day(of: $0.ts) == day && $0.ts - first >= 7 * Timestamp.day }.map { use in
                        Self.fields.count { field in
                            let had = Set(before.compactMap { $0[field].map { Self.plain(field, $0) } })
                            let shown = use[field].map { Self.plain(field, $0) }
                            return shown.map { !had.contains($0) && (1...3).contains(had.count) } ?? false
                        }
                    }.max() ?? 0
                if most > 0 { news.append("\(token) \(Timestamp.dayText(day)) \(names[most - 1])") }
            }
        }
        return news.sorted()
    }

    /// Short windows look back as far as they must, wide ones read everything in order: both against the plain count.
    @Test(arguments: 0..<12 as Range<UInt64>)
    func `what is new for a token is what none of the 30 days before showed, in windows of any width`(
        _ seed: UInt64
    ) throws {
        let events = events(seed)
        let history = MemoryHistory(events, batchSize: 97)
        var found = 0
        let first = Timestamp.day(of: Event.time())
        for width in [1, 2, 6, 7, 8, 30, 70] as [Int32] {
            for end in [20, 31, 33, 45, 58, 63] as [Int32] {
                let days = max(first, first + end - width)..<(first + end)
                let window = DetectionWindow(
                    from: Timestamp.start(ofDay: days.lowerBound), to: Timestamp.start(ofDay: days.upperBound),
                    asOf: Timestamp.start(ofDay: days.upperBound))
                let result = try NewSurroundings().detect(in: window, of: history)
                let told = result.findings.map {
                    "\($0.entity.value) \(Timestamp.dayText(Timestamp.day(of: $0.firstSeen))) \($0.class)"
                }
                #expect(told.sorted() == expected(events, days, until: window.asOf))
                found += told.count
            }
        }
        #expect(found > 0)
    }

    /// Of dropped months the rollups keep the last day of each token, but nobody knows what it showed.
    @Test func `uses of dropped months do not make a token settled`() throws {
        let dropped = (0..<25).map { Event.used("tok_1", at: Event.time(day: 1, hour: 6) + Int64($0)) }
        let kept: [Event] = [
            .used("tok_1", at: Event.time(day: 12)), .used("tok_1", at: Event.time(day: 13), tool: "orders.cancel"),
        ]
        let whole = MemoryHistory((dropped + kept).sourced)
        let window = DetectionWindow(from: Event.time(day: 13), to: Event.time(day: 14), asOf: Event.time(day: 14))
        #expect(try NewSurroundings().detect(in: window, of: whole).findings.map(\.class) == ["one_new"])
        let pruned = PrunedHistory(rollups: whole, events: MemoryHistory(kept.sourced))
        #expect(try NewSurroundings().detect(in: window, of: pruned).findings.isEmpty)
    }
}

/// A history of which some events were dropped: what is known of tokens and days stays.
private struct PrunedHistory: History {
    let rollups: MemoryHistory
    let events: MemoryHistory
    let memo = HistoryMemo()

    var coverage: Range<Int64>? { get throws { events.coverage } }

    func tokenDays(on day: Int32) throws -> [TokenDays] { try rollups.tokenDays(on: day) }
    func life(ofToken number: UInt32) throws -> TokenLife? { try rollups.life(ofToken: number) }
    func lives(ofTokens numbers: [UInt32]) throws -> [TokenLife] { try rollups.lives(ofTokens: numbers) }
    func lives(named ids: Set<[UInt8]>) throws -> [TokenLife] { try rollups.lives(named: ids) }
    func tokens(ofPrincipals principals: Set<String>) throws -> [TokenLife] {
        try rollups.tokens(ofPrincipals: principals)
    }
    func firstIssuance(ofKind kind: String?) throws -> Int64? { try rollups.firstIssuance(ofKind: kind) }
    func lastUse(ofToken number: UInt32, beforeDay day: Int32) throws -> Int64? {
        try rollups.lastUse(ofToken: number, beforeDay: day)
    }
    func daysWithEvents(in days: ClosedRange<Int32>) throws -> [Int32] { try events.daysWithEvents(in: days) }
    func scan(_ scan: EventScan, _ body: (EventColumns) throws -> Void) throws { try events.scan(scan, body) }
}
