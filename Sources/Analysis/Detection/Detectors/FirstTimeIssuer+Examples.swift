internal import Events
internal import Model

extension FirstTimeIssuer {
    package static let examples: [DetectorExample] = [
        DetectorExample(
            "an actor who never issued before makes a token", asOf: asOf,
            events: team + [issued("tok_back", by: "admin:tomas", at: now)],
            expected: [.init("first_time_issuer", "admin:tomas", .medium)]),
        DetectorExample(
            "the tokens of a day are one finding, and a new network and program make it worse", asOf: asOf,
            events: team + past("admin:tomas", ip: "198.51.100.4", agent: "Mozilla/5.0 Firefox/126.0") + [
                from("203.0.113.99", "curl/8.5", issued("tok_1", by: "admin:tomas", at: now)),
                from("203.0.113.99", "curl/8.5", issued("tok_2", by: "admin:tomas", at: now + Timestamp.hour)),
            ],
            expected: [.init("first_time_issuer", "admin:tomas", .high)]),
        DetectorExample(
            "the usual place of a new issuer is medium, whatever version the browser has", asOf: asOf,
            events: team + past("admin:tomas", ip: "198.51.100.4", agent: "Mozilla/5.0 Firefox/126.0") + [
                from("198.51.100.77", "Mozilla/5.0 Firefox/127.0", issued("tok_1", by: "admin:tomas", at: now))
            ],
            expected: [.init("first_time_issuer", "admin:tomas", .medium)]),
        DetectorExample(
            "of two tokens that take the place of one, one is a rotation", asOf: asOf,
            events: team + [
                issued("tok_new", by: "admin:tomas", at: now, to: "partner:acme"),
                issued("tok_more", by: "admin:tomas", at: now + Timestamp.hour, to: "partner:acme"),
            ],
            expected: [.init("first_time_issuer", "admin:tomas", .medium)]),
        DetectorExample(
            "admins who issued before, a rotation by somebody new and onboarding in bulk stay quiet", asOf: asOf,
            events: team + [issued("tok_new", by: "admin:tomas", at: now, to: "partner:acme")]
                + (0..<40).map { number in
                    issued(
                        "tok_b\(number)", by: "admin:maria", at: now + Int64(number) * Timestamp.minute,
                        to: "partner:p\(number)")
                },
            expected: []),
        DetectorExample(
            "whoever replaces a token from before the log stays quiet, once", asOf: asOf,
            events: team + [
                used("tok_older", of: "partner:globex", at: Event.time(day: 3)),
                issued("tok_new", by: "admin:tomas", at: now),
            ],
            expected: []),
        DetectorExample(
            "who logs in, issues to himself, gets an hour's token or is not named stays quiet", asOf: asOf,
            events: team + [
                issued("tok_own", by: "user:tomas", at: now, to: "user:tomas"),
                of("session", issued("s_1", by: "login:web", at: now, to: "user:4")),
                of("oauth", issued("at_1", by: "login:app", at: now, to: "user:5")),
                issued("tok_hour", by: "node:worker-17", at: now, to: "service:billing", life: Timestamp.hour),
                issued("tok_none", by: nil, at: now),
            ],
            expected: []),
        DetectorExample(
            "in the first thirty days nobody is new", asOf: Event.time(day: 29),
            events: [.issued("tok_1", at: Event.time()), issued("tok_2", by: "admin:tomas", at: Event.time(day: 28))],
            expected: []),
    ]

    private static let now = Event.time(day: 70, hour: 9), asOf = Event.time(day: 70, hour: 12)

    /// Whom the log knows: Maria issued on its first day.
    private static let team = [Event.issued("tok_old", at: Event.time()), .used("tok_old", at: Event.time(day: 69))]

    private static func issued(
        _ token: String, by actor: String?, at ts: Int64, to principal: String = "partner:globex",
        life: Int64 = 90 * Timestamp.day
    ) -> Event {
        var event = Event.issued(token, at: ts, to: principal)
        event.texts[.actor] = actor
        event.expiresAt = ts + life
        return event
    }

    /// Three days of logins, some weeks before.
    private static func past(_ actor: String, ip: String, agent: String) -> [Event] {
        (40..<43 as Range<Int64>).map { day in
            let login = issued("s_\(day)", by: nil, at: Event.time(day: day), to: actor)
            return from(ip, agent, of("session", login))
        }
    }

    private static func used(_ token: String, of principal: String, at ts: Int64) -> Event {
        var event = Event.used(token, at: ts)
        event.texts[.principal] = principal
        return event
    }

    private static func from(_ ip: String, _ agent: String, _ event: Event) -> Event {
        var event = event
        event.texts[.ip] = ip
        event.texts[.userAgent] = agent
        return event
    }

    private static func of(_ kind: String, _ event: Event) -> Event {
        var event = event
        event.texts[.kind] = kind
        return event
    }
}
