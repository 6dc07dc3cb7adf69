import Foundation
import GRDB
import TrailSupport

/// A trail that cannot be written for a while: its segments, as on a full disk, or its catalog.
final class FailingDisk {
    enum Kind { case segments, catalog }

    private let trail: String
    private(set) var kind: Kind?

    init(_ trail: String) { self.trail = trail }

    var isFailing: Bool { kind != nil }

    func fail(_ kind: Kind) throws {
        self.kind = kind
        switch kind {
        case .segments:
            // A file stands where the folder was.
            if FileManager.default.fileExists(atPath: segments) {
                try FileManager.default.moveItem(atPath: segments, toPath: segments + ".away")
            }
            try Data().write(to: URL(fileURLWithPath: segments))
        case .catalog:
            try change(
                """
                CREATE TRIGGER refusal BEFORE INSERT ON batches BEGIN SELECT RAISE(FAIL, 'the disk is full'); END
                """)
        }
    }

    func mend() throws {
        switch kind {
        case .segments:
            try FileManager.default.removeItem(atPath: segments)
            if FileManager.default.fileExists(atPath: segments + ".away") {
                try FileManager.default.moveItem(atPath: segments + ".away", toPath: segments)
            }
        case .catalog: try change("DROP TRIGGER refusal")
        case nil: break
        }
        kind = nil
    }

    private var segments: String { trail + "/segments" }

    private func change(_ sql: String) throws {
        var configuration = Configuration()
        configuration.busyMode = .timeout(10)
        let catalog = try DatabaseQueue(path: trail + "/catalog.sqlite", configuration: configuration)
        try catalog.writeWithoutTransaction { db in try db.execute(sql: sql) }
    }
}

/// A compressed file that comes piece by piece: as `gzip` writes it, or as a slow network brings it.
struct Arrival {
    let name: String
    /// The file that goes when all is there.
    let original: String?
    private let bytes: Data
    private let file: FileHandle
    private var sent = 0

    /// Nil if there is no file to compress, or one of the new name.
    init?(of source: String, at path: String, _ place: Place, removes: Bool) {
        guard FileManager.default.fileExists(atPath: source), !FileManager.default.fileExists(atPath: path) else {
            return nil
        }
        let whole = place.path("whole.gz.part")
        place.shell("gzip -c '\(source)' > '\(whole)'")
        guard let bytes = FileManager.default.contents(atPath: whole),
            FileManager.default.createFile(atPath: path, contents: nil),
            let file = FileHandle(forWritingAtPath: path)
        else { return nil }
        try? FileManager.default.removeItem(atPath: whole)
        (self.bytes, self.file) = (bytes, file)
        name = (path as NSString).lastPathComponent
        original = removes ? source : nil
    }

    var isComplete: Bool { sent == bytes.count }

    /// Writes so many bytes more; with the last of them, the original goes.
    mutating func send(_ count: Int) {
        let end = sent + min(count, bytes.count - sent)
        file.write(bytes[sent..<end])
        sent = end
        guard isComplete else { return }
        try? file.close()
        if let original { try? FileManager.default.removeItem(atPath: original) }
    }
}
