internal import Catalog
internal import Files

/// A file that is followed: open, so that it can be read to its end whatever becomes of its name.
final class LiveFile {
    let identity: FileIdentity
    var source: SourceReader
    /// What it looked like when it was last read to its end; nil while more is there to read.
    var look: FileLook?
    /// When something new was last seen of it, by the follower's clock.
    var changedAt: Int64
    /// When its content was last held against what was read.
    var checkedAt: Int64
    /// Whether one of the words names it now.
    var isNamed = true
    /// As it was opened, for starting over before anything of it was committed.
    private let opened: OpenedSource
    private let chunkBytes: Int

    init(_ opened: OpenedSource, _ identity: FileIdentity, chunkBytes: Int, at time: Int64) {
        self.identity = identity
        self.opened = opened
        self.chunkBytes = chunkBytes
        source = SourceReader(opened, chunkBytes: chunkBytes)
        changedAt = time
        checkedAt = time
    }

    var id: Int64 { source.record.id }

    /// The open file, unless it is compressed.
    var box: InputFileBox? {
        if case .file(let box) = opened.stream { box } else { nil }
    }

    /// Bytes of it when it was opened.
    var openedSize: Int64 { opened.size }

    /// Whether all that it held when it was opened was read as another file's: a copy, perhaps one that is still being
    /// written.
    var isOnlyCopy: Bool {
        let record = source.record
        return record.start > 0 && record.checkpoint == record.start && opened.record.checkpoint >= opened.size
    }

    /// Bytes that the file is known to hold and that are no lines yet.
    var unread: Int64 { max(0, max(look?.size ?? 0, source.record.size) - source.record.checkpoint) }

    /// Whether the last name of the file was removed.
    var isDeleted: Bool { (try? source.look()).map { $0.names == 0 } ?? false }

    /// Whether a newer file stands under the name that this one had: it is a rotated one.
    var isSuperseded: Bool {
        guard source.record.path != source.record.log else { return false }
        return FileLook(path: source.record.log).map { $0.identity != identity } ?? false
    }

    /// Goes back to what was committed of it, or to where it began.
    func startOver(from committed: SourceRecord?) throws {
        var anew = opened
        anew.record = committed ?? opened.record
        anew.record.path = source.record.path
        anew.record.device = identity.device
        anew.record.inode = identity.inode
        guard let box else {
            // A compressed file cannot be read backwards.
            throw FileError.missing(path: source.record.path)
        }
        anew.head = try SourceIdentity.read(box, 0, SourceIdentity.headLength)
        let length = Int(min(anew.record.checkpoint, Int64(SourceIdentity.tailLength)))
        anew.tail = try SourceIdentity.read(box, anew.record.checkpoint - Int64(length), length)
        source = SourceReader(anew, chunkBytes: chunkBytes)
        look = nil
    }
}
