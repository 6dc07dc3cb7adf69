import Events
import TestSupport
import Testing

@testable import Detection

/// Surges of a day, counted in the plainest way.
struct DailySurgeTests {
    private func settings() -> DetectorSettings.Burst {
        var settings = DetectorSettings.Burst()
        (settings.limit, settings.daily, settings.factor, settings.memory, settings.activeDays) = (100, 9, 3, 12, 3)
        return settings
    }

    /// Two months of admins who issue and revoke, some of it by rotation.
    private func events(_ seed: UInt64) -> [Event] {
        var numbers = SeededRandom(seed)
        var events: [Event] = []
        for actor in 0..<5 {
            let usual = [1, 2, 4].randomElement(using: &numbers)!
            for day in 0..<60 as Range<Int64> where Int.random(in: 0..<3, using: &numbers) > 0 {
                let isBusy = Int.random(in: 0..<6, using: &numbers) == 0
                let count = isBusy ? Int.random(in: 6..<16, using: &numbers) : usual
                for number in 0..<count {
                    let at = Event.time(day: day) + Int64.random(in: 0..<Timestamp.day, using: &numbers)
                    let token = "tok_\(actor)_\(day)_\(number)"
                    let principal = "partner:p\(Int.random(in: 0..<40, using: &numbers))"
                    var event = Event.issued(token, at: at, to: principal)
                    event.expiresAt = at + Int64.random(in: 5..<90, using: &numbers) * Timestamp.day
                    event.texts[.actor] = "admin:\(actor)"
                    events.append(event)
                    if Int.random(in: 0..<3, using: &numbers) > 0 {
                        let end = at + Int64.random(in: 0..<(10 * Timestamp.day), using: &numbers)
                        events.append(.revoked(token, at: end, by: "admin:\(actor)"))
                    }
                }
            }
        }
        return events.shuffled(using: &numbers).sourced
    }

    /// The tokens that replace, or were replaced: of one principal, each place taken once.
    private func pairs(_ issues: [Event], _ span: (Event) -> ClosedRange<Int64>?) -> [(new: String, old: String)] {
        var taken: Set<String> = [], pairs: [(new: String, old: String)] = []
        for new in issues.sorted(by: { ($0.ts, $0[.tokenID]!) < ($1.ts, $1[.tokenID]!) }) {
            let old = issues.filter { old in
                guard old[.principal] == new[.principal], old.ts < new.ts, !taken.contains(old[.tokenID]!),
                    let span = span(old)
                else { return false }
                return span.contains(new.ts)
            }.min { span($0)!.upperBound < span($1)!.upperBound }
            guard let old else { continue }
            taken.insert(old[.tokenID]!)
            pairs.append((new[.tokenID]!, old[.tokenID]!))
        }
        return pairs
    }

    private func expected(_ deeds: [Event], without rotated: Set<String>, _ days: Range<Int32>) -> [String] {
        let settings = settings()
        return Dictionary(grouping: deeds) { $0[.actor]! }.flatMap { actor, deeds in
            days.filter { day in
                let counted = deeds.filter { !rotated.contains($0[.tokenID]!) }.map(\.ts)
                let peak =
                    counted.filter { Timestamp.day(of: $0) == day }.map { last in
                        counted.count { $0 <= last && $0 > last - Timestamp.day }
                    }.max() ?? 0
                let before = deeds.map { Timestamp.day(of: $0.ts) }.filter {
                    ((day - 1 - settings.memory)..<(day - 1)).contains($0)
                }
                let most = Dictionary(grouping: before) { $0 }.values.map(\.count).max() ?? 0
                return peak >= settings.daily && peak >= settings.factor * most
                    && Set(before).count >= settings.activeDays
            }.map { "\(actor) \(Timestamp.dayText($0))" }
        }.sorted()
    }

    @Test(arguments: 0..<8 as Range<UInt64>)
    func `a surge of a day is what the definition says, in windows of any width`(_ seed: UInt64) throws {
        let events = events(seed), history = MemoryHistory(events, batchSize: 23)
        let issues = events.filter { $0.kind == .issued }, revocations = events.filter { $0.kind == .revoked }
        let revoked = Dictionary(uniqueKeysWithValues: revocations.map { ($0[.tokenID]!, $0.ts) })
        let week = 7 * Timestamp.day
        let replacing = pairs(issues) { old in
            let end = old.expiresAt!, from = end - (end - old.ts) / 3
            return from...max(from, min(end + week, revoked[old[.tokenID]!].map { $0 + week } ?? .max))
        }
        let replaced = pairs(issues) { old in
            revoked[old[.tokenID]!].map { $0 - week...$0 + week }
        }
        let first = Timestamp.day(of: Event.time())
        var found = 0
        for width in [1, 2, 11, 60] as [Int32] {
            for end in [15, 30, 44, 60] as [Int32] {
                let days = max(first, first + end - width)..<(first + end)
                let window = DetectionWindow(
                    from: Timestamp.start(ofDay: days.lowerBound), to: Timestamp.start(ofDay: days.upperBound),
                    asOf: Event.time(day: 80))
                func told(_ detector: any Detector, _ name: String) throws -> [String] {
                    try detector.detect(in: window, of: history).findings.filter { $0.class == name }.map { one in
                        "\(one.entity.value) \(Timestamp.dayText(Timestamp.day(of: one.lastSeen)))"
                    }.sorted()
                }
                let issued = try told(MassIssuance(settings()), "issue_surge")
                #expect(issued == expected(issues, without: Set(replacing.map(\.new)), days), "\(width) to \(end)")
                let taken = try told(RevokeStorm(settings()), "revoke_surge")
                #expect(taken == expected(revocations, without: Set(replaced.map(\.old)), days), "\(width) to \(end)")
                found += issued.count + taken.count
            }
        }
        #expect(found > 0)
    }

    @Test func `who has no habits is counted, and a burst of an hour is told once`() throws {
        let burst = (0..<31).map { Event.issued("tok_\($0)", at: Event.time(day: 20, minute: Int64($0))) }
        let habit = (8..<16 as Range<Int64>).map { Event.issued("tok_h\($0)", at: Event.time(day: $0)) }
        func run(_ events: [Event]) throws -> DetectionResult {
            try MassIssuance().detect(
                in: DetectionWindow(asOf: Event.time(day: 20, hour: 12)), of: MemoryHistory(events.sourced))
        }
        let young = try run(burst)
        #expect(young.findings.map(\.class) == ["mass_issuance"] && young.counts["insufficient_history"] == .int(1))
        #expect(try run(burst + habit).findings.map(\.class) == ["mass_issuance"])
    }
}
