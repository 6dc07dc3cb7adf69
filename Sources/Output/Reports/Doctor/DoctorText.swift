internal import Console
internal import Detection
internal import Events
internal import Model
internal import Runs

/// The doctor's words for somebody who has just pointed the program at a log: the verdict, what the log has, what the
/// rules make of it, and last, where the eye rests, what to do.
struct DoctorText {
    private let report: DoctorReport
    private let format: Format
    private let output: Output
    private var terminal: Terminal { output.terminal }
    private var diagnosis: Diagnosis { report.diagnosis }
    /// More than this nobody does in a week.
    private static let mostRemedies = 6

    init(_ report: DoctorReport, _ format: Format, _ output: Output) {
        (self.report, self.format, self.output) = (report, format, output)
    }

    func print() throws {
        try printVerdict()
        try printLog()
        try printRules()
        try printRemedies()
        try printOutOfReach()
        try printNext()
        try output.flush()
    }

    // MARK: Verdict

    private func printVerdict() throws {
        let rules = diagnosis.rules
        let counts = Ability.allCases.reversed().map { ability in rules.count { $0.ability == ability } }
        let verdict =
            "Score \(diagnosis.score) of 100: of \(rules.count) rules \(counts[0]) can judge this log, "
            + "\(counts[1]) in part, \(counts[2]) not at all."
        let style: Style = diagnosis.score >= 80 ? .green : diagnosis.score >= 50 ? .yellow : .red
        if format == .markdown {
            try output.line("# " + verdict + "\n")
        } else {
            try output.line(terminal.paint(verdict, .bold + style))
        }
        let window = diagnosis.window
        try paragraph(
            "Looked at \(secondsText(window.from)) to \(secondsText(window.to)) UTC; the log begins at "
                + "\(secondsText(diagnosis.begins)) UTC. A rule that judges in part counts half, and each by how "
                + "bad what it finds is.", .dim)
        if isCut {
            try paragraph(
                "The log is large: fields are counted in all of it, tokens from "
                    + "\(secondsText(diagnosis.ran.from)) UTC on.", .dim)
        }
        guard diagnosis.reachableScore < 100, !diagnosis.outOfReach.isEmpty else { return }
        try paragraph(
            "More than \(diagnosis.reachableScore) is out of reach: \(sources) \(areNever) the rest.", .plain)
    }

    /// Whether the rules looked at the end of the log only.
    private var isCut: Bool { diagnosis.ran.from > diagnosis.window.from }

    private var sources: String {
        let names = Set(diagnosis.outOfReach.flatMap(\.never).map(DoctorWords.system)).sorted()
        return DoctorWords.list(names, "and")
    }

    private var areNever: String {
        Set(diagnosis.outOfReach.flatMap(\.never)).count == 1 ? "never says" : "never say"
    }

    // MARK: The log

    private func printLog() throws {
        try heading("The log")
        for one in diagnosis.census.systems where one.events > 0 {
            let span = DoctorWords.days(max(0, one.last - one.first))
            try paragraph(
                "\(DoctorWords.system(one.system.mapping)): \(count(Int64(one.events), "event")) over \(span), "
                    + "\(secondsText(one.first)) to \(secondsText(one.last)) UTC", .plain)
            try Console.print(report.fieldTable(one), as: format, to: output)
            try output.line()
        }
        let intake = report.checkup.intake
        if intake.quarantined > 0 {
            let why = intake.reasons.prefix(3).map { "\($0.reason) \(Human.count($0.lines))" }
            try paragraph(
                "\(Human.count(intake.quarantined)) of \(count(intake.read, "line")) are no events and judged by no "
                    + "rule: \(why.joined(separator: ", "))\(intake.reasons.count > 3 ? ", …" : "").",
                intake.quarantined * 100 >= intake.read ? .yellow : .plain)
        }
        if intake.unmapped > 0 {
            let types = intake.unmappedTypes.prefix(5).map { "\($0.type) (\(Human.count($0.records)))" }
            try paragraph(
                "\(count(intake.unmapped, "record")) of types that the mapping does not know"
                    + (types.isEmpty ? "" : ": " + types.joined(separator: ", "))
                    + ". authtrail sources try shows what becomes of them.", .yellow)
        }
        try paragraph(
            "A share is of the events that can have the field: an anonymous caller has no token, a login no scopes. An "
                + "`ip` counts if it is an address, a `reason` of failed if its class is known.", .dim)
    }

    // MARK: The rules

    private func printRules() throws {
        try heading("The rules")
        let short = diagnosis.rules.filter { $0.ability < .full }
            .sorted { ($0.ability.rawValue, $1.weight) < ($1.ability.rawValue, $0.weight) }
        if !short.isEmpty {
            var table = Table(
                "rules",
                columns: [
                    .init("rule", .text, fit: .whole), .init("judges", .text, fit: .whole),
                    .init("why", .text, fit: .wrapped),
                ])
            for rule in short {
                // Of a rule that judges nothing, what keeps it from that.
                let told = rule.shortcomings.filter { rule.ability == .part || $0.isBlocking }
                for (place, one) in told.enumerated() {
                    table.append([
                        .text(place == 0 ? rule.id : ""), .text(place == 0 ? rule.ability.word : ""),
                        .text(report.words.sentence(one)),
                    ])
                }
            }
            try Console.print(table, as: format, to: output)
            try output.line()
        }
        let able = diagnosis.rules.filter { $0.ability == .full }.map(\.id)
        try paragraph("Judged in full: \(able.isEmpty ? "none" : able.joined(separator: ", ")).", .plain)
    }

