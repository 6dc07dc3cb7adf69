internal import Events
internal import Model

extension DormantTokenReactivation {
    package static let examples: [DetectorExample] = [
        DetectorExample(
            "a token used again after 100 days is found", asOf: Event.time(day: 100, hour: 12),
            events: [
                .issued("tok_quiet", at: Event.time(), to: "partner:acme"), .used("tok_quiet", at: Event.time(hour: 1)),
                .used("tok_quiet", at: Event.time(day: 100, hour: 2)),
            ],
            expected: [.init("dormant_reactivated", "tok_quiet", .medium)]),
        DetectorExample(
            "a token first used 95 days after its issue is found", asOf: Event.time(day: 95, hour: 12),
            events: [.issued("tok_late", at: Event.time()), .used("tok_late", at: Event.time(day: 95, hour: 2))],
            expected: [.init("dormant_from_birth", "tok_late", .medium)]),
        DetectorExample(
            "a token of which the log knows nothing, though it reaches back 90 days, is found",
            asOf: Event.time(day: 95),
            events: [
                .issued("tok_other", at: Event.time()), .used("tok_other", at: Event.time(day: 80)),
                .used("tok_stray", at: Event.time(day: 94, hour: 2)),
            ],
            expected: [.init("unknown_origin", "tok_stray", .medium)]),
        DetectorExample(
            "a new address, a new agent, failures before, a write and twice the limit make it critical",
            asOf: Event.time(day: 200, hour: 12),
            events: [
                .issued("tok_taken", at: Event.time()), .used("tok_taken", at: Event.time(hour: 1)),
                .failed(at: Event.time(day: 200, hour: 1), ip: "198.51.100.23"),
                .used(
                    "tok_taken", at: Event.time(day: 200, hour: 2), ip: "198.51.100.23", agent: "curl/8.5",
                    tool: "orders.cancel", scopes: ["orders:write"]),
            ],
            expected: [.init("dormant_reactivated", "tok_taken", .critical)]),
        DetectorExample(
            "a job that runs every 91 days is found, but with less weight", asOf: Event.time(day: 182, hour: 12),
            events: [
                .issued("tok_quarter", at: Event.time()), .used("tok_quarter", at: Event.time(hour: 2)),
                .used("tok_quarter", at: Event.time(day: 91, hour: 2)),
                .used("tok_quarter", at: Event.time(day: 182, hour: 2)),
            ],
            expected: [.init("dormant_reactivated", "tok_quarter", .low)]),
        DetectorExample(
            "a new token's first use stays quiet", asOf: Event.time(day: 120),
            events: [
                .issued("tok_old", at: Event.time()), .used("tok_old", at: Event.time(day: 60)),
                .issued("tok_new", at: Event.time(day: 119, hour: 1)),
                .used("tok_new", at: Event.time(day: 119, hour: 2)),
            ],
            expected: []),
        DetectorExample(
            "a use that is dated a minute before the issue of its token stays quiet, one of two minutes does not",
            asOf: Event.time(day: 95, hour: 12),
            events: [
                .issued("tok_other", at: Event.time()), .used("tok_other", at: Event.time(day: 80)),
                .used("tok_skewed", at: Event.time(day: 95, hour: 2)),
                .issued("tok_skewed", at: Event.time(day: 95, hour: 2, minute: 1)),
                .used("tok_before", at: Event.time(day: 95, hour: 2)),
                .issued("tok_before", at: Event.time(day: 95, hour: 2, minute: 2)),
            ],
            expected: [.init("unknown_origin", "tok_before", .medium)]),
        DetectorExample(
            "a refused use does not wake a token", asOf: Event.time(day: 100, hour: 12),
            events: [
                .issued("tok_quiet", at: Event.time()), .used("tok_quiet", at: Event.time(hour: 1)),
                .failed(at: Event.time(day: 100, hour: 2), ip: "203.0.113.7", token: "tok_quiet", reason: "expired"),
            ],
            expected: []),
    ]
}
