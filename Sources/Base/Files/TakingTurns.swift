#if canImport(Glibc)
internal import Glibc
#else
internal import Darwin
#endif

/// Does something when all processes are done that asked for the same before: first come, first served. Returns nil,
/// without having done it, once `goesOn` says no while others are still before this one.
///
/// A process draws the next number and locks the byte of the queue's file that has it; its turn has come when no byte
/// before that one is locked. The system takes the locks away when a process ends, however it ends, so nobody waits for
/// the dead. It is a queue and no lock: where the file cannot be made, or the file system has no locks, nobody waits,
/// and what is done must be safe by itself.
package func takingTurns<Result>(
    _ path: String, goesOn: () -> Bool, _ body: () throws -> Result
) rethrows -> Result? {
    let file = openFile(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0o600)
    guard file >= 0 else { return try body() }
    // Closing the file gives the turn to the next one.
    defer {
        release(file)
        close(file)
    }
    guard waitForTurn(file, goesOn) else { return nil }
    return try body()
}

#if canImport(Glibc)

// Locks of open files, by the numbers that Linux gave these calls; headers name them for some programs only.
private let (F_OFD_GETLK, F_OFD_SETLK, F_OFD_SETLKW): (Int32, Int32, Int32) = (36, 37, 38)

/// The byte that is locked while a number is drawn; numbers begin behind it.
private let drawing: Int64 = 0

private func waitForTurn(_ file: Int32, _ goesOn: () -> Bool) -> Bool {
    guard let number = draw(file), number > 1 else { return true }
    while let before = firstLocked(file, before: number) {
        guard goesOn() else { return false }
        // Those at the end need not look as often as the next one.
        usleep(UInt32(min(max(number - before, 1) * 2, 40)) * 1000)
    }
    return true
}

/// Draws a number and locks it. Nil if that cannot be done.
private func draw(_ file: Int32) -> Int64? {
    guard lock(file, drawing, waits: true) else { return nil }
    defer { unlock(file, drawing, 1) }
    var last: Int64 = 0
    _ = withUnsafeMutableBytes(of: &last) { pread(file, $0.baseAddress!, $0.count, 0) }
    // The last number is lost if it could not be written; then those who wait still have theirs.
    var number = (0..<Int64.max >> 1).contains(last) ? last + 1 : 1
    while !lock(file, number, waits: false) {
        guard errno == EAGAIN || errno == EACCES else { return nil }
        number += 1
    }
    _ = withUnsafeBytes(of: &number) { pwrite(file, $0.baseAddress!, $0.count, 0) }
    return number
}

/// A number before another one that somebody waits with, or whose turn it is.
private func firstLocked(_ file: Int32, before number: Int64) -> Int64? {
    var range = flock(Int16(F_WRLCK), drawing + 1, number - drawing - 1)
    while fcntl(file, F_OFD_GETLK, &range) != 0 {
        guard errno == EINTR else { return nil }
    }
    return range.l_type == Int16(F_UNLCK) ? nil : Int64(range.l_start)
}

/// Locks that belong to the open file, not to the process: two of one process wait for each other as well.
private func lock(_ file: Int32, _ byte: Int64, waits: Bool) -> Bool {
    var range = flock(Int16(F_WRLCK), byte, 1)
    while fcntl(file, waits ? F_OFD_SETLKW : F_OFD_SETLK, &range) != 0 {
        guard errno == EINTR else { return false }
    }
    return true
}

private func unlock(_ file: Int32, _ byte: Int64, _ count: Int64) {
    var range = flock(Int16(F_UNLCK), byte, count)
    _ = fcntl(file, F_OFD_SETLK, &range)
}

/// Said aloud: a process that is just being started has a copy of the descriptor for a moment.
private func release(_ file: Int32) { unlock(file, drawing, 0) }

extension flock {
    fileprivate init(_ type: Int16, _ start: Int64, _ length: Int64) {
        self.init()
        l_type = type
        l_whence = Int16(SEEK_SET)
        l_start = off_t(start)
        l_len = off_t(length)
    }
}

#else

/// Without locks of open files: in no order, but one after the other.
private func waitForTurn(_ file: Int32, _ goesOn: () -> Bool) -> Bool {
    while flock(file, LOCK_EX | LOCK_NB) != 0 {
        guard errno == EWOULDBLOCK || errno == EINTR else { return true }
        guard goesOn() else { return false }
        usleep(2000)
    }
    return true
}

private func release(_ file: Int32) { flock(file, LOCK_UN) }

#endif
