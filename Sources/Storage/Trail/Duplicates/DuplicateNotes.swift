internal import Catalog
internal import Foundation
internal import Rollups

/// How a segment notes where lines of one source stand that were delivered again: numbers in LEB128, the whole in
/// base64. For each span, in their order: the bytes from the end of the one before (or from 0) to its first line, its
/// bytes, its lines, the source of the equal lines, and where these begin: from the end of those of the span before (or
/// from 0), a number whose lowest bit is its sign.
enum DuplicateNotes {
    static func text(_ spans: [DuplicateSpan]) -> String {
        var numbers = VarintWriter()
        var end: Int64 = 0, originalEnd: Int64 = 0
        for span in spans {
            numbers.put(UInt64(span.from - end))
            numbers.put(UInt64(span.to - span.from))
            numbers.put(UInt64(span.lines))
            numbers.put(UInt64(span.originalID))
            let step = span.originalOffset - originalEnd
            numbers.put(UInt64(bitPattern: step << 1 ^ step >> 63))
            (end, originalEnd) = (span.to, span.originalEnd)
        }
        return Data(numbers.bytes).base64EncodedString()
    }

    /// The spans, as far as they can be ones.
    static func spans(_ text: String, of source: Int64) -> [DuplicateSpan] {
        guard let data = Data(base64Encoded: text) else { return [] }
        var numbers = VarintReader([UInt8](data))
        var spans: [DuplicateSpan] = []
        var end: Int64 = 0, originalEnd: Int64 = 0
        /// No file has an offset beyond.
        func take() -> Int64? { numbers.take().flatMap { $0 < 1 << 50 ? Int64($0) : nil } }
        while !numbers.isAtEnd {
            guard let gap = take(), let bytes = take(), let lines = take(), let original = take(), let step = take()
            else { break }
            let offset = originalEnd + (step >> 1 ^ -(step & 1))
            let span = DuplicateSpan(
                sourceID: source, from: end + gap, to: end + gap + bytes, lines: lines, originalID: original,
                originalOffset: offset)
            guard span.isPossible else { break }
            spans.append(span)
            (end, originalEnd) = (span.to, span.originalEnd)
        }
        return spans
    }
}
