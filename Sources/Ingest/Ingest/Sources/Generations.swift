internal import Catalog
internal import Files
internal import Trail

// A log is rotated: what stood under its name lies beside it under another one, and something new stands there.

extension SourceIdentity {
    /// Rotations that were found, and folders that could not be looked at.
    typealias Rotations = (found: [(input: Input, log: String)], unlisted: [(folder: String, error: FileError)])

    /// Files beside a log that hold what was written since it was last read: the log itself under a new name, and
    /// generations that came and went meanwhile. The oldest first, each with the log that it belongs to.
    ///
    /// Only logs are looked at that were read before and whose name now stands for another file: of a log that is new,
    /// nobody has asked for its past.
    /// - Parameter isKnown: whether a file that looks like this is certainly the one that was read as a source.
    /// - Parameter turning: logs that were rotated a moment ago, and since when: a folder that changes while it is
    ///   listed may not show all of its files.
    func rotations(
        of names: [String], turning: [PathKey: Int64] = [:], isKnown: (SourceRecord, FileStatus) -> Bool
    ) -> Rotations {
        var folders = FolderListings()
        let found = names.flatMap { log -> [(input: Input, log: String)] in
            let generations = known.ofLog(log).filter { $0.readAt != nil }
            let turned = turning[PathKey(log)]
            let open = generations.filter { source in
                guard source.ended == nil else { return false }
                // An archive is no log that goes on.
                if source.isCompressed, isSamePath(source.path, log) { return false }
                guard let status = FileStatus(path: source.path), source.isSame(status.identity) else { return true }
                if !isSamePath(source.path, log) { return !isKnown(source, status) }
                // Under its own name it is found anyway, unless it is another one.
                return !isKnown(source, status) && (!Self.holds(log, source) || source.wasUsed(status))
            }
            if !open.isEmpty || turned != nil {
                return rotations(of: open, beside: log, since: turned, &folders).map { ($0, log) }
            }
            // All generations have ended, and nobody has yet told how the log went on.
            guard generations.allSatisfy({ $0.ended != nil }),
                let last = generations.max(by: { ($0.readAt ?? 0) < ($1.readAt ?? 0) })
            else { return [] }
            return rotations(of: [last], beside: log, &folders).map { ($0, log) }
        }
        return (found, folders.unlisted)
    }

    /// The rotations of a log that may hold what was not read of some of its generations, the oldest first.
    func rotations(of sources: [SourceRecord], beside log: String) -> Rotations {
        var folders = FolderListings()
        let found = rotations(of: sources, beside: log, &folders)
        return (found.map { ($0, log) }, folders.unlisted)
    }

    /// - Parameter since: also those that were changed since then, in microseconds.
    private func rotations(
        of sources: [SourceRecord], beside log: String, since turning: Int64? = nil, _ folders: inout FolderListings
    ) -> [Input] {
        let identities = Set(sources.compactMap(\.identity))
        // Times of files are rough; what is a little older is told apart by its content.
        let since = min(sources.map { $0.readAt ?? 0 }.min() ?? .max, turning ?? .max) - 2_000_000
        let found = folders.rotations(of: log).compactMap { path -> (status: FileStatus, path: String)? in
            guard kind(ofPath: path) == .file, let status = FileStatus(path: path) else { return nil }
            let isWanted = identities.contains(status.identity) || status.changed / 1000 >= since
            return isWanted ? (status, path) : nil
        }
        return found.sorted { ($0.status.changed, PathKey($0.path)) < ($1.status.changed, PathKey($1.path)) }
            .map { Inputs.input($0.path) }
    }

    /// The generation of its log that was read before a source.
    func generation(before source: SourceRecord) -> SourceRecord? {
        known.ofLog(source.log)
            .filter { $0.id != source.id && $0.generation < source.generation && $0.hasWholeLine }
            .max { $0.generation < $1.generation }
    }

    /// The number that the next generation of a log gets.
    func nextGeneration(of log: String) -> Int64 {
        1 + (known.ofLog(log).map(\.generation).max() ?? 0)
    }

    /// Records as they are to be kept when a log has a newer generation: older ones that were found under another name
    /// were rotated; those whose file has other content now were truncated or written anew; the others are missing,
    /// with all that was known to be unread in them.
    /// - Parameter found: the sources that were met.
    func superseded(by found: Set<Int64>, at time: Int64) -> [SourceRecord] {
        let latest = Dictionary(sources.map { (PathKey($0.log), $0) }) { $0.generation > $1.generation ? $0 : $1 }
        return sources.compactMap { source in
            guard source.ended == nil, source.path != "-", let latest = latest[PathKey(source.log)],
                latest.id != source.id, isSamePath(latest.path, source.log), found.contains(latest.id)
            else { return nil }
            var old = source
            old.endedAt = time
            if found.contains(source.id) {
                old.ended = .rotated
                return old
            }
            let isSame = latest.identity == source.identity
            old.ended = isSame ? (latest.size < source.checkpoint ? .truncated : .rewritten) : .missing
            old.lost += max(0, source.size - source.checkpoint)
            return old
        }
    }

