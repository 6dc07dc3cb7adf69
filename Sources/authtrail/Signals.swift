internal import Dispatch
internal import Files
internal import Synchronization
#if canImport(Glibc)
internal import Glibc
#else
internal import Darwin
#endif

/// What was asked of a process that goes on for long, by signals.
final class Signals: Sendable {
    private struct State: Sendable {
        var wantsStop = false
        var wantsReload = false
    }

    private let state = Mutex(State())
    private let pipe = WakePipe()
    private nonisolated(unsafe) var sources: [any DispatchSourceSignal] = []

    /// Readable when something was asked.
    var descriptor: Int32 { pipe.descriptor }

    /// From here on SIGTERM and SIGINT ask to stop and SIGHUP to reload; nothing ends the process by itself.
    init() {
        for number in [SIGTERM, SIGINT, SIGHUP] {
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { [self] in
                state.withLock { if number == SIGHUP { $0.wantsReload = true } else { $0.wantsStop = true } }
                pipe.wake()
            }
            source.resume()
            sources.append(source)
        }
    }

    var wantsStop: Bool { state.withLock { $0.wantsStop } }

    /// Whether a reload was asked for since the last call.
    func takeReload() -> Bool {
        pipe.drain()
        return state.withLock { state in
            defer { state.wantsReload = false }
            return state.wantsReload
        }
    }
}
