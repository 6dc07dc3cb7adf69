internal import Catalog
internal import Console
internal import Events
package import Mappings
internal import Synchronization

/// By what mapping sources are read.
package struct SourceChoice: Sendable {
    package enum Word: Sendable {
        /// By that which recognizes their first records.
        case recognized
        /// By none: they are of our own format.
        case native
        case mapping(Mapping)
    }

    /// The reader of the last source, for the next one of its kind.
    private final class Last: Sendable {
        let reader = Mutex<RecordReader?>(nil)
    }

    let word: Word
    private let last = Last()
    /// Those that the trail has, beside those that are built in.
    private let known: [Mapping]

    /// - Parameter stored: the mappings that the trail has.
    init(_ word: Word, _ stored: [StoredMapping]) {
        self.word = word
        known = stored.compactMap { try? Mapping($0.text, file: $0.name) }
    }

    /// The name of what is asked for, if it is.
    var name: String? {
        switch word {
        case .recognized: nil
        case .native: "native"
        case .mapping(let mapping): mapping.name
        }
    }

    /// Keeps the reader of a source that was read.
    func keep(_ reader: RecordReader) { last.reader.withLock { $0 = reader } }

    fileprivate func reader(_ mapping: Mapping, _ frame: RecordFrame, reference: Int64) -> RecordReader {
        let known = last.reader.withLock { last -> RecordReader? in
            defer { last = nil }
            return last
        }
        if let known, known.mapping.name == mapping.name, known.mapping.text == mapping.text {
            return known.another(frame: frame, reference: reference)
        }
        return RecordReader(mapping, frame: frame, reference: reference)
    }

    /// The mapping of a name by which a source is read on.
    func mapping(named name: String) -> Mapping? {
        if case .mapping(let mapping) = word, mapping.name == name { return mapping }
        return known.first { $0.name == name } ?? Mapping.named(name)
    }
}

/// What a source is must be known before anything of it is read, and is not.
package struct UnknownSource: Error, CustomStringConvertible {
    package enum Reason: Sendable {
        case records(UnknownRecords)
        case ambiguous([String])
        /// It was read by a mapping that cannot be used any more.
        case mappingMissing(String)
        /// It was read by the first, and the second is asked for.
        case readBefore(by: String, wanted: String)
        /// Its first record is too long to be looked at as a whole: what was seen of it.
        case form(UnknownRecords?)
        case compressed
        case utf16
    }

    package let reason: Reason

    package var description: String {
        let command = "authtrail sources"
        switch reason {
        case .ambiguous(let names):
            return "its records look like those of \(names.joined(separator: " and of ")); say which with --source NAME"
        case .mappingMissing(let name):
            return
                "it was read by the mapping \(SafeText.visible(name)), which is not built in, and the trail's copy of "
                + "it cannot be used; give --mapping FILE"
        case .readBefore(let before, let wanted):
            return
                "it was read as \(SafeText.visible(before)), and what was read is not read again as "
                + "\(SafeText.visible(wanted)); go on without --source, or ingest it into another trail (--trail DIR)"
        case .compressed:
            return "it is compressed with gzip; give it a name that ends in .gz, or zcat it into authtrail ingest -"
        case .utf16:
            return "it is UTF-16, of which nothing is read; write it again: iconv -f UTF-16 -t UTF-8 FILE > NEW"
        case .form(let seen):
            let keys = (seen?.keys ?? []).map { "`\(SafeText.visible($0))`" }.joined(separator: ", ")
            return
                "its first record is not whole within 16 MiB, and no source recognizes what can be seen of it"
                + (keys.isEmpty ? "" : ", which is \(keys)") + "; --source NAME or --mapping FILE reads it"
        case .records(let seen) where !seen.kin.isEmpty:
            let types = seen.types.map { SafeText.visible($0) }.joined(separator: ", ")
            let names = seen.kin.map { "--source \($0)" }.joined(separator: " or ")
            return
                "it begins with lines of other programs (\(types)), and none of its first 1,000 tells what it is; if "
                + "it has what a source reads further on, name that: \(names)"
        case .records(let seen) where seen.keys.isEmpty:
            let text = seen.text.map { ": \(SafeText.visible($0))" } ?? ""
            return "it begins with no JSON objects and no text that a source recognizes\(text); if it is one of those "
                + "that \(command) lists, --source NAME reads it; \(command) --help says how to begin a mapping"
        case .records(let seen):
            let keys = seen.keys.map { "`\(SafeText.visible($0))`" }.joined(separator: ", ")
            return
                "no source recognizes its records, which have \(keys); name one with --source NAME (\(command) lists "
                + "them), say which names mean what with --map ts=NAME --map event=NAME, or begin a mapping with "
                + "\(command) show okta"
        }
    }
}

