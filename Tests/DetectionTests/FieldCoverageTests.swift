import Events
import Testing

@testable import Detection

/// What detectors say of fields that a log lacks.
struct FieldCoverageTests {
    private func notes(_ events: [Event], _ detector: any Detector) throws -> [String] {
        let window = DetectionWindow(asOf: Event.time(day: 1))
        let coverage = try FieldCoverage(
            Detectors.all().map(\.card), in: window, of: MemoryHistory(events.sourced, batchSize: 3))
        return coverage.notes(for: detector.card).map(\.text)
    }

    @Test func `the share of events that lack a field is named, by kind`() throws {
        let events = (0..<6).map { (number: Int) -> Event in
            var event = Event.used("tok_1", at: Event.time(hour: Int64(number)))
            if number > 0 { event.texts[.ip] = nil }
            if number == 5 { event.texts[.userAgent] = nil }
            return event
        }
        #expect(
            try notes(events, NewSurroundings()) == [
                "not evaluable: `ip` absent on 83 % of `used`", "not evaluable: `user_agent` absent on 16 % of `used`",
            ])
        #expect(try notes(events, MassIssuance()).isEmpty)
    }

    @Test func `kinds of events that belong together are named together`() throws {
        var events: [Event] = [
            .issued("tok_1", at: Event.time(hour: 1)), .exchanged("at_1", at: Event.time(hour: 2)),
            .exchanged("at_2", at: Event.time(hour: 3)),
        ]
        for place in 1...2 { events[place].texts[.principal] = nil }
        #expect(
            try notes(events, ScopeEscalation()).contains(
                "not evaluable: `principal` absent on 66 % of `issued`, `exchanged` and `refreshed`"))
    }

    @Test func `tokens whose issuance nobody logged are counted, and what an issuance leaves out of the others`() throws
    {
        var issued = Event.issued("tok_1", at: Event.time(hour: 1))
        issued.expiresAt = nil
        let events: [Event] = [
            issued, .used("tok_1", at: Event.time(hour: 2)), .used("tok_2", at: Event.time(hour: 3)),
            .used("tok_3", at: Event.time(hour: 3)), .used("tok_4", at: Event.time(hour: 3)),
        ]
        #expect(
            try notes(events, UseAfterExpiry()) == [
                "not evaluable: no issuance was logged of 75 % of the tokens used",
                "not evaluable: the issuance names no `expires_at` for 100 % of the tokens used whose issuance was logged",
            ])
    }

    @Test func `callers without a credential lack no principal, and less than one in a hundred is not worth a note`()
        throws
    {
        var anonymous = Event.used("anonymous", at: Event.time(hour: 2))
        anonymous.texts[.kind] = "anonymous"
        var named = Event.used("tok_1", at: Event.time(hour: 1))
        named.texts[.principal] = "partner:acme"
        var nobody = named
        nobody.texts[.principal] = nil
        let issuance = Event.issued("tok_1", at: Event.time())
        let used = "not evaluable: `principal` absent on"
        func told(_ events: [Event]) throws -> [String] {
            try notes([issuance] + events, PrincipalMismatch()).filter { $0.hasPrefix(used) }
        }
        #expect(try told([anonymous, named]).isEmpty)
        // The word alone says so where a log names no kinds.
        anonymous.texts[.kind] = nil
        #expect(try told([anonymous, named]).isEmpty)
        #expect(try told([Event](repeating: named, count: 100) + [nobody]).isEmpty)
        #expect(try told([Event](repeating: named, count: 99) + [nobody]) == [used + " 1 % of `used`"])
    }

    @Test func `tokens that come only later than the time of looking are not counted`() throws {
        let events: [Event] = [
            .issued("tok_1", at: Event.time(hour: 1)), .used("tok_1", at: Event.time(hour: 2)),
            .issued("tok_2", at: Event.time(hour: 13)), .used("tok_2", at: Event.time(hour: 14)),
        ]
        let noon = Event.time(hour: 12)
        let coverage = try FieldCoverage(
            [UseAfterExpiry.card], in: DetectionWindow(asOf: noon), of: MemoryHistory(events.sourced))
        #expect(coverage.notes(for: UseAfterExpiry.card).isEmpty)
    }
}
