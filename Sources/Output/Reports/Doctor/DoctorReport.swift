package import Console
internal import Detection
internal import Events
internal import Model
package import Runs

/// How well a log can be judged, and what to do about it, in every format.
package struct DoctorReport {
    let checkup: Checkup
    /// The flag with which the commands find the trail; empty where they find it without.
    let trailFlag: String
    /// The command that reads the log for good, of a log that was only looked at.
    let ingest: String?
    var diagnosis: Diagnosis { checkup.diagnosis }
    /// Where the trail's policy lies, as a word of a shell.
    private let policyPath: String
    var words: DoctorWords { DoctorWords(checkup.diagnosis, trailFlag: trailFlag, policyPath: policyPath) }

    /// - Parameter trail: the path of the trail in which the log is, or is to be.
    package init(_ checkup: Checkup, trail: String, trailFlag: String, ingest: String? = nil) {
        (self.checkup, self.trailFlag, self.ingest) = (checkup, trailFlag, ingest)
        policyPath = ShellWord.quoted(trail + "/policy.yaml")
    }

    /// Text and Markdown for people; JSON as one document, see Docs/json.md; NDJSON and CSV as one row a rule.
    package func print(as format: Format, to output: Output) throws {
        switch format {
        case .json: try output.line(json.json(.pretty))
        case .ndjson, .csv: try Console.print(ruleTable(diagnosis.rules), as: format, to: output)
        case .text, .markdown: try DoctorText(self, format, output).print()
        }
    }

    // MARK: Tables

    /// One row a rule; on a terminal `why` is wrapped.
    func ruleTable(_ rules: [Diagnosis.Rule]) -> Table {
        var table = Table(
            "doctor",
            columns: [
                .init("rule", .text, fit: .whole), .init("judges", .text, fit: .whole),
                .init("weight", .integer, minor: 2), .init("reachable", .text, minor: 3),
                .init("why", .text, fit: .wrapped),
            ])
        for rule in rules {
            table.append([
                .text(rule.id), .text(rule.ability.word), .integer(Int64(rule.weight)), .text(rule.reachable.word),
                rule.shortcomings.isEmpty ? nil : .text(rule.shortcomings.map(words.sentence).joined(separator: "; ")),
            ])
        }
        return table
    }

    /// Fields by kind of event: on how many of the events that can have one it is.
    func fieldTable(_ one: LogCensus.System) -> Table {
        var table = Table(
            "fields",
            columns: [.init("field", .text, fit: .whole)] + EventKind.allCases.map { .init($0.name, .integer) })
        table.append(
            [.text("events")]
                + EventKind.allCases.map { kind in
                    one.kinds[kind].map { .integer(Int64($0.events)) }
                        ?? .text(one.system.lacks.contains(kind.name) ? "never" : "0")
                })
        for set in Self.rows(of: one) where one.kinds.values.contains(where: { ($0.shares[set]?.all ?? 0) > 0 }) {
            table.append(
                [.text(DoctorWords.name(set))]
                    + EventKind.allCases.map { kind in
                        guard let share = one.kinds[kind]?.shares[set], share.all > 0 else { return .text("") }
                        let isNever = share.present == 0 && one.system.lacks(set, on: kind)
                        return .text(isNever ? "never" : DoctorWords.percent(share))
                    })
        }
        return table
    }

    /// Single fields, and those two of which a credential is known by either.
    private static func rows(of one: LogCensus.System) -> [[EventField]] {
        let sets = Set(one.kinds.values.flatMap(\.shares.keys)).filter {
            $0.count == 1 || $0 == [.presented, .tokenID]
        }
        return sets.sorted { ($0[0].rawValue, $0.count) < ($1[0].rawValue, $1.count) }
    }
}

extension Ability {
    /// As tables say it.
    var word: String {
        switch self {
        case .none: "not"
        case .part: "in part"
        case .full: "all"
        }
    }

    /// As JSON says it.
    var name: String {
        switch self {
        case .none: "none"
        case .part: "part"
        case .full: "full"
        }
    }
}
