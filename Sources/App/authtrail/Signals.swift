internal import Files
internal import Synchronization
#if canImport(Glibc)
internal import Glibc
#else
internal import Darwin
#endif

/// What was asked of a process that goes on for long, by signals.
final class Signals: Sendable {
    private let pipe: SelfPipe

    /// Readable when something was asked.
    var descriptor: Int32 { pipe.descriptor }

    /// From here on SIGTERM and SIGINT ask to stop and SIGHUP to reload; nothing ends the process by itself.
    init() {
        pipe = wakes
        // All that the handler touches exists before the first signal can come, and none is ever ignored: one that came
        // between would be lost, and the process would not end.
        asked.store(0, ordering: .sequentiallyConsistent)
        var signals = sigset_t()
        sigemptyset(&signals)
        for number in [SIGTERM, SIGINT, SIGHUP] {
            signal(number, note)
            sigaddset(&signals, number)
        }
        // Whoever started the process may have left them blocked; then they would wait forever.
        pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    }

    var wantsStop: Bool { asked.load(ordering: .sequentiallyConsistent) & stop != 0 }

    /// Whether a reload was asked for since the last call.
    func takeReload() -> Bool {
        pipe.drain()
        return asked.bitwiseAnd(~reload, ordering: .sequentiallyConsistent).oldValue & reload != 0
    }
}

private let stop: UInt8 = 1
private let reload: UInt8 = 2
private let asked = Atomic<UInt8>(0)
private let wakes = SelfPipe()

/// The handler: it only sets a bit and writes a byte, as a handler may.
private func note(_ number: Int32) {
    let before = errno
    asked.bitwiseOr(number == SIGHUP ? reload : stop, ordering: .sequentiallyConsistent)
    wakes.wake()
    errno = before
}
