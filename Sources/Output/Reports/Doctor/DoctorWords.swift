internal import Console
internal import Detection
internal import Events
internal import Mappings

/// What the doctor says of rules and of what is missing, in sentences.
struct DoctorWords {
    private let diagnosis: Diagnosis
    private let trailFlag: String
    private let policyPath: String
    private let never: [Gap: [String?]]

    init(_ diagnosis: Diagnosis, trailFlag: String, policyPath: String) {
        (self.diagnosis, self.trailFlag, self.policyPath) = (diagnosis, trailFlag, policyPath)
        never = Dictionary(
            (diagnosis.remedies + diagnosis.outOfReach).map { ($0.gap, $0.never) }, uniquingKeysWith: { $1 })
    }

    // MARK: Why a rule does not judge

    func sentence(_ one: Shortcoming) -> String {
        let loss = one.loss.map { ", so not: \($0)" } ?? ""
        return ([one] + one.instead).map { clause($0) + source($0) }.joined(separator: ", and ") + loss
    }

    private func clause(_ one: Shortcoming) -> String {
        switch one.what {
        case .noEvents(let kinds, let onlySessions):
            guard onlySessions else { return "no \(Self.names(kinds, "or")) in the log" }
            let all = names(kinds)
            let what = all == .used ? "of anonymous callers" : all.contains(.revoked) ? "logouts" : "logins"
            return "all \(Self.names(all, "and")) are \(what)"
        case .fields(let fields, let kinds, _):
            // Only of those on which it is missing.
            let lacking = lacking(one, kinds), names = Self.names(lacking, "and")
            let share = diagnosis.census.share(fields, on: lacking)
            if share.present > 0 { return "\(Self.named(fields)) on \(Self.percent(share)) of \(names)" }
            let none = fields.count == 2 ? "neither \(Self.named(fields, "nor"))" : "no \(Self.named(fields))"
            return "\(none) on \(names)"
        case .tokens(.issuance, let share):
            return "the issuance of \(Self.percent(share)) of the tokens used is in the log"
        case .tokens(let fact, let share):
            return "the issuance of \(Self.percent(share)) of the tokens used and issued has `\(fact.name)`"
        case .reasons(let share):
            return "\(Self.percent(share)) of `failed` have a reason whose class is known"
        case .tools: return "the policy declares no tools"
        case .history(let has, let wants):
            return "the log reaches back \(Self.days(has)), and \(Self.days(wants)) are needed"
        case .told(let text): return text.replacing("not evaluable: ", with: "")
        }
    }

    /// The kinds on which something is missing.
    private func lacking(_ one: Shortcoming, _ kinds: EventKinds) -> EventKinds {
        let lacking = one.gaps.reduce(into: EventKinds()) { sum, gap in
            if case .fields(let kind, _) = gap { sum.insert(EventKinds(kind)) }
        }
        return one.gaps.count > 1 ? lacking : lacking.isEmpty ? names(kinds) : lacking
    }

    /// Those of some kinds that the log has.
    private func names(_ kinds: EventKinds) -> EventKinds {
        EventKind.allCases.filter { kinds.contains($0) && diagnosis.census.events(EventKinds($0)) > 0 }
            .reduce(into: EventKinds()) { $0.insert(EventKinds($1)) }
    }

    /// Who can never say it.
    private func source(_ one: Shortcoming) -> String {
        let names = Set(one.gaps.flatMap { never[$0] ?? [] }.map(Self.system)).sorted()
        guard let first = names.first else { return "" }
        let who = Self.list(names, "and"), isOne = first == names.last
        if case .noEvents(_, let onlySessions) = one.what {
            return onlySessions
                ? " (\(who) \(isOne ? "logs" : "log") no others)" : " (\(who) never \(isOne ? "logs" : "log") them)"
        }
        return " (\(who) never \(isOne ? "says" : "say") it)"
    }

    /// What nobody can say, and for whom it would be of use.
    func beyond(_ fields: [EventField], _ kinds: EventKinds, onlySessions: Bool, by never: [String?]) -> String {
        let who = Self.list(never.map(Self.system), "and"), isOne = never.count == 1
        if !fields.isEmpty {
            return "\(who) never \(isOne ? "says" : "say") \(Self.named(fields)) on \(Self.names(kinds, "or"))"
        }
        return onlySessions
            ? "\(who) \(isOne ? "logs" : "log") \(Self.names(names(kinds), "and")) of sessions only"
            : "\(who) never \(isOne ? "logs" : "log") \(Self.names(kinds, "or"))"
    }

    // MARK: What to do

    /// What to add, in a few words.
    func title(_ gap: Gap) -> String {
        switch gap {
        case .events(let kinds): "Log \(Self.names(kinds, "or")) events, if there are any"
        case .tokens(let kinds): "Log \(Self.names(kinds, "or")) events of tokens"
        case .fields(let kind, let fields): "Add \(Self.named(fields)) to `\(kind.name)`"
        case .issuances: "Log the issuance of every token"
        case .reasons: "Give the reasons of failures a class"
        case .tools: "Declare the tools in the policy"
        case .history: "Read older logs, \(Self.days(diagnosis.historyWanted ?? 0)) in all"
        }
    }

