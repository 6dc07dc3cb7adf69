import Events

/// Records that no mapping recognizes: what a person needs to begin one with.
package struct UnknownRecords: Sendable, Equatable {
    /// How many were looked at.
    package private(set) var records = 0
    /// The keys that most objects have, at most five.
    package private(set) var keys: [String] = []
    /// The beginning of the first record that is no object.
    package private(set) var text: String?
    /// Mappings that read such lines of text beside those of their own kind, by their names, and what the lines are to
    /// the first of them, the most frequent first: programs that write to one log with others.
    package private(set) var kin: [String] = []
    package private(set) var types: [String] = []

    init(_ head: RawSpan, isAll: Bool, among mappings: [Mapping] = []) {
        let form = SourceForm.find(head, isAll: isAll, lists: []) ?? .lines
        var framer = RecordFramer(RecordFrame(form), lists: [])
        var counts: [[UInt8]: Int] = [:]
        var at = 0
        scan: while records < 100 {
            switch framer.next(head, at, isLast: isAll) {
            case .record(let record, let next):
                note(head, record, &counts)
                at = next
            case .broken(let bytes, _, _, let next):
                note(head, bytes, &counts)
                at = next
            case .blank(_, let next), .passed(let next): at = next
            case .more: break scan
            }
        }
        keys = Self.mostFrequent(counts, 5)
        if keys.isEmpty { findKin(head, isAll, mappings) }
    }

    /// Looks for mappings whose patterns find most lines.
    private mutating func findKin(_ head: RawSpan, _ isAll: Bool, _ mappings: [Mapping]) {
        for mapping in mappings where mapping.form(of: head, isAll: isAll) == .text {
            var framer = RecordFramer(RecordFrame(.text), lists: [])
            var mapper = RecordMapper(mapping, reference: 0)
            var counts: [[UInt8]: Int] = [:]
            var (at, lines, found) = (0, 0, 0)
            scan: while lines < 100 {
                switch framer.next(head, at, isLast: isAll) {
                case .record(let record, let next):
                    lines += 1
                    at = next
                    guard let type = mapper.typeOfText(head.extracting(record)) else { continue }
                    counts[type, default: 0] += 1
                    found += 1
                case .blank(_, let next), .passed(let next), .broken(_, _, _, let next): at = next
                case .more: break scan
                }
            }
            guard found * 2 > lines else { continue }
            if kin.isEmpty { types = Self.mostFrequent(counts, 3) }
            kin.append(mapping.name)
        }
    }

    private static func mostFrequent(_ counts: [[UInt8]: Int], _ most: Int) -> [String] {
        let sorted = counts.sorted {
            ($1.value, String(decoding: $0.key, as: UTF8.self)) < ($0.value, String(decoding: $1.key, as: UTF8.self))
        }
        return sorted.prefix(most).map { SecretMarker.covered(String(decoding: $0.key, as: UTF8.self)) }
    }

    private mutating func note(_ head: RawSpan, _ record: Range<Int>, _ counts: inout [[UInt8]: Int]) {
        records += 1
        let names = PathWalk.names(Array(head, record))
        if names.isEmpty {
            if text == nil {
                // Covered before it is cut: half of a credential is none that anybody recognizes.
                let whole = Array(head, record.lowerBound..<min(record.upperBound, record.lowerBound + 4096))
                text = String(SecretMarker.covered(String(decoding: whole, as: UTF8.self)).prefix(80))
            }
            return
        }
        for name in Set(names) { counts[name, default: 0] += 1 }
    }
}
