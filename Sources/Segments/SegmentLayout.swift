import Events

/// The name of every file of a trail, relative to its directory.
package enum SegmentLayout {
    /// The directory of all segments; below it one directory a day, as Hive partitions are named.
    package static let segments = "segments"
    /// Segments that no row listed when a writer opened the trail.
    package static let orphans = "orphans"
    /// The database that knows the segments.
    package static let catalog = "catalog.sqlite"
    /// Held by the one writer.
    package static let lock = "lock"
    /// How the name of a segment ends.
    package static let suffix = ".parquet"

    private static let datePrefix = "date="
    private static let sequenceDigits = 8

    /// The directory of a UTC day, counted from the epoch: `segments/date=2026-04-26`.
    package static func directory(day: Int32) -> String { "\(segments)/\(datePrefix)\(Timestamp.dayText(day))" }

    /// The path of a segment: `segments/date=2026-04-26/00000042.parquet`. Larger numbers just get longer.
    package static func path(day: Int32, sequence: Int64) -> String {
        let digits = String(sequence)
        let zeros = String(repeating: "0", count: max(0, sequenceDigits - digits.utf8.count))
        return "\(directory(day: day))/\(zeros)\(digits)\(suffix)"
    }

    /// Where a segment without a row is put: `orphans/2026-04-26-00000042.parquet`.
    package static func orphan(day: Int32, sequence: Int64) -> String {
        let name = path(day: day, sequence: sequence).dropFirst(directory(day: day).count + 1)
        return "\(orphans)/\(Timestamp.dayText(day))-\(name)"
    }

    /// Day and number of a segment's path, or nil if no segment is named like that.
    package static func parse(_ path: String) -> (day: Int32, sequence: Int64)? {
        let parts = path.utf8.split(separator: 0x2F, omittingEmptySubsequences: false).map { String(Substring($0)) }
        guard parts.count == 3, parts[1].hasPrefix(datePrefix), parts[2].hasSuffix(suffix),
            let day = day(parts[1].dropFirst(datePrefix.count)),
            let sequence = Int64(parts[2].dropLast(suffix.count)), sequence >= 0
        else { return nil }
        // One file has one name: `+42`, too few zeros or 30 February are not ours.
        return self.path(day: day, sequence: sequence) == path ? (day, sequence) : nil
    }

    private static func day(_ text: Substring) -> Int32? {
        let parts = text.utf8.split(separator: 0x2D).map { Int(String(Substring($0))) }
        guard parts.count == 3, let year = parts[0], let month = parts[1], let date = parts[2] else { return nil }
        return Timestamp.days(year: year, month: month, day: date).map { Int32($0) }
    }
}
