internal import Console
internal import Files
internal import Foundation
internal import Synchronization
#if canImport(Glibc)
internal import Glibc
#else
internal import Darwin
#endif

/// A trail for one question, in a folder of `TMPDIR` that only its owner may enter. It goes with `remove()`, and with a
/// SIGINT, SIGTERM or SIGHUP, which end the process then.
final class TemporaryTrail: Sendable {
    let path: String
    private let folder: String
    private let isOver = Atomic(false)
    /// The exit code of a process that SIGINT ends, as a shell has it.
    private static let interrupted: Int32 = 130

    init() throws {
        let folder = NSTemporaryDirectory() + "authtrail-doctor-" + UUID().uuidString
        self.folder = folder
        path = folder + "/trail"
        // First, so that no signal can come between.
        let signals = Signals()
        guard mkdir(folder, 0o700) == 0 else {
            throw FileError.cannotWrite(operation: "create the folder", path: folder, code: errno)
        }
        Thread.detachNewThread { [weak self] in
            while let self, !self.isOver.load(ordering: .relaxed) {
                FolderWatch.wait(milliseconds: 500, for: [signals.descriptor])
                guard signals.wantsStop || signals.takeReload() else { continue }
                self.remove()
                _exit(Self.interrupted)
            }
        }
    }

    /// Removes it, also while somebody still writes to it.
    func remove() {
        isOver.store(true, ordering: .relaxed)
        for _ in 0..<100 {
            try? FileManager.default.removeItem(atPath: folder)
            if kind(ofPath: folder) == .missing { return }
            usleep(2000)
        }
    }
}
