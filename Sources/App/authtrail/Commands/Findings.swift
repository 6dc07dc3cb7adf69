internal import ArgumentParser
internal import Catalog
internal import Console
internal import Detection
internal import Events
internal import Files
internal import Model
internal import Reports
internal import Trail

/// `authtrail findings`
struct Findings: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "findings",
        abstract: "List what the detectors have found so far, and say what became of it.",
        discussion: """
            The ledger keeps every finding of every run: open, suppressed (hidden by an allowance), retracted (a later \
            run over the same time finds it no more) or resolved (somebody has looked at it).

            EXAMPLES
              authtrail findings
              authtrail findings list --status resolved --status open --at-least high
              authtrail findings resolve 3f9a2c11 --by maria --note "our own scanner"
              authtrail findings reopen 3f9a2c11 --note "it was not"
              authtrail explain 3f9a2c11
            """,
        subcommands: [List.self, Resolve.self, Reopen.self], defaultSubcommand: List.self)

    /// `authtrail findings list`
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List findings, worst first (default: open ones).")

        @Option(name: .long, help: "Only this status: open, suppressed, retracted, resolved; all for every one.")
        var status: [String] = []

        @Option(name: .long, help: ArgumentHelp("Only findings of this detector.", valueName: "id"))
        var detector: [String] = []

        @Option(
            name: [.customLong("at-least"), .customLong("severity")],
            help: ArgumentHelp("Only findings at least this severe.", valueName: "severity"))
        var atLeast: Severity?

        @Option(
            name: .long,
            help: ArgumentHelp(
                "Only findings about this token, address or other "
                    + "thing.", valueName: "name"))
        var entity: [String] = []

        @OptionGroup var trail: TrailOptions
        @OptionGroup var output: OutputOptions

        func validate() throws {
            let known = ["open", "suppressed", "retracted", "resolved", "all"]
            if let unknown = status.first(where: { !known.contains($0) }) {
                throw ValidationError("there is no status `\(unknown)`; there are \(known.joined(separator: ", "))")
            }
            _ = try Detectors.named(detector)
        }

        func run() throws {
            let wanted = Set(status.isEmpty ? ["open"] : status)
            let found = try trail.open().catalog.findings().filter { one in
                (wanted.contains("all") || wanted.contains(one.entry.status.rawValue))
                    && (detector.isEmpty || detector.contains(one.entry.detector))
                    && (entity.isEmpty || entity.contains(one.entry.entity))
                    && one.entry.severity >= atLeast ?? .info
            }
            let sorted = found.enumerated().sorted { left, right in
                let one = left.element.entry.severity, other = right.element.entry.severity
                if one != other { return one > other }
                return left.offset < right.offset
            }
            try output.write { try FindingsReport(sorted.map(\.element)).print(as: output.format, to: $0) }
        }
    }

    /// `authtrail findings resolve ID`
    struct Resolve: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "resolve",
            abstract: "Note that somebody has looked at findings; they open again when they become worse, or go on for "
                + "more than a day after that.")

        @Argument(help: ArgumentHelp("Ids, or their beginnings of 6 digits or more.", valueName: "id"))
        var ids: [String]

        @OptionGroup var change: ChangeOptions

        func run() throws { try change.write(ids, .resolved) }
    }

    /// `authtrail findings reopen ID`
    struct Reopen: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "reopen", abstract: "Open findings again.")

        @Argument(help: ArgumentHelp("Ids, or their beginnings of 6 digits or more.", valueName: "id"))
        var ids: [String]

        @OptionGroup var change: ChangeOptions

        func run() throws { try change.write(ids, .open) }
    }
}

/// By whom and why a finding changes its state.
struct ChangeOptions: ParsableArguments {
    @Option(name: .long, help: "Why, for whoever reads it later.")
    var note: String

    @Option(name: .long, help: "Who (default: environment USER, or else the account).")
    var by: String?

    @OptionGroup var trail: TrailOptions

    func write(_ ids: [String], _ status: FindingStatus) throws {
        let opened = try trail.open()
        try requireOwner(folder: opened.path)
        let found = try ids.map { try FindingLookup.find($0, in: opened) }
        let whole = found.map(\.entry)
        let (path, now) = (opened.catalog.path, Clock.now())
        try opened.catalog.endSnapshot()
        try asOwner(of: opened.path) {
            let ledger = try Catalog.ledger(path: path)
            for entry in whole {
                _ = try ledger.change(finding: entry.id, to: status, at: now, by: by ?? Process.user, note: note)
            }
            try? ledger.close()
        }
        guard !trail.quiet else { return }
        let output = Output.standardOutput()
        for one in found {
            try output.line("\(status.rawValue)  \(one.entry.id)  \(SafeText.visible(one.entry.title))")
            if one.entry.status == status, let last = one.changes.last(where: { $0.status == status }) {
                let by = last.by.map { " by \($0)" } ?? "", note = last.note.map { ": \($0)" } ?? ""
                try output.line(
                    "  it was so since \(secondsText(last.at)) UTC\(SafeText.visible(by + note)); both are kept")
            }
        }
        try output.finish()
    }
}

/// Finds a finding of the ledger by the beginning of its id.
enum FindingLookup {
    private static func isHex(_ byte: UInt8) -> Bool {
        UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || UInt8(ascii: "a")...UInt8(ascii: "f") ~= byte | 0x20
    }

    static func find(_ id: String, in trail: Trail) throws -> LedgerFinding {
        guard id.utf8.allSatisfy(isHex) else {
            throw refused("\"\(id)\" is no id of a finding: ids are hexadecimal digits (0-9, a-f), such as 3f9a2c11")
        }
        guard id.utf8.count >= 6 else {
            throw refused("the id \"\(id)\" is too short; give 6 hexadecimal digits or more")
        }
        let matches = try trail.catalog.findings().filter { $0.entry.id.hasPrefix(id.lowercased()) }
        guard let one = matches.first else {
            throw refused(
                "the ledger has no finding \"\(id)\"; authtrail findings list --status all shows those that it has")
        }
        guard matches.count == 1 else {
            throw refused("\(matches.count) findings begin with \"\(id)\"; give more digits")
        }
        return one
    }

    /// Not a matter of how a command is written: its help would say nothing about it.
    private static func refused(_ text: String) -> Failure { Failure(code: Failure.usage, messages: [text]) }
}
