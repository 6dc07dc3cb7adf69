#if canImport(Glibc)
internal import Glibc
#else
internal import Darwin
#endif

/// Says that something may have happened in some folders, so that nobody has to look all the time.
///
/// Where the system tells of changes (inotify on Linux), waiting ends with the first one. It is a hint, never the
/// truth: network file systems tell nothing, queues overflow, and the number of watches is limited. Whoever waits looks
/// again from time to time all the same.
package final class FolderWatch {
    private let file: Int32
    private var watches: [String: Int32] = [:]

    package init() {
        #if canImport(Glibc)
        file = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC))
        #else
        file = -1
        #endif
    }

    deinit { if file >= 0 { close(file) } }

    /// Whether all folders that were asked for are watched.
    package private(set) var isComplete = false

    /// Watches these folders and no others.
    package func watch(_ folders: Set<String>) {
        isComplete = file >= 0
        guard file >= 0 else { return }
        #if canImport(Glibc)
        for (folder, watch) in watches where !folders.contains(folder) {
            inotify_rm_watch(file, watch)
            watches[folder] = nil
        }
        let mask = UInt32(IN_MODIFY | IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_CLOSE_WRITE | IN_ATTRIB)
        for folder in folders {
            // Added again each time: a folder that was deleted and made anew has lost its watch.
            let watch = withSystemPath(folder) { inotify_add_watch(file, $0, mask) }
            if watch >= 0 { watches[folder] = watch } else { isComplete = false }
        }
        #endif
    }

    /// Waits until something happens in a folder, a descriptor can be read, or the time is over.
    package func wait(milliseconds: Int, or descriptors: [Int32]) {
        Self.wait(milliseconds: milliseconds, for: [file] + descriptors)
    }

    /// Whether names came, went or changed since the last call, or that is not known.
    package func takeNews() -> Bool {
        guard file >= 0 else { return false }
        var news = false
        var events = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            let count = events.withUnsafeMutableBytes { read(file, $0.baseAddress!, $0.count) }
            guard count > 0 else { return news }
            news = events.withUnsafeBytes { Self.tellsOfNames(UnsafeRawBufferPointer(rebasing: $0[..<count])) } || news
        }
    }

    /// Whether one of the events is something else than that a file was written to.
    private static func tellsOfNames(_ events: UnsafeRawBufferPointer) -> Bool {
        #if canImport(Glibc)
        // An event: watch, mask, cookie, length of the name (four bytes each), name.
        var at = 0
        while at + 16 <= events.count {
            let mask = events.loadUnaligned(fromByteOffset: at + 4, as: UInt32.self)
            if mask & UInt32(IN_MODIFY | IN_CLOSE_WRITE) == 0 { return true }
            at += 16 + Int(events.loadUnaligned(fromByteOffset: at + 12, as: UInt32.self))
        }
        #endif
        return false
    }

    /// Waits until a descriptor can be read or the time is over.
    package static func wait(milliseconds: Int, for descriptors: [Int32]) {
        var polls = descriptors.filter { $0 >= 0 }.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        poll(&polls, nfds_t(polls.count), Int32(clamping: milliseconds))
    }
}

/// A pipe to oneself: a signal writes to it, and a wait ends.
package final class SelfPipe: Sendable {
    /// Readable once somebody has called `wake()`.
    package let descriptor: Int32
    private let end: Int32

    package init() {
        var ends: [Int32] = [-1, -1]
        _ = pipe(&ends)
        for end in ends where end >= 0 {
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        }
        (descriptor, end) = (ends[0], ends[1])
    }

    deinit {
        close(descriptor)
        close(end)
    }

    /// Ends the wait that is going on, or the next one. May be called from any thread.
    package func wake() {
        var byte: UInt8 = 1
        _ = write(end, &byte, 1)
    }

    /// Makes the next wait last again.
    package func drain() {
        var bytes = [UInt8](repeating: 0, count: 64)
        while bytes.withUnsafeMutableBytes({ read(descriptor, $0.baseAddress!, $0.count) }) > 0 {}
    }
}
