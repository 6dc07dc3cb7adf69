internal import ArgumentParser
internal import Events
internal import Ingest

/// What `ingest` keeps, and for how long: `--keep fields`, `--keep 400d`, or both.
struct KeepOptions: ParsableArguments {
    enum Word {
        case part(KeptPart)
        case span(DurationOption)
    }

    @Option(
        name: .long,
        help: ArgumentHelp(
            "What of each record of another system stays with its events: record, as evidence (the default), or "
                + "fields, without it. A duration with --follow: drop months of events that are wholly older, as prune "
                + "does (default: keep all). Both may be given.", valueName: "what"),
        transform: Self.parse)
    var keep: [Word] = []

    private static func parse(_ argument: String) throws -> Word {
        if let part = KeptPart(rawValue: argument) { return .part(part) }
        if let duration = try? DurationOption.parse(argument) { return .span(duration) }
        throw ValidationError(
            "\"\(argument)\" says neither what is kept (record or fields) nor how long (such as 400d, with --follow)")
    }

    /// What of a record stays with its events.
    var part: KeptPart? { keep.lazy.compactMap { if case .part(let part) = $0 { part } else { nil } }.first }

    /// How long events are kept.
    var span: DurationOption? { keep.lazy.compactMap { if case .span(let span) = $0 { span } else { nil } }.first }

    func validate() throws {
        let parts = keep.count { if case .part = $0 { true } else { false } }
        if parts > 1 || keep.count - parts > 1 {
            throw ValidationError("--keep says the same twice; give what is kept once, and how long once")
        }
        if let span, span.micros < Timestamp.day {
            throw ValidationError("--keep of less than a day would drop what was just read; give one such as 400d")
        }
    }
}