    // MARK: What to do

    private func printRemedies() throws {
        guard !diagnosis.remedies.isEmpty else { return }
        try heading("What to do first")
        var score = diagnosis.score
        for (place, remedy) in diagnosis.remedies.prefix(Self.mostRemedies).enumerated() {
            let gain = remedy.scoreAfter > score ? ", for a score of \(remedy.scoreAfter)" : ""
            score = remedy.scoreAfter
            if format == .text, place > 0 { try output.line() }
            let title = SafeText.visible("\(place + 1). \(report.words.title(remedy.gap))")
            try output.line(format == .text ? terminal.paint(title, .bold) + gain : title + gain)
            for line in rules(of: remedy) { try paragraph(line, .plain, indent: 3) }
            for line in report.words.how(remedy) { try paste(line) }
        }
        if format == .markdown { try output.line() }
        let more = diagnosis.remedies.count - Self.mostRemedies
        if more > 0 {
            if format == .text { try output.line() }
            try paragraph("\(more) more with --format json.", .dim)
        }
    }

    private func rules(of remedy: Remedy) -> [String] {
        var lines: [String] = []
        for ability in [Ability.full, .part] {
            let ids = remedy.raises.filter { $0.ability == ability }.map(\.id)
            let word = ability == .full ? "lets judge" : "lets judge in part"
            if !ids.isEmpty { lines.append("\(word): \(ids.joined(separator: ", "))") }
        }
        if !remedy.helps.isEmpty {
            lines.append("\(lines.isEmpty ? "a step for" : "also for"): \(remedy.helps.joined(separator: ", "))")
        }
        return lines
    }

    private func printOutOfReach() throws {
        guard !diagnosis.outOfReach.isEmpty else { return }
        try heading("Out of reach")
        var told: [Beyond] = []
        for one in diagnosis.outOfReach {
            let next = Beyond(one)
            // The same of several kinds is one thing.
            if let place = told.firstIndex(where: { $0.isLike(next) }) {
                told[place].add(next)
            } else {
                told.append(next)
            }
        }
        for one in told {
            let what = report.words.beyond(one.fields, one.kinds, onlySessions: one.onlySessions, by: one.never)
            try paragraph("\(what): \(one.rules.joined(separator: ", "))", .plain)
        }
    }

    private func printNext() throws {
        try heading("Next")
        if let found = report.checkup.findings {
            let told = found.isEmpty ? "nothing" : "\(count(Int64(found.count), "thing"))"
            let severities = found.isEmpty ? "" : ": \(countsText(found))"
            try paragraph("The rules that can judge found \(told) in it\(severities).", .plain)
        }
        if let ingest = report.ingest { try paste(ingest) }
        try paste(report.words.command("authtrail detect --since start"))
    }

    // MARK: Lines

    private func heading(_ text: String) throws {
        if format == .text { try output.line() }
        try output.line(format == .markdown ? "## \(text)\n" : terminal.paint(text, .bold))
    }

    private func paragraph(_ text: String, _ style: Style, indent: Int = 0) throws {
        let blanks = String(repeating: " ", count: indent)
        if format == .markdown { return try output.line(blanks + SafeText.markdownCell(text) + "\n") }
        for line in terminal.paragraph(SafeText.visible(text), indent: indent) {
            try output.line(blanks + terminal.paint(line, style))
        }
    }

    /// What somebody may paste is not broken.
    private func paste(_ text: String) throws {
        try output.line((format == .markdown ? "       " : "   ") + SafeText.visible(text))
    }

    private func count(_ number: Int64, _ noun: String) -> String {
        "\(Human.count(number)) \(noun)\(number == 1 ? "" : "s")"
    }
}

/// What is out of reach, of several kinds at once.
private struct Beyond {
    var fields: [EventField] = []
    var kinds: EventKinds = .issuances
    var onlySessions = false
    var never: [String?]
    var rules: [String]

    init(_ one: Remedy) {
        never = one.never
        rules = one.raises.map(\.id) + one.helps
        switch one.gap {
        case .events(let kinds): self.kinds = kinds
        case .tokens(let kinds): (self.kinds, onlySessions) = (kinds, true)
        case .fields(let kind, let fields): (self.kinds, self.fields) = (EventKinds(kind), fields)
        case .issuances, .reasons, .tools, .history: break
        }
    }

    func isLike(_ other: Beyond) -> Bool {
        fields == other.fields && onlySessions == other.onlySessions && never == other.never
    }

    mutating func add(_ other: Beyond) {
        kinds.formUnion(other.kinds)
        rules += other.rules.filter { !rules.contains($0) }
    }
}
