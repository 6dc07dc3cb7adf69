internal import Events

/// What the first records of a source show it to be.
package enum Recognition: Sendable {
    /// Our own format.
    case native
    /// Records of a kind that one mapping recognizes.
    case mapped(Mapping, RecordFrame.Form)
    /// Records that several mappings recognize, by their names.
    case ambiguous([String])
    /// Records of no known kind: what was seen of them.
    case unknown(UnknownRecords)
    /// There is no whole record yet.
    case undecided

    /// So many bytes of a first record are looked at; what it is then has to be told by what can be seen of it.
    package static let mostBytes = 16 << 20

    /// So many records at the beginning of a source are looked at.
    static let mostRecords = 1000

    /// - Parameters:
    ///   - head: the first bytes of the source.
    ///   - isAll: nothing will follow them.
    ///   - mappings: asked for only if it is not our own format: compiling them takes longer than reading a small log.
    package init(of head: RawSpan, isAll: Bool, among mappings: @autoclosure () -> [Mapping]) {
        if Self.isNative(head, isAll: isAll) {
            self = .native
            return
        }
        let mappings = mappings()
        if let plain = Self.plain(head, isAll: isAll, among: mappings) {
            self = plain
            return
        }
        var found: [(mapping: Mapping, form: RecordFrame.Form, hits: Int)] = []
        var isUndecided = false
        var empty: (mapping: Mapping, form: RecordFrame.Form)?
        for mapping in mappings {
            guard let form = mapping.form(of: head, isAll: isAll) else {
                isUndecided = true
                continue
            }
            let sample = mapping.hits(in: head, isAll: isAll, form)
            if sample.hits > 0 { found.append((mapping, form, sample.hits)) }
            if sample.isEmptyList { empty = empty ?? (mapping, form) }
            if sample.records == 0 { isUndecided = true }
        }
        // Where one kind is meant, hardly any record is taken for another.
        let most = found.map(\.hits).max() ?? 0
        let likely = found.filter { $0.hits * 2 > most }
        if let one = likely.first, likely.count == 1 {
            self = .mapped(one.mapping, one.form)
        } else if !likely.isEmpty {
            self = .ambiguous(likely.map(\.mapping.name))
        } else if let empty {
            // Whoever writes lists of records under this name has none to write.
            self = .mapped(empty.mapping, empty.form)
        } else if isUndecided, !isAll {
            self = .undecided
        } else {
            let unknown = UnknownRecords(head, isAll: isAll, among: mappings)
            self = unknown.records == 0 && !isAll ? .undecided : .unknown(unknown)
        }
    }

    /// What a first record shows that is longer than what was looked at, by the members that can be seen of it.
    package init(ofCut head: RawSpan, among mappings: @autoclosure () -> [Mapping]) {
        let closed = CutRecord.closed(head)
        self.init(of: closed.span.bytes, isAll: true, among: mappings())
        // How records stand in the source is not told by one alone.
        if case .mapped(let mapping, let form) = self {
            self = .mapped(mapping, mapping.form(of: head, isAll: false) ?? form)
        }
    }

    /// So many records say enough where one mapping knows all of them and no other any: a bucket has thousands of
    /// objects, each of which is looked at.
    private static let fewRecords = 32
    /// In so many bytes they must be: every mapping goes through them.
    private static let fewBytes = 1 << 16

    /// What a few records show to be of one kind, or nil.
    private static func plain(_ head: RawSpan, isAll: Bool, among mappings: [Mapping]) -> Recognition? {
        let isAll = isAll && head.byteCount <= fewBytes
        let head = head.extracting(..<min(head.byteCount, fewBytes))
        var found: Recognition?
        for mapping in mappings {
            guard let form = mapping.form(of: head, isAll: isAll) else { continue }
            let sample = mapping.hits(in: head, isAll: isAll, form, most: fewRecords)
            if sample.hits == 0 { continue }
            guard found == nil, sample.hits == fewRecords else { return nil }
            found = .mapped(mapping, form)
        }
        return found
    }

    /// Whether a line has the two fields that every event of ours has.
    private static func isNative(_ head: RawSpan, isAll: Bool) -> Bool {
        var scanner = LineScanner()
        var framer = RecordFramer(RecordFrame(.lines), lists: [])
        var at = 0
        for _ in 0..<mostRecords {
            switch framer.next(head, at, isLast: isAll) {
            case .record(let line, let next):
                let bytes = Array(head, line) + [Byte.newline, 0, 0, 0, 0, 0, 0, 0]
                if (try? scanner.scan(bytes.span.bytes, from: 0)) != nil, scanner.hasTimeAndKind { return true }
                at = next
            case .blank(_, let next), .passed(let next), .broken(_, _, _, let next): at = next
            case .more: return false
            }
        }
        return false
    }
}

extension Mapping {
    /// How many of the first records are of the mapping's kind, how many there are, and whether there are none because
    /// their list is empty.
    func hits(
        in head: RawSpan, isAll: Bool, _ form: RecordFrame.Form, most: Int = Recognition.mostRecords
    ) -> (hits: Int, records: Int, isEmptyList: Bool) {
        var framer = RecordFramer(RecordFrame(form), lists: lists)
        var mapper = RecordMapper(self, reference: 0)
        var (at, hits, records, wasInList) = (0, 0, 0, false)
        while records < most {
            switch framer.next(head, at, isLast: isAll) {
            case .record(let record, let next):
                records += 1
                if mapper.recognizes(head.extracting(record)) { hits += 1 }
                at = next
            case .broken(_, _, _, let next):
                records += 1
                at = next
            case .blank(_, let next): at = next
            case .passed(let next):
                at = next
                if case .list(around: 1...) = framer.frame.place { wasInList = true }
            case .more:
                let isEmptyList = wasInList && records == 0 && framer.frame.isBetween && at == head.byteCount
                return (hits, records, isEmptyList)
            }
        }
        return (hits, records, false)
    }
}
