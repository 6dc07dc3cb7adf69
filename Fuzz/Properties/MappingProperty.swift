import Columns
import Events
import Mappings
import Model
import TestSupport

/// What must hold for any bytes that are read as records of another system. The program must not stop either.
package enum MappingProperty {
    /// What does not hold, or nil. The first byte says which of the built-in mappings reads the others.
    ///
    /// Each record is an event, skipped, in quarantine or blank; where the source is cut, and where reading was stopped
    /// and begun again, changes nothing.
    package static func fault(in bytes: [UInt8]) -> String? {
        guard let first = bytes.first else { return nil }
        let mapping = Mapping.shipped[Int(first) % Mapping.shipped.count]
        let source = Array(bytes.dropFirst())
        let whole = RecordReading(mapping, source)
        let counts = whole.counts
        guard counts.lines == counts.stored + counts.quarantined + counts.skipped + counts.blank else {
            return "\(mapping.name): the counts do not add up: \(counts)"
        }
        var dice = SeededRandom(UInt64(bytes.count) &* 31 &+ UInt64(first))
        let cuts = (0..<6).map { _ in dice.below(source.count + 1) }.sorted()
        for resumes in [false, true] {
            let cut = RecordReading(mapping, source, cuts: cuts, resumes: resumes)
            guard cut.counts == counts, cut.lines == whole.lines else {
                return "\(mapping.name): another reading when cut at \(cuts)\(resumes ? " and begun again" : "")"
            }
        }
        return nil
    }

    /// Seeds: the sample of each mapping.
    package static var seeds: [[UInt8]] {
        Mapping.shipped.enumerated().map { place, mapping in
            [UInt8(place)] + (Mapping.sample(of: mapping.name)?.records ?? [])
        }
    }
}

/// What comes of a source by a mapping.
private struct RecordReading {
    private(set) var counts = LineCounts()
    /// The events as lines, in the order of months.
    private(set) var lines: [[UInt8]] = []

    init(_ mapping: Mapping, _ bytes: [UInt8], cuts: [Int] = [], resumes: Bool = false) {
        let form = mapping.form(of: bytes.span.bytes, isAll: true) ?? .lines
        var records = RecordReader(mapping, frame: RecordFrame(form), reference: MappingTrial.sampleReference)
        var reader = LineReader()
        var batch = EventBatch()
        var start = 0
        for end in cuts + [bytes.count] where end >= start {
            let part = Array(bytes[start..<end])
            if resumes, let frame = RecordFrame(records.frame.text) {
                records = RecordReader(mapping, frame: frame, reference: MappingTrial.sampleReference)
            }
            start += records.read(
                part.span.bytes, at: Int64(start), isLast: end == bytes.count, source: "s", sourceID: 1, with: &reader,
                into: &batch)
        }
        counts = batch.counts
        for month in batch.months {
            guard let columns = batch[month] else { continue }
            for row in 0..<columns.count {
                var line: [UInt8] = []
                EventLineWriter().append(columns, row: row, to: &line)
                lines.append(line)
            }
        }
    }
}
