internal import ArgumentParser
internal import Console
internal import Events
internal import Foundation
internal import Ingest
internal import Queries
internal import Reports
internal import Runs
internal import Trail

/// Where the trail is: flag, then environment, then `./trail`.
struct TrailOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp("The trail's folder (environment AUTHTRAIL_TRAIL; default ./trail).", valueName: "dir"))
    var trail: String?

    @Flag(name: .shortAndLong, help: "No progress, no remarks, and no text when there is nothing to say.")
    var quiet = false

    func validate() throws {
        guard trail != "" else { throw ValidationError("--trail is empty; give a folder") }
    }

    var path: String {
        if let trail { return trail }
        guard let variable = Terminal.environment("AUTHTRAIL_TRAIL"), !variable.isEmpty else { return Self.standard }
        return variable
    }

    /// The flag as another command needs it, or nothing where it finds the trail without. Whoever reads the output of a
    /// job has not the job's environment.
    var flag: String { path == Self.standard ? "" : "--trail \(ShellWord.quoted(path))" }

    private static let standard = "./trail"

    func open() throws -> Trail { try Trail(reading: path) }

    /// Says something beside the result, unless the command is to be quiet.
    func remark(_ text: String) throws {
        guard !quiet else { return }
        let output = Output.standardError()
        try output.line(SafeText.visible(text))
        try output.finish()
    }
}

/// How a result is written, and where to.
struct OutputOptions: ParsableArguments {
    @Option(name: .long, help: ArgumentHelp("text, json, ndjson, csv or markdown.", valueName: "format"))
    var format: Format = .text

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("A file in place of standard output; it appears whole or not at all.", valueName: "file"))
    var output: String?

    func validate() throws {
        guard output != "" else { throw ValidationError("--output is empty; give a file") }
    }

    /// Opens the output, lets `body` write, and finishes it.
    func write(_ body: (Output) throws -> Void) throws {
        let place = try output.map { try Output.file($0) } ?? Output.standardOutput()
        try body(place)
        try place.finish()
    }
}

extension Format: ExpressibleByArgument {}
extension FindingsFormat: ExpressibleByArgument {}
extension Deliveries: ExpressibleByArgument {}

/// How findings are written: once, and as often as somebody wants them beside that.
struct FindingsOutputOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp("text, json, ndjson, csv, markdown, ocsf, prometheus or html.", valueName: "format"))
    var format: FindingsFormat = .text

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("A file in place of standard output; it appears whole or not at all.", valueName: "file"))
    var output: String?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Also written to a file in another format, as often as wanted: html=/srv/www/auth.html",
            valueName: "format=file"),
        transform: AlsoOption.parse)
    var also: [AlsoOption] = []

    func validate() throws {
        guard output != "" else { throw ValidationError("--output is empty; give a file") }
    }

    /// Opens the output, lets `body` write, and finishes it.
    func write(_ body: (Output) throws -> Void) throws {
        let place = try output.map { try Output.file($0) } ?? Output.standardOutput()
        try body(place)
        try place.finish()
    }
}

/// A format and a file, as `--also` takes them.
struct AlsoOption {
    let format: FindingsFormat
    let path: String

    static func parse(_ argument: String) throws -> AlsoOption {
        let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let format = FindingsFormat(rawValue: String(parts[0])), !parts[1].isEmpty else {
            let formats = FindingsFormat.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError(
                "--also wants a format and a file, such as html=report.html, got \"\(argument)\"; formats: \(formats)")
        }
        return AlsoOption(format: format, path: String(parts[1]))
    }
}

/// A time as people write it on the command line.
struct TimeOption {
    let micros: Int64

    static func parse(_ argument: String) throws -> TimeOption {
        if argument == "now" { return TimeOption(micros: Clock.now()) }
        guard let micros = TimeText.time(argument) else {
            throw ValidationError(
                "\"\(argument)\" is no time; give one such as 2026-04-26T00:11:41Z or 2026-04-26, or now")
        }
        return TimeOption(micros: micros)
    }
}

/// A length of time as people write it on the command line.
struct DurationOption {
    let micros: Int64

    static func parse(_ argument: String) throws -> DurationOption {
        guard let micros = TimeText.duration(argument), micros > 0 else {
            throw ValidationError("\"\(argument)\" is no length of time; give one such as 500ms, 2s or 1min")
        }
        return DurationOption(micros: micros)
    }
}

/// Where a window begins, as a command line says it.
typealias SinceOption = WindowStart

extension WindowStart {
    static func parse(_ argument: String) throws -> WindowStart {
        if argument == "start" { return .start }
        if let duration = TimeText.duration(argument), duration > 0 { return .before(duration) }
        if let time = TimeText.time(argument) { return .time(time) }
        throw ValidationError(
            "\"\(argument)\" is no beginning; give a time such as 2026-04-26, a span such as 24h or 7d, or start")
    }
}

/// The clock. Nothing below the commands reads it.
enum Clock {
    /// Microseconds since the epoch.
    static func now() -> Int64 { Int64(Date().timeIntervalSince1970 * 1_000_000) }
}
