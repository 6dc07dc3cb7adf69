internal import Catalog
internal import Files
internal import Mappings
internal import Model
internal import Trail

/// Tells which source a file is: a file is known by its device and inode and by its content, never by its name.
///
/// The content is checked where it was read: the first bytes (at most 4 KiB) and the last before the checkpoint (at
/// most 1 KiB) must be what they were. So a renamed log goes on, a truncated or rewritten one is a new source, an
/// inode that was used again fools nobody, and a copy or a compressed rotation of a log that was read is not read
/// twice.
struct SourceIdentity {
    private(set) var known: KnownSources
    private var nextID: Int64
    /// Names of which a rebuild could not find out which file they stand for: read anew, all would be there twice.
    private var refused: Set<PathKey> = []
    /// Whether bytes that end at an offset of a source are those that are stored of it.
    let holdsLines: (SourceRecord, [UInt8], Int64) throws -> Bool

    init(_ sources: [SourceRecord], holdsLines: @escaping (SourceRecord, [UInt8], Int64) throws -> Bool) {
        known = KnownSources(sources)
        self.holdsLines = holdsLines
        nextID = (sources.map(\.id).max() ?? 0) + 1
    }

    /// The sources that a catalog knows.
    init(of catalog: Catalog, holdsLines: @escaping (SourceRecord, [UInt8], Int64) throws -> Bool) throws {
        self.init(try catalog.sources(), holdsLines: holdsLines)
        let unplaced = Set(try catalog.lostLines().filter(\.isUnplaced).map(\.sourceID))
        refused = Set(sources.filter { unplaced.contains($0.id) }.map { PathKey($0.path) })
    }

    /// The sources, in the order in which they were first read.
    var sources: [SourceRecord] { known.all }

    /// The record of a new source that nothing is known about: the next generation of the log of this name.
    mutating func new(path: String, isCompressed: Bool, _ identity: FileIdentity?) -> SourceRecord {
        defer { nextID += 1 }
        var record = SourceRecord(
            id: nextID, path: path, isCompressed: isCompressed, device: identity?.device, inode: identity?.inode)
        record.generation = nextGeneration(of: record.log)
        return record
    }

    /// The record as it stood at the last commit or since, or nil.
    func source(_ id: Int64) -> SourceRecord? { known[id] }

    /// Throws for an input that must not be read.
    func admit(_ input: Input) throws(FileError) {
        guard refused.contains(PathKey(input.name)) else { return }
        throw .damaged(
            path: input.name,
            reason: "the catalog was rebuilt, and it is not known how far this file had been read; to have it read "
                + "from its beginning, which stores again what is stored already, give it another name")
    }

    /// Whether a record stands in the catalog just like this, so that nothing need be written.
    func knows(_ record: SourceRecord) -> Bool {
        known[record.id].map { $0 == record && isSamePath($0.path, record.path) } ?? false
    }

    /// Keeps a record as it stands now, for inputs that come later in the same run.
    mutating func remember(_ record: SourceRecord) { known.keep(record) }

    /// Known sources that a file may be, best first: of those with lines of their own the one that was read furthest,
    /// whatever file it was read from, or lines of a copy would be read again in the original; then copies; last of all
    /// one of the same file of which nothing was read.
    ///
    /// Many lines begin alike: of another file, content is only an identity if it holds a whole line, or is all that
    /// there is.
    /// - Parameter size: bytes of the file, decompressed; nil where that is not known yet, and is to be asked of
    ///   candidates without a whole line.
    func candidates(for identity: FileIdentity, head: ArraySlice<UInt8>, size: Int64?) -> [SourceRecord] {
        let alike = known.beginning(with: head).filter { $0.mayBe(identity, size: size) }
        return inOrder(alike + known.ofFile(identity).filter { $0.headLength == 0 }, identity)
    }

    /// The first ones of `candidates`, where they can be found without asking for heads of every length: those that
    /// have all of this head. Of a bucket that is read again each object is the first of its own.
    func nearest(for identity: FileIdentity, head: ArraySlice<UInt8>, size: Int64?) -> [SourceRecord] {
        inOrder(known.furthest(with: head).filter { $0.mayBe(identity, size: size) }, identity)
    }

    private func inOrder(_ sources: [SourceRecord], _ identity: FileIdentity) -> [SourceRecord] {
        sources.sorted { left, right in
            if (left.headLength == 0) != (right.headLength == 0) { return right.headLength == 0 }
            if left.wasRead != right.wasRead { return left.wasRead }
            if left.checkpoint != right.checkpoint { return left.checkpoint > right.checkpoint }
            if left.isSame(identity) != right.isSame(identity) { return left.isSame(identity) }
            return left.id > right.id
        }
    }

