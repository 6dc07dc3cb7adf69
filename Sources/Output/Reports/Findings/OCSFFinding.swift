internal import Console
internal import Detection
internal import Events
internal import Model
internal import Runs

/// A finding as an OCSF 1.8 Detection Finding (class 2004), for whoever collects findings of many products.
///
/// Times are milliseconds since the epoch. What the schema has no place for stands under `unmapped`.
struct OCSFFinding {
    private let finding: Finding
    private let facts: TrailFacts

    static let schemaVersion = "1.8.0"

    init(_ finding: Finding, _ facts: TrailFacts) {
        self.finding = finding
        self.facts = facts
    }

    var json: JSONValue {
        .object([
            .init("activity_id", .int(activity.id)),
            .init("activity_name", .string(activity.name)),
            .init("category_uid", 2),
            .init("category_name", "Findings"),
            .init("class_uid", 2004),
            .init("class_name", "Detection Finding"),
            .init("type_uid", .int(200_400 + activity.id)),
            .init("type_name", .string("Detection Finding: \(activity.name)")),
            .init("time", Self.time(finding.lastSeen)),
            .init("start_time", Self.time(finding.firstSeen)),
            .init("end_time", Self.time(finding.lastSeen)),
            .init("severity_id", .int(Int64(finding.severity.rawValue + 1))),
            .init("severity", .string(Self.severities[finding.severity.rawValue])),
            .init("confidence_id", .int(confidence.id)),
            .init("confidence", .string(confidence.name)),
            .init("status_id", .int(status.id)),
            .init("status", .string(status.name)),
            .init("is_alert", .bool(finding.status == .new || finding.status == .open)),
            .init("message", .string(finding.title)),
            .init("metadata", metadata),
            .init("finding_info", info),
            .init("remediation", ["desc": .string(finding.advice ?? finding.title)]),
            .init("observables", .array(observables)),
            .init("evidences", .array(finding.evidence.map(evidence))),
            .init(
                "unmapped",
                [
                    "class": .string(finding.class), "as_of": Self.time(finding.asOf), "context": finding.context.json,
                ]),
        ])
    }

    private var metadata: JSONValue {
        [
            "version": .string(Self.schemaVersion),
            "product": [
                "name": "authtrail", "vendor_name": "authtrail", "version": .string(facts.version),
            ],
            "uid": .string(finding.id),
            "log_name": "findings",
        ]
    }

    private var info: JSONValue {
        .object([
            .init("uid", .string(finding.id)),
            .init("title", .string(finding.title)),
            .init("desc", .string(finding.explanation)),
            .init("types", .strings([finding.class])),
            .init("first_seen_time", Self.time(finding.firstSeen)),
            .init("last_seen_time", Self.time(finding.lastSeen)),
            .init(
                "analytic",
                [
                    "uid": .string(finding.detector), "name": .string(finding.detector), "type_id": 1, "type": "Rule",
                    "version": .string(String(finding.version)),
                ]),
            .init("attacks", .array(finding.references.map(Self.attack))),
            .init("data_sources", .strings(Set(finding.evidence.map(\.source)).sorted())),
        ])
    }

    /// `T1110.004` is a technique and its sub-technique.
    private static func attack(_ reference: String) -> JSONValue {
        let technique = String(reference.prefix { $0 != "." })
        var members: [JSONValue.Member] = [.init("technique", ["uid": .string(technique)])]
        if technique != reference { members.append(.init("sub_technique", ["uid": .string(reference)])) }
        return .object(members)
    }

    /// What a collector may join by: the entity, and the addresses, users and agents of the context.
    private var observables: [JSONValue] {
        var seen: Set<String> = []
        let names: [(name: String, values: [String])] =
            [("entity", [finding.entity.value])]
            + finding.context.entries.compactMap { entry in
                guard Self.kinds[entry.name] != nil else { return nil }
                switch entry.value {
                case .text(let text): return (entry.name, [text])
                case .texts(let texts): return (entry.name, texts)
                default: return nil
                }
            }
        return names.flatMap { name, values in
            values.filter { seen.insert($0).inserted }.map { value in
                let kind = Self.kind(of: value, named: name == "entity" ? finding.entity.type : name)
                return [
                    "name": .string(name == "entity" ? finding.entity.type : name), "value": .string(value),
                    "type_id": .int(kind.id), "type": .string(kind.name),
                ]
            }
        }
    }

    private typealias Caption = (id: Int64, name: String)

    private static let kinds: [String: Caption] = [
        "ip": (2, "IP Address"), "addresses": (2, "IP Address"), "busiest_ips": (2, "IP Address"),
        "token": (19, "User Credential ID"), "tokens": (19, "User Credential ID"),
        "successor": (19, "User Credential ID"), "principal": (4, "User Name"), "principals": (4, "User Name"),
        "owner": (4, "User Name"), "actor": (4, "User Name"), "actors": (4, "User Name"),
        "user_agent": (16, "HTTP User-Agent"), "user_agents": (16, "HTTP User-Agent"),
    ]

    /// A network is no address, and what is neither is something else.
    private static func kind(of value: String, named name: String) -> Caption {
        guard let kind = kinds[name] else { return (99, "Other") }
        guard kind.id == 2 else { return kind }
        if value.contains("/") { return (12, "Subnet") }
        return IPKey(value) == nil ? (99, "Other") : kind
    }

    private func evidence(_ evidence: Evidence) -> JSONValue {
        .object([
            .init("uid", .string("\(evidence.source):\(evidence.offset)")),
            .init(
                "data",
                .object([
                    .init("source", .string(evidence.source)), .init("offset", .int(evidence.offset)),
                    .init("event_id", evidence.eventID.map { .string($0) } ?? .null),
                    .init("time", Self.time(evidence.ts)),
                ])),
        ])
    }

    // MARK: Captions

    private static func time(_ micros: Int64) -> JSONValue { .int(micros / 1000) }

    private static let severities = ["Informational", "Low", "Medium", "High", "Critical"]

    private var activity: Caption {
        switch finding.status {
        case .new: (1, "Create")
        case .open, .suppressed: (2, "Update")
        case .resolved, .retracted: (3, "Close")
        }
    }

    private var status: Caption {
        switch finding.status {
        case .new: (1, "New")
        case .open: (2, "In Progress")
        case .suppressed: (3, "Suppressed")
        case .resolved, .retracted: (4, "Resolved")
        }
    }

    private var confidence: Caption {
        switch finding.confidence {
        case .low: (1, "Low")
        case .medium: (2, "Medium")
        case .high: (3, "High")
        }
    }
}
