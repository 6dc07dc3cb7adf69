internal import Catalog
internal import Files
internal import Segments

/// The files that really lie in a trail's segments folder, listed or not.
enum SegmentFiles {
    /// Paths below the trail's folder of all files under `segments/`, sorted. Temporary files are among them.
    static func all(inTrail trail: String) throws(FileError) -> [String] {
        let folder = trail + "/" + SegmentLayout.segments
        guard try checkedKind(ofPath: folder) == .folder else { return [] }
        var found: [String] = []
        for date in try names(inFolder: folder) {
            guard try checkedKind(ofPath: folder + "/" + date) == .folder else {
                found.append(SegmentLayout.segments + "/" + date)
                continue
            }
            for name in try names(inFolder: folder + "/" + date) {
                found.append(SegmentLayout.segments + "/" + date + "/" + name)
            }
        }
        return found
    }
}

extension Trail {
    /// Files that lie among the segments and are none. What lies there is looked at first, then the rows as they are by
    /// then: a batch that a writer has committed since this reader began is no stray, nor is a file that waits to be
    /// removed.
    func strays() throws -> [String] {
        let lying = try SegmentFiles.all(inTrail: path)
        let now = try asOwner(of: path) { try Catalog.reading(path: catalog.path, snapshot: true) }
        let known = try Set(now.segments().map(\.file) + now.removedSegments().map(\.file))
        return try lying.filter { try !known.contains($0) && isStray($0) }
    }

    /// Whether an unlisted file is none of a writer at work: that one's files are well-named or temporary, and it holds
    /// the lock.
    private func isStray(_ file: String) throws -> Bool {
        guard try isLocked(path + "/" + SegmentLayout.lock) else { return true }
        return SegmentLayout.parse(file) == nil && !file.hasSuffix(".tmp")
    }
}
