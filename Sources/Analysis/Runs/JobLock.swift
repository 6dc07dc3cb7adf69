internal import Files
internal import Segments

/// Held by a scheduled run from its first look at the trail until what it reported is noted: two at once would report
/// the same.
package final class JobLock {
    private var lock: FileLock?

    /// Takes the lock at once or throws `FileError.locked`. A trail that cannot be written to has no ledger to protect.
    package init(trail: String) throws {
        guard try checkedKind(ofPath: trail) == .folder else { return }
        try requireOwner(folder: trail)
        try asOwner(of: trail) {
            lock = try FileLock(
                path: trail + "/" + SegmentLayout.jobsLock, protecting: "the scheduled runs of " + trail,
                FolderReaders(of: trail))
        }
    }

    package func release() { lock = nil }
}
