internal import ArgumentParser
internal import Console
internal import Events

/// The program: parses, runs one command, and turns errors into a sentence and an exit code.
@main
struct AuthTrail: ParsableCommand {
    // Every command says its name: to make one from the name of its type takes the parser most of the start.
    static let configuration = CommandConfiguration(
        commandName: "authtrail",
        abstract: "The auth audit log that is kept for years, and the analyzer that says what is wrong in it.",
        discussion: """
            Reads auth events (NDJSON) into a trail: compressed Parquet segments with a SQLite catalog. Finds stolen \
            tokens that wake up and credential stuffing, and says why.

            EXAMPLES
              authtrail doctor /var/log/mcp/auth.ndjson
              authtrail ingest /var/log/mcp/auth.ndjson
              authtrail detect
              authtrail report failed-by-ip --set window=10min
              authtrail demo

            EXIT CODES
              0 fine · 1 findings at or above --fail-on, or verify failed · 64 wrong usage · 65 bad or missing data \
            · 73 cannot create · 74 input or output failed · 75 another writer holds the trail
            """,
        version: "authtrail \(Version.current)",
        subcommands: [
            Doctor.self, Ingest.self, Detect.self, Findings.self, Explain.self, Trace.self,
            Report.self, Query.self, Export.self, Status.self, Verify.self,
            Compact.self, Prune.self, RebuildCatalog.self,
            PolicyCommand.self, SourcesCommand.self, DetectorList.self, QueryList.self, DemoCommand.self,
        ])

    static func main() {
        Process.prepare()
        do {
            var command = try parseAsRoot(Process.arguments)
            try command.run()
        } catch let failure as Failure {
            finish(failure)
        } catch {
            // Usage, help and version are the parser's business; everything else has an exit code of the contract.
            if let failure = Failure(error) ?? misplaced(Process.arguments) { finish(failure) }
            // An error that nobody knows is one of the system; 1 would mean findings.
            guard exitCode(for: error) == .failure, !(error is ExitCode) else { refuse(error) }
            finish(Failure(code: Failure.inputOutput, messages: ["\(error)"]))
        }
    }

    /// Says what the parser has to say. It repeats what was typed, which somebody may have copied from a log.
    private static func refuse(_ error: any Error) -> Never {
        let code = exitCode(for: error)
        guard code != .success else { exit(withError: error) }
        // What was typed may be a credential.
        var text = Array(shown(fullMessage(for: error)).utf8)
        for argument in Process.arguments {
            let value = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).last ?? ""
            for word in [argument, String(value)] where !word.isEmpty && SafeText.visible(word) != word {
                text.replace(Array(word.utf8), with: Array(SafeText.visible(word).utf8))
            }
        }
        let output = Output.standardError()
        for line in text.split(separator: 0x0A, omittingEmptySubsequences: false) {
            try? output.line(SafeText.visible(bytes: Array(line)))
        }
        try? output.finish()
        exit(withError: code)
    }

    /// Options belong to commands, but the trail feels like one of the program.
    private static func misplaced(_ arguments: [String]) -> Failure? {
        guard let first = arguments.first, first == "--trail" || first.hasPrefix("--trail=") else { return nil }
        return Failure(
            code: Failure.usage,
            messages: ["options stand behind the command: authtrail status --trail DIR (or set AUTHTRAIL_TRAIL)"])
    }

    /// A message without what may be a credential: what is one by its look, and what was typed and looks drawn.
    private static func shown(_ message: String) -> String {
        var message = SecretMarker.covered(message)
        guard ["trace", "explain", "export", "query"].contains(Process.arguments.first) else { return message }
        var isPlace = false
        for argument in Process.arguments {
            let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let word = parts.count == 2 && argument.hasPrefix("--") ? String(parts[1]) : argument
            if !isPlace, !places.contains(String(parts[0])), SecretMarker.looksDrawn(word) {
                message = message.replacing(word, with: SecretMarker.hidden)
            }
            isPlace = places.contains(argument)
        }
        return message
    }

    /// Options with names of files, which are no secrets.
    private static let places: Set<String> = ["--trail", "--policy", "--output", "-o", "--source"]

    private static func finish(_ failure: Failure) -> Never {
        let output = Output.standardError()
        for message in failure.messages {
            // What is set in belongs to the message before it.
            let name = message.hasPrefix("  ") ? "" : output.terminal.paint("authtrail:", .red) + " "
            try? output.line(name + SafeText.visible(shown(message)))
        }
        try? output.finish()
        exit(withError: ExitCode(failure.code))
    }
}

/// The version of the program, as files and reports name it.
enum Version {
    static let current = "0.4.0"
}
