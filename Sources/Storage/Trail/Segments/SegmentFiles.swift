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

/// A file that lies among the segments and is on no list.
struct Stray {
    enum Kind {
        /// What a writer left that ended before its commit: a state, in which the next one finds nothing lost.
        case unfinished
        /// A segment that is on no list though its lines were read.
        case unlisted
        /// No segment.
        case foreign
    }

    let path: String
    let kind: Kind
}

extension Trail {
    /// Files that lie among the segments and are none. What lies there is looked at first, then the rows as they are by
    /// then: a batch that a writer has committed since this reader began is no stray, nor is a file that waits to be
    /// removed.
    func strays() throws -> [Stray] {
        let lying = try SegmentFiles.all(inTrail: path)
        let now = try asOwner(of: path) { try Catalog.reading(path: catalog.path, snapshot: true) }
        let listed = try now.segments(), removed = try now.removedSegments().map(\.file)
        let known = Set(listed.map(\.file) + removed)
        let strays = try lying.filter { try !known.contains($0) && isStray($0) }
        guard !strays.isEmpty else { return [] }
        let checkpoints = try now.sources().reduce(into: [:]) { $0[$1.id] = $1.checkpoint }
        return strays.map { file in
            Stray(path: file, kind: kind(ofStray: file, Set(listed.map(\.id)), checkpoints))
        }
    }

    /// What an unlisted file is. A segment that was written and not yet committed says that its sources are read
    /// further than the catalog knows, or stands for segments that are still listed.
    private func kind(ofStray file: String, _ listed: Set<Int64>, _ checkpoints: [Int64: Int64]) -> Stray.Kind {
        let suffix = ".tmp"
        let name = file.hasSuffix(suffix) ? String(file.dropLast(suffix.count)) : file
        if name != file, SegmentLayout.parse(name) != nil { return .unfinished }
        guard SegmentLayout.parse(file) != nil, Files.kind(ofPath: path + "/" + file) == .file,
            let reader = try? SegmentReader(path: path + "/" + file)
        else { return .foreign }
        let notes = SegmentMetadata(reader.metadata)
        let isMerge = notes.replaces.contains(where: listed.contains)
        let isNews = !notes.sources.isEmpty && notes.sources.allSatisfy { $0.checkpoint > checkpoints[$0.id] ?? -1 }
        return isMerge || isNews ? .unfinished : .unlisted
    }

    /// Whether an unlisted file is none of a writer at work: that one's files are well-named or temporary, and it holds
    /// the lock.
    private func isStray(_ file: String) throws -> Bool {
        guard try isLocked(path + "/" + SegmentLayout.lock) else { return true }
        return SegmentLayout.parse(file) == nil && !file.hasSuffix(".tmp")
    }
}
