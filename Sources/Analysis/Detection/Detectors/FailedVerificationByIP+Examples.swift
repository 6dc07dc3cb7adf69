internal import Events
internal import Model

extension FailedVerificationByIP {
    /// The time at which everything in the examples starts.
    private static let start = Event.time(day: 40, hour: 3)
    private static let asOf = Event.time(day: 41)

    /// Failures from one address, evenly spaced, each on a credential of its own unless one is given.
    private static func failures(
        _ count: Int, every seconds: Int64, ip: String = "198.51.100.23", presented: String? = nil,
        token: String? = nil, reason: String = "hash_mismatch", agent: String = "python-requests/2.32"
    ) -> [Event] {
        (0..<count).map { number in
            .failed(
                at: start + Int64(number) * seconds * Timestamp.second, ip: ip,
                presented: token == nil ? presented ?? "fp\(number)" : nil, token: token, reason: reason, agent: agent)
        }
    }

    package static let examples: [DetectorExample] = byCount + byName

    private static let byCount: [DetectorExample] = [
        DetectorExample(
            "thirty credentials in a minute from one address are stuffing", asOf: asOf,
            events: failures(30, every: 2),
            expected: [.init("credential_stuffing", "198.51.100.23", .high)]),
        DetectorExample(
            "thirty credentials over seven hours are stuffing as well", asOf: asOf,
            events: failures(30, every: 840),
            expected: [.init("credential_stuffing", "198.51.100.23", .high)]),
        DetectorExample(
            "addresses of one IPv6 /64 are one client", asOf: asOf,
            events: failures(30, every: 2).enumerated().map { number, event in
                var event = event
                event.texts[.ip] = "2001:db8:7:1::\(String(number + 1, radix: 16))"
                return event
            },
            expected: [.init("credential_stuffing", "2001:db8:7:1::/64", .high)]),
        DetectorExample(
            "forty attempts on one credential in two minutes are brute force", asOf: asOf,
            events: failures(40, every: 3, presented: "fp"),
            expected: [.init("brute_force", "198.51.100.23", .medium)]),
        DetectorExample(
            "a program that goes on with a token that worked before is a broken client", asOf: asOf,
            events: [.used("tok_worn", at: start - Timestamp.hour, ip: "203.0.113.7")]
                + failures(40, every: 3, ip: "203.0.113.7", token: "tok_worn", reason: "expired"),
            expected: [.init("broken_client", "203.0.113.7", .info)]),
        DetectorExample(
            "denials of a known credential are no guessing, and nobody came in after them", asOf: asOf,
            events: failures(40, every: 3, token: "tok_worker", reason: "missing_scope")
                + failures(40, every: 3, token: "tok_worker", reason: "AccessDenied")
                + [.used("tok_other", at: start + Timestamp.hour, ip: "198.51.100.23")],
            expected: []),
        DetectorExample(
            "attempts that the server refused to look at hide no stuffing, and are none", asOf: asOf,
            events: failures(30, every: 2) + failures(200, every: 1, reason: "rate_limited")
                + failures(200, every: 1, ip: "203.0.113.9", reason: "Too Many Requests"),
            expected: [.init("credential_stuffing", "198.51.100.23", .high)]),
        DetectorExample(
            "one agent on ten addresses with three credentials each is a campaign", asOf: asOf,
            events: failures(30, every: 60).enumerated().map { number, event in
                var event = event
                event.texts[.ip] = "198.51.100.\(number % 10)"
                return event
            },
            expected: [.init("distributed", "python-requests/2.32", .high)]),
        DetectorExample(
            "a program that fails at all callers, from where they were let in before, was deployed badly", asOf: asOf,
            events: failures(40, every: 60).enumerated().map { number, event in
                var event = event
                event.texts[.ip] = "100.64.\(number % 10).7"
                return event
            } + (0..<10).map { .used("tok_\($0)", at: Event.time(day: 30), ip: "100.64.\($0).7") },
            expected: []),
        DetectorExample(
            "an accepted use after stuffing, by a credential new to the address, is critical", asOf: asOf,
            events: failures(30, every: 2) + [
                .used("tok_guessed", at: start + Timestamp.hour, ip: "198.51.100.23", agent: "python-requests/2.32")
            ],
            expected: [
                .init("success_after", "198.51.100.23", .critical),
                .init("credential_stuffing", "198.51.100.23", .high),
            ]),
        DetectorExample(
            "ten refused logins in five minutes are guesses", asOf: asOf,
            events: failures(10, every: 33).map { event in
                var event = event
                event.texts[.kind] = "session"
                event.texts[.reason] = "wrong_password"
                return event
            },
            expected: [.init("login_guessing", "198.51.100.23", .low)]),
        DetectorExample(
            "nine refused logins in five minutes, and ten over six, stay quiet", asOf: asOf,
            events: (failures(9, every: 33) + failures(10, every: 34, ip: "203.0.113.9")).map { event in
                var event = event
                event.texts[.kind] = "session"
                event.texts[.reason] = "wrong_password"
                return event
            },
            expected: []),
        DetectorExample(
            "twenty failures in an hour that name no credential are volume", asOf: asOf,
            events: failures(20, every: 120).map { event in
                var event = event
                event.texts[.presented] = nil
                return event
            },
            expected: [.init("volume", "198.51.100.23", .low)]),
        DetectorExample(
            "a broken client that works again with a new token stays what it was", asOf: asOf,
            events: [.used("tok_worn", at: start - Timestamp.hour, ip: "203.0.113.7")]
                + failures(10, every: 60, ip: "203.0.113.7", token: "tok_worn", reason: "expired")
                + [.used("tok_fresh", at: start + Timestamp.hour, ip: "203.0.113.7")],
            expected: [.init("broken_client", "203.0.113.7", .info)]),
        DetectorExample(
            "expired tokens behind a popular browser on many addresses stay quiet", asOf: asOf,
            events: failures(60, every: 30, reason: "expired", agent: "Mozilla/5.0").enumerated().map { number, event in
                var event = event
                event.texts[.ip] = "198.51.100.\(number % 30)"
                return event
            },
            expected: []),
        DetectorExample(
            "failures without a readable address stay quiet", asOf: asOf,
            events: failures(60, every: 1, ip: "010.0.0.1"), expected: []),
        DetectorExample(
            "24 failures on 24 credentials stay quiet", asOf: asOf, events: failures(24, every: 2), expected: []),
    ]
}
