import TestSupport
import Events
import Testing

@testable import Detection

/// What must hold for every history, on seeded random ones.
struct PropertyTests {
    private static let dormancy = 3 * Timestamp.day

    private func dormant(_ semantics: DormantTokenReactivation.Settings.Semantics = .gap) -> DormantTokenReactivation {
        var settings = DormantTokenReactivation.Settings()
        settings.dormancy = Self.dormancy
        settings.semantics = semantics
        settings.past = 5 * Timestamp.day
        return DormantTokenReactivation(settings)
    }

    private var failed: FailedVerificationByIP { FailedVerificationByIP(RandomHistories.smallSettings) }

    private func cases(_ seed: UInt64) -> [(detector: any Detector, events: [Event])] {
        [
            (dormant(), RandomHistories.uses(seed, dormancy: Self.dormancy)),
            (failed, RandomHistories.failures(seed)),
        ]
    }

    private func span(_ events: [Event]) -> Range<Int64> {
        (events.map { $0.ts }.min() ?? 0)..<(events.map { $0.ts }.max() ?? 0) + 1
    }

    // MARK: Against the definition

    @Test(arguments: 0..<40 as Range<UInt64>)
    func `dormant tokens are exactly those of the definition`(_ seed: UInt64) throws {
        let events = RandomHistories.uses(seed, dormancy: Self.dormancy)
        let oracle = DormantTokenOracle(events: events, dormancy: Self.dormancy)
        let history = MemoryHistory(events, batchSize: 9)
        for tile in RandomHistories.tiles(span(events), 6, seed) {
            let window = DetectionWindow(from: tile.lowerBound, to: tile.upperBound, asOf: tile.upperBound)
            let result = try dormant().detect(in: window, of: history)
            let expected = oracle.gaps(in: window)
            let told = expected.filter { !["first_use", "insufficient_history"].contains($0.class) }
            #expect(answers(result) == told)
            for kind in ["first_use", "insufficient_history"] {
                #expect(result.counts[kind] == .int(expected.filter { $0.class == kind }.count))
            }
        }
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func `literal findings are exactly those of the dashboard question`(_ seed: UInt64) throws {
        let events = RandomHistories.uses(seed, dormancy: Self.dormancy)
        let oracle = DormantTokenOracle(events: events, dormancy: Self.dormancy)
        let history = MemoryHistory(events, batchSize: 9)
        var numbers = SeededRandom(seed)
        for _ in 0..<6 {
            let end = Int64.random(in: span(events), using: &numbers)
            let widths: [Int64] = [Timestamp.day, Timestamp.hour, 5 * Timestamp.day]
            let recent = widths.randomElement(using: &numbers) ?? 0
            let window = DetectionWindow(asOf: end, recent: recent)
            let found = try dormant(.literal).detect(in: window, of: history)
            #expect(answers(found) == oracle.literal(in: window))
        }
    }

    private func answers(_ result: DetectionResult) -> Set<DormantTokenOracle.Answer> {
        Set(
            result.findings.map { finding in
                var previous: Int64?
                if case .time(let time) = finding.context["previous_use"] { previous = time }
                return DormantTokenOracle.Answer(
                    token: finding.entity.value, use: finding.firstSeen, previous: previous, class: finding.class)
            })
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func `failures are judged exactly as the rules say`(_ seed: UInt64) throws {
        let events = RandomHistories.failures(seed)
        let history = MemoryHistory(events, batchSize: 17)
        for tile in RandomHistories.tiles(span(events), 3, seed) {
            let window = DetectionWindow(from: tile.lowerBound, to: tile.upperBound, asOf: tile.upperBound)
            let oracle = FailureOracle(events, RandomHistories.smallSettings, asOf: window.asOf)
            let found = try failed.detect(in: window, of: history).findings.map { finding in
                let name = finding.class == "success_after" ? "accepted_credentials" : "failures"
                guard case .int(let number) = finding.context[name] else { throw Missing(name: name) }
                return FailureOracle.Answer(
                    class: finding.class, entity: finding.entity.value, first: finding.firstSeen,
                    last: finding.lastSeen, number: number)
            }
            #expect(Set(found).symmetricDifference(oracle.answers(in: window)).isEmpty)
            #expect(Set(found).count == found.count)
        }
    }

    private struct Missing: Error { var name: String }

    @Test func `the random histories hold every class`() throws {
        var classes: Set<String> = []
        for seed in 0..<20 as Range<UInt64> {
            for (detector, events) in cases(seed) {
                let all = DetectionWindow(from: .min, to: .max, asOf: span(events).upperBound)
                classes.formUnion(try detector.detect(in: all, of: MemoryHistory(events)).findings.map { $0.class })
            }
        }
        #expect(
            classes == [
                "dormant_reactivated", "dormant_from_birth", "unknown_origin", "credential_stuffing", "brute_force",
                "broken_client", "volume", "distributed", "success_after", "stuffing_slow", "credential_replay",
                "scope_probe", "login_guessing",
            ])
    }

    // MARK: Of windows and order

    @Test(arguments: 0..<40 as Range<UInt64>)
    func `the windows of any tiling together tell what the whole span tells`(_ seed: UInt64) throws {
        for (detector, events) in cases(seed) {
            let history = MemoryHistory(events, batchSize: 13)
            let span = span(events)
            let whole = try detector.detect(
                in: DetectionWindow(from: span.lowerBound, to: span.upperBound, asOf: span.upperBound), of: history)
            var told: [String: Finding] = [:]
            for tile in RandomHistories.tiles(span, 9, seed &+ 1) {
                let window = DetectionWindow(from: tile.lowerBound, to: tile.upperBound, asOf: span.upperBound)
                for finding in try detector.detect(in: window, of: history).findings {
                    #expect(told[finding.id] == nil || told[finding.id] == finding)
                    told[finding.id] = finding
                }
            }
            #expect(whole.findings.filter { told[$0.id] != $0 }.isEmpty)
            #expect(told.values.filter { one in !whole.findings.contains { $0.id == one.id } }.isEmpty)
        }
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func `runs one after the other find every reactivation under its one id`(_ seed: UInt64) throws {
        let events = RandomHistories.uses(seed, dormancy: Self.dormancy)
        let history = MemoryHistory(events, batchSize: 13)
        let span = span(events)
        let whole = try dormant().detect(
            in: DetectionWindow(from: span.lowerBound, to: span.upperBound, asOf: span.upperBound), of: history)
        var ids: [String] = []
        for tile in RandomHistories.tiles(span, 9, seed) {
            let window = DetectionWindow(from: tile.lowerBound, to: tile.upperBound, asOf: tile.upperBound)
            ids += try dormant().detect(in: window, of: history).findings.map { $0.id }
        }
        #expect(ids.sorted() == whole.findings.map { $0.id }.sorted())
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func `order, batches and late arrival do not change a single field`(_ seed: UInt64) throws {
        for (detector, events) in cases(seed) {
            var numbers = SeededRandom(seed)
            let end = Int64.random(in: span(events), using: &numbers)
            let window = DetectionWindow(from: .min, to: end, asOf: end)
            let sorted = events.sorted { $0.ts < $1.ts }
            let expected = try detector.detect(in: window, of: MemoryHistory(sorted, batchSize: 1000))
            // Some come late: after everything else, in batches of their own.
            let late = sorted.filter { $0.sourceOffset % 700 == 0 }
            let onTime = sorted.filter { $0.sourceOffset % 700 != 0 }
            let orders: [([Event], Int)] = [
                (sorted.reversed(), 1), (events, 5), (events.shuffled(using: &numbers), 64), (onTime + late, 20),
            ]
            for (order, batch) in orders {
                let result = try detector.detect(in: window, of: MemoryHistory(order, batchSize: batch))
                #expect(result == expected)
            }
        }
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func `nothing at or after the time of looking makes a difference`(_ seed: UInt64) throws {
        for (detector, events) in cases(seed) {
            var numbers = SeededRandom(seed &+ 7)
            let end = Int64.random(in: span(events), using: &numbers)
            let window = DetectionWindow(from: .min, to: .max, asOf: end)
            let known = events.filter { $0.ts < end }
            #expect(
                try detector.detect(in: window, of: MemoryHistory(events, batchSize: 30))
                    == detector.detect(in: window, of: MemoryHistory(known, batchSize: 30)))
        }
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func `literal findings with an earlier use are findings of the gap form`(_ seed: UInt64) throws {
        let events = RandomHistories.uses(seed, dormancy: Self.dormancy)
        let history = MemoryHistory(events)
        var numbers = SeededRandom(seed)
        for _ in 0..<8 {
            let window = DetectionWindow(asOf: Int64.random(in: span(events), using: &numbers))
            let literal = try dormant(.literal).detect(in: window, of: history).findings
            let gaps = Set(try dormant().detect(in: window, of: history).findings.map { $0.id })
            let old = literal.filter { $0.context["previous_use"] != nil }
            #expect(old.allSatisfy { gaps.contains($0.id) })
        }
    }

    @Test func `late data that fills a silence takes the finding away, and data that opens one brings it`() throws {
        let u = Event.time(day: 10, hour: 4)
        let before: [Event] = [.used("t", at: u - 2 * Self.dormancy), .used("t", at: u)]
        let window = DetectionWindow(asOf: u + 1)
        #expect(try dormant().detect(in: window, of: MemoryHistory(before.sourced)).findings.count == 1)
        let filled = before + [.used("t", at: u - Timestamp.day)]
        #expect(try dormant().detect(in: window, of: MemoryHistory(filled.sourced)).findings.isEmpty)
    }
}
