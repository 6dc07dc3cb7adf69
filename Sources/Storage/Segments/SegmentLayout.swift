import Events

/// The name of every file of a trail, relative to its directory.
package enum SegmentLayout {
    /// The directory of all segments; below it one directory a month, as Hive partitions are named.
    package static let segments = "segments"
    /// Segments that no row listed when a writer opened the trail.
    package static let orphans = "orphans"
    /// The database that knows the segments.
    package static let catalog = "catalog.sqlite"
    /// What no segment can tell any more, for `rebuild`; there after the first `prune`.
    package static let pruned = "pruned.sqlite"
    /// A catalog that is being made anew.
    package static let rebuilding = "catalog.sqlite.rebuild"
    /// How the name of a catalog begins that was made anew: the old one is kept.
    package static let beforeRebuild = "catalog.sqlite.before-rebuild-"
    /// Held by the one writer.
    package static let lock = "lock"
    /// The key of the marks that stand in place of credentials.
    package static let secretKey = "secret.key"
    /// Shared by readers; files that no list names are removed when nobody holds it.
    package static let readersLock = "readers.lock"
    /// Where those who write to the catalog wait for their turn; named by the catalog.
    package static let queue = catalog + "-queue"
    /// Held by a scheduled run of the detectors.
    package static let jobsLock = "jobs.lock"
    /// How the name of a segment ends.
    package static let suffix = ".parquet"

    private static let monthPrefix = "month="
    private static let sequenceDigits = 8

    /// The directory of a UTC month, counted from January 1970: `segments/month=2026-04`.
    package static func directory(month: Int32) -> String {
        "\(segments)/\(monthPrefix)\(Timestamp.monthText(month))"
    }

    /// The path of a segment: `segments/month=2026-04/00000042.parquet`. Larger numbers just get longer.
    package static func path(month: Int32, sequence: Int64) -> String {
        let digits = String(sequence)
        let zeros = String(repeating: "0", count: max(0, sequenceDigits - digits.utf8.count))
        return "\(directory(month: month))/\(zeros)\(digits)\(suffix)"
    }

    /// Where a segment without a row is put: `orphans/2026-04-00000042.parquet`.
    package static func orphan(month: Int32, sequence: Int64) -> String {
        let name = path(month: month, sequence: sequence).dropFirst(directory(month: month).count + 1)
        return "\(orphans)/\(Timestamp.monthText(month))-\(name)"
    }

    /// Month and number of the name of a file in `orphans`, or nil if no orphan is named like that.
    package static func parse(orphan name: String) -> (month: Int32, sequence: Int64)? {
        let bytes = Array(name.utf8)
        guard bytes.count > 8, bytes[7] == 0x2D else { return nil }
        let month = String(decoding: bytes[..<7], as: UTF8.self), rest = String(decoding: bytes[8...], as: UTF8.self)
        return parse("\(segments)/\(monthPrefix)\(month)/\(rest)")
    }

    /// Month and number of a segment's path, or nil if no segment is named like that.
    package static func parse(_ path: String) -> (month: Int32, sequence: Int64)? {
        let parts = path.utf8.split(separator: 0x2F, omittingEmptySubsequences: false).map { String(Substring($0)) }
        guard parts.count == 3, parts[1].hasPrefix(monthPrefix), parts[2].hasSuffix(suffix),
            let month = month(parts[1].dropFirst(monthPrefix.count)),
            let sequence = Int64(parts[2].dropLast(suffix.count)), sequence >= 0
        else { return nil }
        // One file has one name: `+42`, too few zeros or month 13 are not ours.
        return self.path(month: month, sequence: sequence) == path ? (month, sequence) : nil
    }

    private static func month(_ text: Substring) -> Int32? {
        let parts = text.utf8.split(separator: 0x2D).map { Int(String(Substring($0))) }
        guard parts.count == 2, let year = parts[0], let month = parts[1], (1...9999).contains(year),
            (1...12).contains(month)
        else { return nil }
        return Int32(exactly: (year - 1970) * 12 + month - 1)
    }
}
