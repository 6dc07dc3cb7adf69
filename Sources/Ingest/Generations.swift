internal import Catalog
internal import Files

// A log is rotated: what stood under its name lies beside it under another one, and something new stands there.

extension SourceIdentity {
    /// Files beside a log that hold what was written since it was last read: the log itself under a new name, and
    /// generations that came and went meanwhile. The oldest first, each with the log that it belongs to.
    ///
    /// Only logs are looked at that were read before and whose name now stands for another file: of a log that is new,
    /// nobody has asked for its past.
    /// - Parameter isKnown: whether a file that looks like this is certainly the one that was read as a source.
    /// - Parameter turning: logs that were rotated a moment ago, and since when: a folder that changes while it is
    ///   listed may not show all of its files.
    func rotations(
        of names: [String], turning: [String: Int64] = [:], isKnown: (SourceRecord, FileLook) -> Bool
    ) -> [(input: Input, log: String)] {
        let logs = Dictionary(grouping: sources.filter { $0.readAt != nil }) { $0.log }
        return names.flatMap { log -> [(input: Input, log: String)] in
            let generations = logs[log] ?? []
            let open = generations.filter { source in
                guard source.ended == nil else { return false }
                guard let look = FileLook(path: source.path), source.isSame(look.identity) else { return true }
                if source.path != log { return !isKnown(source, look) }
                // Under its own name it is found anyway, unless it is another one.
                return !isKnown(source, look) && (!Self.holds(log, source) || source.wasUsed(look))
            }
            if !open.isEmpty || turning[log] != nil {
                return rotations(of: open, beside: log, since: turning[log]).map { ($0, log) }
            }
            // All generations have ended, and nobody has yet told how the log went on.
            guard generations.allSatisfy({ $0.ended != nil }),
                let last = generations.max(by: { ($0.readAt ?? 0) < ($1.readAt ?? 0) }) else { return [] }
            return rotations(of: [last], beside: log).map { ($0, log) }
        }
    }

    /// The rotations of a log that may hold what was not read of some of its generations, the oldest first.
    /// - Parameter since: also those that were changed since then, in microseconds.
    func rotations(of sources: [SourceRecord], beside log: String, since turning: Int64? = nil) -> [Input] {
        let folder = parent(of: log)
        let names = (try? Files.names(inFolder: folder)) ?? []
        let identities = Set(sources.compactMap(\.identity))
        // Times of files are rough; what is a little older is told apart by its content.
        let since = min(sources.map { $0.readAt ?? 0 }.min() ?? .max, turning ?? .max) - 2_000_000
        let found = names.compactMap { name -> (look: FileLook, path: String)? in
            let path = folder + "/" + name
            guard Self.isRotation(path, of: log), kind(ofPath: path) == .file, let look = FileLook(path: path) else {
                return nil
            }
            let isWanted = identities.contains(look.identity) || look.changed / 1000 >= since
            return isWanted ? (look, path) : nil
        }
        return found.sorted { ($0.look.changed, $0.path) < ($1.look.changed, $1.path) }.map { Inputs.input($0.path) }
    }

    /// The number that the next generation of a log gets.
    func nextGeneration(of log: String) -> Int64 {
        1 + (sources.filter { $0.log == log }.map(\.generation).max() ?? 0)
    }

    /// Records as they are to be kept when a log has a newer generation: older ones that were found under another name
    /// were rotated; those whose file has other content now were truncated or written anew; the others are missing,
    /// with all that was known to be unread in them.
    /// - Parameter found: the sources that were met.
    func superseded(by found: Set<Int64>, at time: Int64) -> [SourceRecord] {
        let latest = Dictionary(sources.map { ($0.log, $0) }) { $0.generation > $1.generation ? $0 : $1 }
        return sources.compactMap { source in
            guard source.ended == nil, source.path != "-", let latest = latest[source.log], latest.id != source.id,
                latest.path == source.log, found.contains(latest.id) else { return nil }
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
        guard let head = try? read(box, 0, Int(source.headLength)), hash(head[...]) == source.headHash else {
            return source.headLength == 0
        }
        let tail = try? read(box, source.checkpoint - source.tailLength, Int(source.tailLength))
        return tail.map { hash($0[...]) == source.tailHash } ?? false
    }

    /// `auth.log.1`, `auth.log-20260426.gz`, `auth.log.old`, `auth-2026-04-26.log` of `auth.log`.
    static func isRotation(_ path: String, of log: String) -> Bool {
        guard path != log else { return false }
        var name = Substring(path)
        if name.hasSuffix(".gz") { name.removeLast(3) }
        if name.hasPrefix(log) { return isMark(name.dropFirst(log.count)) }
        let place = log.lastIndex(of: ".") ?? log.endIndex
        let (stem, ending) = (log[..<place], log[place...])
        guard name.hasPrefix(stem), name.hasSuffix(ending), name.count > log.count else { return false }
        return isMark(name.dropFirst(stem.count).dropLast(ending.count))
    }

    private static func isMark(_ text: Substring) -> Bool {
        guard let first = text.first, ".-_".contains(first) else { return false }
        let rest = text.dropFirst()
        if ["old", "prev", "bak"].contains(rest) { return true }
        return !rest.isEmpty && rest.allSatisfy { "0123456789.-_:TZ".contains($0) }
    }
}

extension SourceRecord {
    /// Whether a file of which nothing was read was changed since it was looked at: it may have been written to, copied
    /// and truncated, and nothing in it would tell.
    func wasUsed(_ look: FileLook) -> Bool { checkpoint == 0 && look.changed / 1000 > (readAt ?? .max) }
}