    /// Known sources of which a file with fewer bytes than they keep a hash of may be an earlier copy: those of its
    /// inode, and those whose log lies beside it under the beginning of its name, as rotations do.
    /// - Parameter isCut: more of the file is to come, so it may be a part of any that begins like it.
    func shorterHeads(
        than head: [UInt8], _ path: String, _ identity: FileIdentity, isCut: Bool
    ) -> [SourceRecord] {
        guard head.count < SourceFingerprint.headLength else { return [] }
        let start = SourceFingerprint.startHash(head[...])
        var sources = known.ofFile(identity) + (isCut ? known.starting(with: start) : [])
        let name = path.utf8
        for end in name.indices.dropFirst(parent(of: path).utf8.count + 1) {
            sources += known.ofLog(String(path[..<end]))
        }
        sources += known.ofLog(path)
        var ids: Set<Int64> = []
        return sources.filter { source in
            source.headLength > head.count && (start.isEmpty || start == source.startHash)
                && ids.insert(source.id).inserted
        }.sorted { $0.id < $1.id }
    }

    /// Takes over a known source for a file that holds its content: the same record when the file only has a new name
    /// or was compressed, a new record with the same checkpoint when the old file is still in its place (a copy).
    /// - Parameter size: bytes of the file; what a source that had ended has lost is what is not in it.
    mutating func adopt(
        _ source: SourceRecord, path: String, isCompressed: Bool, _ identity: FileIdentity, size: Int64
    ) -> SourceRecord {
        guard source.isSame(identity) || !Self.isInPlace(source) else {
            return repetition(
                of: source, path: path, isCompressed: isCompressed, identity, length: source.checkpoint)
        }
        var same = source
        same.path = path
        same.isCompressed = isCompressed
        same.device = identity.device
        same.inode = identity.inode
        if same.ended != nil { same.lost = min(same.lost, max(0, source.size - size)) }
        same.ended = nil
        same.endedAt = nil
        return same
    }

    /// A source whose first bytes, up to a length, were read as another one: a new one, or that which the file was
    /// found to be when it was met before.
    /// - Parameter part: the first and the last bytes of what was read, where that is only a part of the source's.
    mutating func repetition(
        of source: SourceRecord, path: String, isCompressed: Bool, _ identity: FileIdentity, length: Int64,
        part: (head: [UInt8], tail: [UInt8])? = nil
    ) -> SourceRecord {
        var source = source
        if let part {
            let head = part.head.prefix(Int(min(length, Int64(SourceFingerprint.headLength)))), tail = part.tail
            (source.headLength, source.headHash) = (Int64(head.count), SourceFingerprint.hash(head))
            (source.tailLength, source.tailHash) = (Int64(tail.count), SourceFingerprint.hash(tail[...]))
        }
        let met = known.ofFile(identity).first { old in
            old.ended == nil && isSamePath(old.path, path) && old.isCompressed == isCompressed && old.start == length
                && old.checkpoint == length && old.headHash == source.headHash && old.tailHash == source.tailHash
                && old.hasOpenLine == (length == source.checkpoint && source.hasOpenLine)
        }
        if let met { return met }
        var copy = new(path: path, isCompressed: isCompressed, identity)
        copy.headLength = min(source.headLength, length)
        copy.headHash = source.headHash
        copy.startHash = source.startHash
        copy.tailLength = source.tailLength
        copy.tailHash = source.tailHash
        copy.start = length
        copy.checkpoint = length
        copy.hasOpenLine = length == source.checkpoint && source.hasOpenLine
        copy.lastEvent = source.lastEvent
        // What follows in a copy is read as in the original. Between records, the form alone says where reading is.
        copy.mapping = source.mapping
        copy.frame =
            length == source.checkpoint
            ? source.frame : source.frame.flatMap { RecordFrame($0) }.map { RecordFrame($0.form).text }
        return copy
    }

    private static func isInPlace(_ source: SourceRecord) -> Bool {
        if source.ended != nil { return false }
        return FileStatus(path: source.path).map { source.isSame($0.identity) } ?? false
    }
}

extension SourceRecord {
    /// Which file it is; nil for standard input.
    var identity: FileIdentity? {
        guard let device, let inode else { return nil }
        return FileIdentity(device: device, inode: inode)
    }

    /// Whether what was read of it holds a whole line.
    var hasWholeLine: Bool { start > 0 || counts.lines > (hasOpenLine ? 1 : 0) }

    /// Whether it has lines, and none of them is an event.
    var isBlind: Bool { counts.isBlind }

    /// Whether something of it was read that is no other source's.
    var wasRead: Bool { headLength > 0 && checkpoint > start }

    /// Whether a file that begins like it may be it.
    fileprivate func mayBe(_ identity: FileIdentity, size: Int64?) -> Bool {
        isSame(identity) || hasWholeLine || size.map { checkpoint == $0 } ?? true
    }

    func isSame(_ identity: FileIdentity) -> Bool {
        device == identity.device && inode == identity.inode
    }
}

extension LineCounts {
    /// Whether there are lines, and none of them is an event. A few records that a mapping does not know say little: an
    /// object of a bucket may hold no others.
    var isBlind: Bool {
        stored + duplicate == 0 && (quarantined > 0 || unmapped >= 10 && unmapped == skipped)
    }
}
