package import Catalog
internal import Foundation
internal import Segments

/// What a segment says beside its events, so that the catalog can be made anew from segments alone.
///
/// Each note is an entry of the file's metadata:
/// - `authtrail.source.N`: source number N as JSON, as it stood when the segment was committed, or for a merged segment
///   as the last of its lines left it: which file it is, how far it was read, and what became of its lines.
/// - `authtrail.duplicates.N`: where in source number N lines stand that were delivered again and are stored where they
///   were read first (`DuplicateNotes`): those of the commit, and those of earlier ones that no segment records.
/// - `authtrail.rank`: of a merged segment, its place in the order in which lines were committed.
/// - `authtrail.replaces`: of a merged segment, the numbers of segments whose files may still lie beside it and count
///   no more, as ranges: `1-4,7`.
/// - `authtrail.key`: the fingerprint of the key by which credentials in it were replaced.
package struct SegmentMetadata: Sendable, Equatable {
    /// By number.
    package var sources: [SourceRecord] = []
    package var duplicates: [DuplicateSpan] = []
    package var rank: Int64?
    package var replaces: [Int64] = []
    package var key: String?

    private static let sourceKey = "authtrail.source."
    private static let duplicatesKey = "authtrail.duplicates."
    private static let rankKey = "authtrail.rank"
    private static let replacesKey = "authtrail.replaces"
    private static let keyKey = "authtrail.key"

    package init(sources: [SourceRecord] = [], duplicates: [DuplicateSpan] = [], key: String? = nil) {
        self.sources = sources
        self.duplicates = duplicates
        self.key = key
    }

    /// Reads the notes of a segment; entries that are none, or that this version does not understand, are left out.
    init(_ metadata: [(key: String, value: String)]) {
        for (key, value) in metadata {
            if key.hasPrefix(Self.sourceKey) {
                let source = try? Self.decoder.decode(SourceRecord.self, from: Data(value.utf8))
                if let source, key == Self.sourceKey + String(source.id), source.isPossible { sources.append(source) }
            } else if key.hasPrefix(Self.duplicatesKey) {
                let source = Int64(key.dropFirst(Self.duplicatesKey.count))
                duplicates += source.map { DuplicateNotes.spans(value, of: $0) } ?? []
            } else if key == Self.rankKey {
                rank = Int64(value).flatMap { Self.numberRange.contains($0) ? $0 : nil }
            } else if key == Self.replacesKey {
                replaces = Self.numbers(value)
            } else if key == Self.keyKey {
                self.key = value
            }
        }
    }

    /// The entries of the file's metadata.
    func metadata() throws -> [(key: String, value: String)] {
        var entries = try sources.sorted { $0.id < $1.id }.map { source in
            let text = String(decoding: try Self.encoder.encode(source), as: UTF8.self)
            return (key: Self.sourceKey + String(source.id), value: text)
        }
        for (source, spans) in Dictionary(grouping: duplicates, by: \.sourceID).sorted(by: { $0.key < $1.key }) {
            entries.append((Self.duplicatesKey + String(source), DuplicateNotes.text(spans.joined())))
        }
        if let rank { entries.append((Self.rankKey, String(rank))) }
        if !replaces.isEmpty { entries.append((Self.replacesKey, Self.text(replaces))) }
        if let key { entries.append((Self.keyKey, key)) }
        return entries
    }

    /// Takes over the states of a segment that was committed later, where they say more.
    mutating func add(later others: [SourceRecord]) {
        for other in others {
            guard let place = sources.firstIndex(where: { $0.id == other.id }) else {
                sources.append(other)
                continue
            }
            if other.checkpoint >= sources[place].checkpoint { sources[place] = other }
        }
    }

    private static func text(_ numbers: [Int64]) -> String {
        var ranges: [ClosedRange<Int64>] = []
        for number in Set(numbers).sorted() {
            if let last = ranges.last, last.upperBound + 1 == number {
                ranges[ranges.count - 1] = last.lowerBound...number
            } else {
                ranges.append(number...number)
            }
        }
        return ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
            .joined(separator: ",")
    }

    /// Numbers of segments.
    private static let numberRange: ClosedRange<Int64> = 0...(1 << 52)
    /// More segments than a month was ever merged from.
    private static let mostNumbers = 1 << 20

    private static func numbers(_ text: String) -> [Int64] {
        var numbers: [Int64] = []
        for part in text.split(separator: ",") {
            let ends = part.split(separator: "-").compactMap { Int64($0) }
            guard let first = ends.first, let last = ends.last, first <= last, numberRange.contains(first),
                numberRange.contains(last), last - first < mostNumbers - numbers.count
            else { continue }
            numbers += first...last
        }
        return numbers
    }

    private static var encoder: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }

    private static var decoder: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return decoder
    }
}
