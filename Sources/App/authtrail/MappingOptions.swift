internal import ArgumentParser
internal import Console
internal import Files
internal import Ingest
internal import Mappings

/// By what mapping `ingest` reads what it has not read before.
struct SourceOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "What the logs are, where their records do not say it: native, or a name that authtrail sources lists.",
            valueName: "name"))
    var source: String?

    @Option(name: .long, help: ArgumentHelp("A mapping of your own (YAML).", valueName: "file"))
    var mapping: String?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "A log under other names: ts=NAME and event=NAME, more fields, and event.WORD=issued for its words.",
            valueName: "field=name"))
    var map: [String] = []

    func validate() throws {
        guard [source != nil, mapping != nil, !map.isEmpty].count(where: \.self) <= 1 else {
            throw ValidationError("--source, --mapping and --map each say what the logs are; give one of them")
        }
    }

    func choice() throws -> SourceChoice.Word {
        if let mapping { return .mapping(try MappingOptions.read(mapping)) }
        if !map.isEmpty {
            do { return .mapping(try RenameMapping.make(map)) } catch let fault as RenameMapping.Fault {
                throw Failure(code: Failure.usage, messages: [fault.description])
            }
        }
        guard let source else { return .recognized }
        return source == "native" ? .native : .mapping(try MappingOptions.named(source))
    }
}

/// Finds mappings by what somebody typed.
enum MappingOptions {
    private static let mostBytes = 2 << 20

    /// A mapping that is built in. Throws a usage error with what may have been meant.
    static func named(_ name: String) throws -> Mapping {
        if let mapping = Mapping.named(name) { return mapping }
        let names = Mapping.shipped.map(\.name)
        throw Failure(
            code: Failure.usage,
            messages: ["there is no source \(SafeText.visible(name)); there are \(names.joined(separator: ", "))"])
    }

    /// A mapping by its name, or in a file. Throws `MappingError` and `FileError`.
    static func read(_ word: String) throws -> Mapping {
        if Mapping.named(word) == nil, kind(ofPath: word) != .missing || word.hasSuffix(".yaml") || word.contains("/") {
            let head = try SourceHead(of: word, most: mostBytes)
            return try Mapping(String(decoding: head.bytes, as: UTF8.self), file: word)
        }
        return try named(word)
    }

    /// Runs a mapping over its sample.
    static func test(_ word: String) throws -> (isFine: Bool, lines: [String]) {
        let mapping = try read(word)
        let sample: (records: [UInt8], events: [UInt8])
        if let shipped = Mapping.named(word) {
            sample = Mapping.sample(of: shipped.name) ?? ([], [])
        } else {
            let stem = word.hasSuffix(".yaml") ? String(word.dropLast(5)) : word
            for name in [stem + ".sample", stem + ".events"] where kind(ofPath: name) == .missing {
                throw Failure(
                    code: Failure.inputOutput,
                    messages: [
                        "there is no \(SafeText.visible(name)); \(SafeText.visible(stem)).sample holds records, and "
                            + ".events what must come of them, as authtrail sources try --lines prints it"
                    ])
            }
            sample = (
                try SourceHead(of: stem + ".sample", most: 64 << 20).bytes,
                try SourceHead(of: stem + ".events", most: 64 << 20).bytes
            )
        }
        let got = MappingTrial(mapping, sample.records, reference: MappingTrial.sampleReference).lines
        let wanted = String(decoding: sample.events, as: UTF8.self).split(separator: "\n").map(String.init)
        if got == wanted { return (true, ["\(word): \(got.count) lines, as they should be"]) }
        var lines = ["\(word): not what \(word.hasSuffix(".yaml") ? "its .events file" : "its sample") says"]
        for (place, line) in got.enumerated() where place >= wanted.count || wanted[place] != line {
            lines.append("  line \(place + 1) is    \(line)")
            lines.append("  and should be \(place < wanted.count ? wanted[place] : "nothing")")
        }
        for place in got.count..<max(got.count, wanted.count) {
            lines.append("  line \(place + 1) is missing: \(wanted[place])")
        }
        return (false, lines)
    }
}