    /// How to, for those who can: lines, the last of which may be something to paste.
    func how(_ remedy: Remedy) -> [String] {
        switch remedy.gap {
        case .tools: return [command("authtrail policy suggest -o \(policyPath)")]
        case .reasons: return reasons
        case .history:
            let due = diagnosis.begins + (diagnosis.historyWanted ?? 0)
            return ["authtrail ingest FILE takes them in any order; else wait until \(Self.day(due))"]
        case .issuances:
            return mapped(remedy) + ["or read the older logs in which they were issued"] + example(remedy)
        case .events, .tokens, .fields: return mapped(remedy) + example(remedy)
        }
    }

    /// A line for our own format, if that lacks it.
    func example(_ remedy: Remedy) -> [String] {
        guard remedy.systems.contains(nil) else { return [] }
        return switch remedy.gap {
        case .events(let kinds), .tokens(let kinds):
            EventKind.allCases.filter(kinds.contains).prefix(1).map { ExampleLine.whole($0) }
        case .fields(let kind, let fields): [ExampleLine.of(kind, with: fields)]
        case .issuances: [ExampleLine.whole(.issued)]
        case .reasons, .tools, .history: []
        }
    }

    /// What can be done about logs of other systems.
    private func mapped(_ remedy: Remedy) -> [String] {
        diagnosis.census.systems.map(\.system).compactMap { system in
            guard let name = system.mapping, remedy.systems.contains(name) else { return nil }
            if remedy.never.contains(name) { return "\(name) never says it" }
            let isGiven = system.gives.map { remedy.gap.isGiven(by: $0) } ?? true
            if name == "rename" {
                return isGiven ? "its records have none" : "--map says where it stands, if the records have it"
            }
            return isGiven
                ? "\(name): its mapping takes it, and these records have none"
                : Mapping.named(name) == nil
                    ? "\(name): its mapping gives none; say there where the records have it"
                    : "\(name): its mapping gives none; one of your own can: authtrail sources show \(name)"
        }
    }

    private var reasons: [String] {
        let words = diagnosis.census.unknownReasons.prefix(3)
        let told = words.map { "`\($0.word)` (\(Human.count($0.failures)))" }.joined(separator: ", ")
        let list = YAMLText.list(words.prefix(1).map(\.word))
        return ["\(told); say in the policy what they mean, such as", "reasons: {mismatch: \(list)}"]
    }

    func command(_ text: String) -> String { trailFlag.isEmpty ? text : "\(text) \(trailFlag)" }

    // MARK: Words

    static func system(_ name: String?) -> String { name ?? "our own format" }

    static func names(_ kinds: EventKinds, _ word: String) -> String {
        list(EventKind.allCases.filter(kinds.contains).map { "`\($0.name)`" }, word)
    }

    static func named(_ fields: [EventField], _ word: String = "or") -> String {
        list(fields.map { "`\($0.name)`" }, word)
    }

    /// As a row of a table.
    static func name(_ fields: [EventField]) -> String { fields.map(\.name).joined(separator: "/") }

    static func list(_ texts: [String], _ word: String) -> String {
        guard let last = texts.last, texts.count > 1 else { return texts.first ?? "" }
        return texts.dropLast().joined(separator: ", ") + " \(word) " + last
    }

    /// Whole per cent, rounded down; a little is not nothing.
    static func percent(_ share: FieldShare) -> String {
        guard share.all > 0 else { return "0 %" }
        let part = Int64(share.present) * 100 / Int64(share.all)
        return part == 0 && share.present > 0 ? "<1 %" : "\(part) %"
    }

    static func days(_ micros: Int64) -> String {
        let days = Double(micros) / Double(Timestamp.day)
        if days >= 10 || days == days.rounded() { return days == 1 ? "1 day" : "\(Human.count(Int64(days))) days" }
        return days < 1 ? Human.duration(microseconds: micros) : Human.decimal(days, digits: 1) + " days"
    }

    static func day(_ time: Int64) -> String { String(Timestamp.text(time).prefix(10)) }
}

extension TokenFact {
    /// The field that says it.
    fileprivate var name: String {
        switch self {
        case .issuance: "token_id"
        case .expiry: "expires_at"
        case .scopes: "scopes"
        case .principal: "principal"
        }
    }
}

extension Gap {
    /// Whether a mapping that can give these fields can give what is missing.
    fileprivate func isGiven(by fields: [EventKind: Set<EventField>]) -> Bool {
        switch self {
        case .events(let kinds), .tokens(let kinds): fields.keys.contains(where: kinds.contains)
        case .fields(let kind, let wanted): wanted.contains { fields[kind]?.contains($0) ?? false }
        case .issuances: fields.keys.contains(where: EventKinds.issuances.contains)
        case .reasons, .tools, .history: true
        }
    }
}
