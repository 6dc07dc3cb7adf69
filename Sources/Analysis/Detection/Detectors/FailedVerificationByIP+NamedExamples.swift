internal import Events
internal import Model

/// Classes that look at which token was refused, at weeks, and at addresses that many share.
extension FailedVerificationByIP {
    private static let start = Event.time(day: 40, hour: 3)
    private static let asOf = Event.time(day: 41)

    private static func refused(_ token: String, _ reason: String, minute: Int64, tool: String? = nil) -> Event {
        var event = Event.failed(
            at: start + minute * Timestamp.minute, ip: "198.51.100.23", token: token, reason: reason)
        event.texts[.tool] = tool
        return event
    }

    /// Failures on new credentials, every some hours for some days up to `start`.
    private static func weekly(_ count: Int64, everyHours hours: Int64, reason: String = "hash_mismatch") -> [Event] {
        (0..<count).map { number in
            .failed(
                at: start - number * hours * Timestamp.hour, ip: "198.51.100.23", presented: "fp\(number)",
                reason: reason)
        }
    }

    /// Uses from one address by some principals, a day before.
    private static func office(_ principals: Int64) -> [Event] {
        (0..<principals).map { number in
            var use = Event.used("tok_\(number)", at: start - (30 + number) * Timestamp.hour, ip: "198.51.100.23")
            use.texts[.principal] = "user:\(number)"
            return use
        }
    }

    /// Failures from the /64 of one /56, one after the other.
    private static func network(_ members: Int64) -> [Event] {
        (0..<30).map { number in
            .failed(
                at: start + number * Timestamp.minute,
                ip: "2001:db8:7:1\(String(number % members, radix: 16))::1", presented: "fp\(number)",
                agent: "agent/\(number % 10)")
        }
    }

    static let byName: [DetectorExample] = [
        DetectorExample(
            "credentials tried from eight /64 of one /56, a few from each, are stuffing by that network", asOf: asOf,
            events: network(8), expected: [.init("credential_stuffing", "2001:db8:7::/56", .high)]),
        DetectorExample(
            "from seven /64 they are not", asOf: asOf, events: network(7), expected: []),
        DetectorExample(
            "a revoked token tried from elsewhere with another program is a replay", asOf: asOf,
            events: [
                .used("tok_1", at: Event.time(day: 3)), .revoked("tok_1", at: Event.time(day: 4)),
                refused("tok_1", "revoked", minute: 0), refused("tok_1", "revoked", minute: 2),
            ],
            expected: [.init("credential_replay", "198.51.100.23", .high)]),
        DetectorExample(
            "an expired token tried with its usual program, from its usual address, or never used stays quiet",
            asOf: asOf,
            events: [
                .used("tok_1", at: Event.time(day: 3), agent: "python-requests/2.32"),
                .used("tok_2", at: Event.time(day: 3), ip: "198.51.100.23"), refused("tok_1", "expired", minute: 0),
                refused("tok_2", "expired", minute: 3), refused("tok_3", "expired", minute: 6),
            ],
            expected: []),
        DetectorExample(
            "a token refused for its scopes on five tools in ten minutes is a probe", asOf: asOf,
            events: (Int64(0)..<5).map { refused("tok_1", "missing_scope", minute: $0 * 2, tool: "tool.\($0)") },
            expected: [.init("scope_probe", "198.51.100.23", .high)]),
        DetectorExample(
            "a probe at even distances by a token that worked there before is no broken client as well", asOf: asOf,
            events: [.used("tok_1", at: start - Timestamp.minute, ip: "198.51.100.23")]
                + (Int64(0)..<8).map { refused("tok_1", "missing_scope", minute: $0, tool: "tool.\($0)") },
            expected: [.init("scope_probe", "198.51.100.23", .high)]),
        DetectorExample(
            "four tools in ten minutes, or five in eleven, are no probe", asOf: asOf,
            events: (0..<4).map { refused("tok_1", "missing_scope", minute: $0 * 2, tool: "tool.\($0)") }
                + (0..<5).map { refused("tok_2", "missing_scope", minute: 60 + $0 * 3, tool: "tool.\($0)") },
            expected: []),
        DetectorExample(
            "forty credentials over a week, one every four hours, are slow stuffing", asOf: asOf,
            events: weekly(40, everyHours: 4),
            expected: [.init("stuffing_slow", "198.51.100.23", .medium)]),
        DetectorExample(
            "forty expired tokens over a week stay quiet", asOf: asOf,
            events: weekly(40, everyHours: 4, reason: "expired"), expected: []),
        DetectorExample(
            "thirty mistyped credentials in an office of twelve, which works on, stay quiet", asOf: asOf,
            events: office(12)
                + (Int64(0)..<30).flatMap { number -> [Event] in
                    let time = start + number * Timestamp.minute
                    return [
                        .failed(at: time, ip: "198.51.100.23", presented: "fp\(number)"),
                        .used("tok_1", at: time + 1, ip: "198.51.100.23"),
                        .used("tok_2", at: time + 2, ip: "198.51.100.23"),
                    ]
                },
            expected: []),
        DetectorExample(
            "thirty credentials tried from an office of twelve in which nobody works are stuffing all the same",
            asOf: asOf,
            events: office(12)
                + (Int64(0)..<30).map {
                    .failed(at: start + $0 * Timestamp.minute, ip: "198.51.100.23", presented: "fp\($0)")
                },
            expected: [.init("credential_stuffing", "198.51.100.23", .high)]),
    ]
}
