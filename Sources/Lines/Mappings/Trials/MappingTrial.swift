internal import Events

/// What a mapping makes of records, for people and tests.
package struct MappingTrial: Sendable {
    /// What became of a record, or of one unfolded from it.
    package enum Outcome: Sendable, Equatable {
        /// A line of our own format, without its newline.
        case event(String)
        case skipped(type: String)
        case unmapped(type: String)
        /// What it lacks, as quarantine names it.
        case refused(reason: String, field: String?)
    }

    /// A record: where it begins in the bytes, and what became of it.
    package struct Record: Sendable {
        package var offset: Int
        package var outcomes: [Outcome]
    }

    package private(set) var records: [Record] = []

    /// 2026-07-01: times without a year in samples lie before.
    package static let sampleReference: Int64 = 1_782_864_000_000_000

    /// - Parameter most: so many records are tried.
    package init(_ mapping: Mapping, _ bytes: [UInt8], reference: Int64, most: Int = .max) {
        let span = bytes.span.bytes
        let form = mapping.form(of: span, isAll: true) ?? .lines
        var framer = RecordFramer(RecordFrame(form), lists: mapping.lists)
        var mapper = RecordMapper(mapping, reference: reference)
        var at = 0
        while records.count < most {
            switch framer.next(span, at, isLast: true) {
            case .record(let record, let next):
                records.append(Self.record(&mapper, span, record))
                at = next
            case .broken(let range, let reason, _, let next):
                records.append(
                    Record(offset: range.lowerBound, outcomes: [.refused(reason: reason.rawValue, field: nil)]))
                at = next
            case .blank(_, let next), .passed(let next): at = next
            case .more: return
            }
        }
    }

    private static func record(
        _ mapper: inout RecordMapper, _ bytes: RawSpan, _ range: Range<Int>
    ) -> Record {
        var lines: [UInt8] = []
        defer { mapper.forgetRecords() }
        do throws(LineFault) {
            try mapper.map(bytes.extracting(range), into: &lines)
        } catch {
            return Record(
                offset: range.lowerBound, outcomes: [.refused(reason: error.reason.rawValue, field: error.field?.name)])
        }
        let outcomes = mapper.outcomes.map { outcome -> Outcome in
            switch outcome {
            case .event(let line): .event(String(decoding: lines[line].dropLast(), as: UTF8.self))
            case .skipped(let type): .skipped(type: String(decoding: type, as: UTF8.self))
            case .unmapped(let type): .unmapped(type: String(decoding: type, as: UTF8.self))
            case .refused(let reason, let field): .refused(reason: reason.rawValue, field: field?.name)
            }
        }
        return Record(offset: range.lowerBound, outcomes: outcomes)
    }

    /// What became of all of them, a line each: the events as they are, of others what they are.
    package var lines: [String] {
        records.flatMap(\.outcomes).map { outcome in
            switch outcome {
            case .event(let line): line
            case .skipped(let type): "skipped \(type)"
            case .unmapped(let type): "unmapped \(type)"
            case .refused(let reason, let field): "quarantined \(reason)" + (field.map { " \($0)" } ?? "")
            }
        }
    }
}
