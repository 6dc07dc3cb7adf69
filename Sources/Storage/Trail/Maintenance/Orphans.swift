internal import Events
internal import Files
internal import Segments

/// What lies in `orphans/`: segments that no row listed when a writer opened the trail.
package struct Orphans: Sendable, Equatable {
    package var files = 0
    package var bytes: Int64 = 0
    /// The months of their events, counted from January 1970, ascending.
    package var months: [Int32] = []

    package var isEmpty: Bool { files == 0 }

    /// `2024-01 to 2024-03`.
    package var monthsText: String {
        guard let first = months.first, let last = months.last else { return "" }
        let from = Timestamp.monthText(first)
        return first == last ? from : "\(from) to \(Timestamp.monthText(last))"
    }

    package init() {}

    /// Looks at a trail's folder. What is no orphan's name is counted, too. Throws `FileError`.
    init(inTrail trail: String) throws {
        let folder = trail + "/" + SegmentLayout.orphans
        guard kind(ofPath: folder) == .folder else { return }
        var months: Set<Int32> = []
        for name in try Files.names(inFolder: folder) {
            files += 1
            bytes += FileStatus(path: folder + "/" + name)?.size ?? 0
            if let month = SegmentLayout.parse(orphan: name)?.month { months.insert(month) }
        }
        self.months = months.sorted()
    }

    /// The names of those of months before the given one. Throws `FileError`.
    static func names(inTrail trail: String, before month: Int32) throws -> [String] {
        let folder = trail + "/" + SegmentLayout.orphans
        guard kind(ofPath: folder) == .folder else { return [] }
        return try Files.names(inFolder: folder).filter { name in
            SegmentLayout.parse(orphan: name).map { $0.month < month } ?? false
        }
    }

    /// Removes those of months before the given one; returns how many. Throws `FileError`.
    static func remove(inTrail trail: String, before month: Int32) throws -> Int {
        let folder = trail + "/" + SegmentLayout.orphans
        let old = try names(inTrail: trail, before: month)
        guard kind(ofPath: folder) == .folder else { return 0 }
        for name in old { try removeFile(folder + "/" + name) }
        if !old.isEmpty { try syncFolder(folder) }
        removeFolderIfEmpty(folder)
        return old.count
    }
}

extension TrailWriter {
    /// The names of catalogs that were replaced by `rebuild`.
    package func oldCatalogs() throws -> [String] { try TrailFolder.oldCatalogs(path) }

    /// Whether the WAL holds anything: after `close`, because somebody reads.
    package var hasWAL: Bool { TrailFolder.hasWAL(path) }
}

extension Trail {
    /// What lies in `orphans/`. Throws `FileError`.
    package func orphans() throws -> Orphans { try Orphans(inTrail: path) }

    /// How many files of months before the given one lie there. Throws `FileError`.
    package func orphans(before month: Int32) throws -> Int { try Orphans.names(inTrail: path, before: month).count }

    /// The names of catalogs that were replaced by `rebuild`: they hold what they held then.
    package func oldCatalogs() throws -> [String] { try TrailFolder.oldCatalogs(path) }
}
