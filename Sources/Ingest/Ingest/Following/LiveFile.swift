internal import Catalog
internal import Files

/// A file that is followed: open, so that it can be read to its end whatever becomes of its name.
final class LiveFile {
    let identity: FileIdentity
    var source: SourceReader
    /// What it looked like when it was last read to its end; nil while more is there to read.
    var status: FileStatus?
    /// When something new was last seen of it, by the follower's clock.
    var changedAt: Int64
    /// When its content was last held against what was read.
    var checkedAt: Int64
    /// Whether one of the patterns names it now.
    var isNamed = true
    /// Since when it has looked as it did when it was opened, for a compressed file.
    var settledSince: Int64?
    /// Whether bytes are in memory that were not read as lines, because it was not known what the file is.
    var isNews = false
    /// Whether a compressed file was read up to a damage.
    var isDamaged = false
    /// Reading it failed: it is tried again later, each time with more patience.
    var retry: Retry?
    private let opened: OpenedSource

    init(_ opened: OpenedSource, _ identity: FileIdentity, chunkBytes: Int, at time: Int64) {
        self.identity = identity
        self.opened = opened
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
    var unread: Int64 { max(0, max(status?.size ?? 0, source.record.size) - source.record.checkpoint) }

    /// Whether the last name of the file was removed.
    var isDeleted: Bool { (try? source.status()).map { $0.names == 0 } ?? false }

    /// Whether a newer file stands under the name that this one had: it is a rotated one.
    var isSuperseded: Bool {
        guard !isSamePath(source.record.path, source.record.log) else { return false }
        return FileStatus(path: source.record.log).map { $0.identity != identity } ?? false
    }
}

/// When something that failed is tried again, by the follower's clock.
struct Retry {
    private static let shortest: Int64 = 1_000_000
    private static let longest: Int64 = 60_000_000

    private(set) var at: Int64
    private var delay: Int64

    init(at time: Int64) {
        at = time
        delay = Self.shortest
    }

    /// - Parameter last: the try before this one, of which the patience is doubled.
    init(after last: Retry?, _ time: Int64) {
        delay = min((last?.delay ?? Self.shortest / 2) * 2, Self.longest)
        at = time + delay
    }
}
