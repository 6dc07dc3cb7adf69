internal import Console
internal import Detection
internal import Events
internal import Model
internal import Runs

extension DoctorReport {
    /// The document of Docs/json.md.
    var json: JSONValue {
        let intake = checkup.intake
        return .object([
            .init("schema_version", 1), .init("as_of", Self.time(diagnosis.window.asOf)),
            .init("window", ["from": Self.time(diagnosis.window.from), "to": Self.time(diagnosis.window.to)]),
            .init("rules_ran_from", Self.time(diagnosis.ran.from)),
            .init("log_begins", Self.time(diagnosis.begins)), .init("score", .int(Int64(diagnosis.score))),
            .init("reachable_score", .int(Int64(diagnosis.reachableScore))),
            .init(
                "rules_by_ability",
                .object(
                    Ability.allCases.reversed().map { ability in
                        .init(ability.name, .int(Int64(diagnosis.rules.count { $0.ability == ability })))
                    })),
            .init("lines_read", .int(intake.read)), .init("lines_quarantined", .int(intake.quarantined)),
            .init("lines_skipped", .int(intake.skipped)), .init("lines_unmapped", .int(intake.unmapped)),
            .init(
                "quarantine",
                .array(intake.reasons.map { ["reason": .string($0.reason), "lines": .int($0.lines)] })),
            .init(
                "unmapped_types",
                .array(intake.unmappedTypes.map { ["type": .string($0.type), "records": .int($0.records)] })),
            .init("systems", .array(diagnosis.census.systems.map(system))),
            .init("rules", .array(diagnosis.rules.map(rule))),
            .init("remedies", .array(diagnosis.remedies.map(remedy))),
            .init("out_of_reach", .array(diagnosis.outOfReach.map(remedy))),
            .init("findings", checkup.findings.map { .int(Int64($0.count)) } ?? .null),
            .init("findings_by_severity", checkup.findings.map(Self.counts) ?? .null),
        ])
    }

    private static func counts(_ found: [Severity]) -> JSONValue {
        .object(
            Severity.allCases.reversed().map { severity in
                .init(severity.name, .int(Int64(found.count { $0 == severity })))
            })
    }

    private static func time(_ time: Int64) -> JSONValue { .string(Timestamp.text(time)) }

    private static func name(_ mapping: String?) -> JSONValue { mapping.map { .string($0) } ?? .null }

    private func system(_ one: LogCensus.System) -> JSONValue {
        [
            "mapping": Self.name(one.system.mapping), "events": .int(Int64(one.events)),
            "first_event": one.events == 0 ? .null : Self.time(one.first),
            "last_event": one.events == 0 ? .null : Self.time(one.last),
            "lacks": .strings(one.system.lacks.sorted()),
            "kinds": .array(EventKind.allCases.map { kind(one, $0) }),
        ]
    }

    private func kind(_ one: LogCensus.System, _ kind: EventKind) -> JSONValue {
        let counted = one.kinds[kind]
        let shares = (counted?.shares ?? [:]).filter { !$0.key.isEmpty && $0.value.all > 0 }.sorted { left, right in
            left.key.map(\.rawValue).lexicographicallyPrecedes(right.key.map(\.rawValue))
        }
        return [
            "kind": .string(kind.name), "events": .int(Int64(counted?.events ?? 0)),
            "lacked": .bool(one.system.lacks.contains(kind.name)),
            "fields": .array(
                shares.map { fields, share in
                    [
                        "any_of": .strings(fields.map(\.name)), "present": .int(Int64(share.present)),
                        "of": .int(Int64(share.all)), "lacked": .bool(one.system.lacks(fields, on: kind)),
                    ]
                }),
        ]
    }

    private func rule(_ rule: Diagnosis.Rule) -> JSONValue {
        [
            "id": .string(rule.id), "title": .string(rule.title), "weight": .int(Int64(rule.weight)),
            "ability": .string(rule.ability.name), "reachable_ability": .string(rule.reachable.name),
            "why": .array(
                rule.shortcomings.map { one in
                    [
                        "text": .string(words.sentence(one)), "essential": .bool(one.isEssential),
                        "not_judged": one.loss.map { .string($0) } ?? .null,
                        "missing": .array(one.gaps.map(Self.gap)),
                    ]
                }),
        ]
    }

    private func remedy(_ one: Remedy) -> JSONValue {
        [
            "missing": Self.gap(one.gap), "title": .string(words.title(one.gap)),
            "how": .strings(words.how(one)), "example": words.example(one).last.map { .string($0) } ?? .null,
            "systems": .array(one.systems.map(Self.name)), "never": .array(one.never.map(Self.name)),
            "raises": .array(
                one.raises.map { ["rule": .string($0.id), "ability": .string($0.ability.name)] }),
            "helps": .strings(one.helps), "score_after": .int(Int64(one.scoreAfter)),
        ]
    }

    /// What is missing: `what`, and the kinds and fields that it is about.
    private static func gap(_ gap: Gap) -> JSONValue {
        let (what, kinds, fields): (String, EventKinds, [EventField]) =
            switch gap {
            case .events(let kinds): ("events", kinds, [])
            case .tokens(let kinds): ("tokens", kinds, [])
            case .fields(let kind, let fields): ("fields", EventKinds(kind), fields)
            case .issuances: ("issuances", .issuances, [])
            case .reasons: ("reasons", .failed, [.reason])
            case .tools: ("tools", [], [])
            case .history: ("history", [], [])
            }
        return [
            "what": .string(what), "kinds": .strings(EventKind.allCases.filter(kinds.contains).map(\.name)),
            "fields": .strings(fields.map(\.name)),
        ]
    }
}