extension SourceReader {
    /// Finds out what the source is, from what is in memory of it, unless that is known.
    /// - Parameters:
    ///   - earlier: the generation of its log before it. Where records do not tell, the log is what it was.
    ///   - isAll: nothing follows what is in memory.
    /// - Returns: false if more is needed to tell.
    mutating func settle(
        _ choice: SourceChoice, after earlier: @autoclosure () -> SourceRecord?, isAll: Bool, now: Int64
    ) throws(InputError) -> Bool {
        if isSettled { return true }
        if let before = readBefore, let wanted = choice.name, wanted != before {
            throw InputError(
                cause: UnknownSource(reason: .readBefore(by: before, wanted: wanted)))
        }
        if let name = record.mapping {
            guard let mapping = choice.mapping(named: name), let frame = record.frame.flatMap({ RecordFrame($0) })
            else {
                throw InputError(cause: UnknownSource(reason: .mappingMissing(name)))
            }
            begin(choice, mapping, frame, now)
            return true
        }
        if readBefore != nil {
            settleAsNative()
            return true
        }
        let first = try firstBytes()
        if let reason = Self.notText(first), choice.name != "native" {
            throw InputError(cause: UnknownSource(reason: reason))
        }
        switch choice.word {
        case .native: settleAsNative()
        case .mapping(let mapping):
            guard let form = mapping.form(of: first.span.bytes, isAll: isAll) else { return false }
            begin(choice, mapping, RecordFrame(form), now)
        case .recognized:
            var seen = Recognition(of: first.span.bytes, isAll: isAll, among: Mapping.shipped)
            var isCut = false
            if case .undecided = seen, first.count >= Recognition.mostBytes {
                seen = Recognition(ofCut: first.span.bytes, among: Mapping.shipped)
                isCut = true
            }
            switch seen {
            case .native: settleAsNative()
            case .mapped(let mapping, let form): begin(choice, mapping, RecordFrame(form), now)
            case .undecided: return false
            case .unknown(let seen) where isCut: try settle(like: earlier(), choice, first, now, or: .form(seen))
            case .ambiguous(let names): try settle(like: earlier(), choice, first, now, or: .ambiguous(names))
            case .unknown(let seen): try settle(like: earlier(), choice, first, now, or: .records(seen))
            }
        }
        return true
    }

    /// What bytes show to be no text that anything reads.
    private static func notText(_ bytes: ArraySlice<UInt8>) -> UnknownSource.Reason? {
        if bytes.starts(with: [0x1F, 0x8B]) { return .compressed }
        return bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) ? .utf16 : nil
    }

    /// By what it was read before; what was read by no mapping is of our own format.
    private var readBefore: String? {
        record.mapping ?? (record.checkpoint > record.start || record.start > 0 ? "native" : nil)
    }

    /// - Parameter reason: why nothing can be read if there is no earlier generation.
    private mutating func settle(
        like earlier: SourceRecord?, _ choice: SourceChoice, _ first: ArraySlice<UInt8>, _ now: Int64,
        or reason: UnknownSource.Reason
    ) throws(InputError) {
        guard let earlier else { throw InputError(cause: UnknownSource(reason: reason)) }
        guard let name = earlier.mapping else { return settleAsNative() }
        guard let mapping = choice.mapping(named: name) else {
            throw InputError(cause: UnknownSource(reason: .mappingMissing(name)))
        }
        begin(choice, mapping, RecordFrame(mapping.form(of: first.span.bytes, isAll: true) ?? .lines), now)
    }

    /// Makes room for more of a first record, of which so much is read at most.
    mutating func growToSettle() throws(InputError) {
        guard isFull, !pending.isEmpty else { return }
        guard pending.count < Recognition.mostBytes else {
            throw InputError(cause: UnknownSource(reason: .form(nil)))
        }
        grow()
    }

    private mutating func begin(
        _ choice: SourceChoice, _ mapping: Mapping, _ frame: RecordFrame, _ now: Int64
    ) {
        let written = (try? status())?.map(\.changed).map { $0 / 1000 }
        settle(choice.reader(mapping, frame, reference: min(now, written ?? now)))
    }
}