    /// Whether a file holds what was read of a source. An inode is used again for other files.
    private static func holds(_ path: String, _ source: SourceRecord) -> Bool {
        guard let file = try? InputFile(path: path) else { return false }
        let box = InputFileBox(file)
        guard let head = try? read(box, 0, Int(source.headLength)), SourceFingerprint.hash(head[...]) == source.headHash
        else {
            return source.headLength == 0
        }
        let tail = try? read(box, source.checkpoint - source.tailLength, Int(source.tailLength))
        return tail.map { SourceFingerprint.hash($0[...]) == source.tailHash } ?? false
    }

    /// `auth.log.1`, `auth.log-20260426.gz`, `auth.log.old`, `auth-2026-04-26.log` of `auth.log`.
    static func isRotation(_ path: String, of log: String) -> Bool {
        let log = Array(log.utf8)
        var name = Array(path.utf8)[...]
        guard name != log[...] else { return false }
        if Inputs.isGzip(Array(name)) { name.removeLast(3) }
        if name.starts(with: log) { return isMark(name.dropFirst(log.count)) }
        let place = log.lastIndex(of: UInt8(ascii: ".")) ?? log.endIndex
        let (stem, ending) = (log[..<place], log[place...])
        guard name.starts(with: stem), name.suffix(ending.count) == ending, name.count > log.count else { return false }
        return isMark(name.dropFirst(stem.count).dropLast(ending.count))
    }

    /// The logs of which a path may name a rotation, by its name alone.
    static func logs(ofRotation path: String) -> [String] {
        var name = Array(path.utf8)[...]
        if Inputs.isGzip(Array(name)) { name.removeLast(3) }
        let folder = parent(of: path).utf8.count
        var logs: [[UInt8]] = []
        let dot = name.lastIndex(of: UInt8(ascii: ".")).map { $0 > folder ? $0 : name.endIndex } ?? name.endIndex
        for start in name.indices.dropFirst(folder + 1) where ".-_".utf8.contains(name[start]) {
            if isMark(name[start...]) { logs.append(Array(name[..<start])) }
            if start < dot, isMark(name[start..<dot]) { logs.append(Array(name[..<start] + name[dot...])) }
        }
        return logs.map { String(decoding: $0, as: UTF8.self) }.filter { isRotation(path, of: $0) }
    }

    private static let marks = ["old", "prev", "bak"].map { Array($0.utf8) }

    private static func isMark(_ text: ArraySlice<UInt8>) -> Bool {
        guard let first = text.first, ".-_".utf8.contains(first) else { return false }
        let rest = text.dropFirst()
        if marks.contains(where: { $0[...] == rest }) { return true }
        return !rest.isEmpty && rest.allSatisfy { (0x30...0x39).contains($0) || ".-_:TZ".utf8.contains($0) }
    }
}

/// Folders as they were listed once, in which the rotations of many logs are looked for.
private struct FolderListings {
    /// Paths by their bytes, ascending.
    private var paths: [PathKey: [[UInt8]]] = [:]
    private(set) var unlisted: [(folder: String, error: FileError)] = []

    /// The files whose names are those of rotations of a log.
    mutating func rotations(of log: String) -> [String] {
        let folder = parent(of: log)
        let all = paths[PathKey(folder)] ?? list(folder)
        paths[PathKey(folder)] = all
        // All of them begin as the log does, up to its ending.
        var stem = Array(log.utf8)
        if let dot = stem.lastIndex(of: UInt8(ascii: ".")), dot > folder.utf8.count {
            stem.removeLast(stem.count - dot)
        }
        let first = all.partitioningIndex { !$0.lexicographicallyPrecedes(stem) }
        return all[first...].prefix { $0.starts(with: stem) }.map { String(decoding: $0, as: UTF8.self) }
            .filter { SourceIdentity.isRotation($0, of: log) }
    }

    private mutating func list(_ folder: String) -> [[UInt8]] {
        var names: [String] = []
        do throws(FileError) { names = try Files.names(inFolder: folder) } catch {
            // One that is gone has no files: where it was named, that is said already.
            if case .missing = error {} else { unlisted.append((folder, error)) }
        }
        return names.map { Array((folder + "/" + $0).utf8) }.sorted { $0.lexicographicallyPrecedes($1) }
    }
}

extension Array {
    /// Where the elements begin that satisfy a condition which holds for all behind the first that does.
    fileprivate func partitioningIndex(where isBehind: (Element) -> Bool) -> Int {
        var (low, high) = (startIndex, endIndex)
        while low < high {
            let middle = (low + high) / 2
            if isBehind(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

extension SourceRecord {
    /// Whether a file of which nothing was read was changed since it was looked at: it may have been written to, copied
    /// and truncated, and nothing in it would tell.
    func wasUsed(_ status: FileStatus) -> Bool { checkpoint == 0 && status.changed / 1000 > (readAt ?? .max) }
}
