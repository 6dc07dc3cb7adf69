import Synchronization
#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// How far long work is, on one line of standard error that is drawn again in place.
///
/// The line appears only on a terminal that can redraw, at most ten times a second, and never before a tenth of a
/// second has passed, so short work shows nothing. `update` and `add` may be called from any thread. A terminal that
/// does not take bytes (stopped by Ctrl-S) costs a frame, never time.
package final class Progress: Sendable {
    private let label: String
    private let unit: String
    private let terminal: Terminal
    private let isShown: Bool
    private let clock: @Sendable () -> UInt64
    private let width: @Sendable () -> Int
    private let isWritable: @Sendable () -> Bool
    private let write: @Sendable (String) -> Void
    private let state: Mutex<State>

    private struct State: Sendable {
        var bytes: Int64 = 0
        var count: Int64 = 0
        var total: Int64?
        var started: UInt64
        var lastFrame: UInt64
        var frames = 0
        var isDrawn = false
        var isFinished = false
        var byteRate = Rate()
        var countRate = Rate()
    }

    /// Nanoseconds between two frames.
    private static let frameTime: UInt64 = 100_000_000

    /// A progress line on standard error.
    ///
    /// - Parameters:
    ///   - total: bytes to be done; nil where that is not known, then a spinner and counts are shown.
    ///   - unit: what is counted besides bytes, in the plural.
    package static func standardError(
        _ label: String, total: Int64?, unit: String = "events", quiet: Bool = false,
        clock: @escaping @Sendable () -> UInt64 = Progress.monotonicClock
    ) -> Progress {
        let terminal = Terminal.standardError
        return Progress(
            label, total: total, unit: unit, quiet: quiet, terminal: terminal, clock: clock,
            width: { Terminal.windowWidth(STDERR_FILENO) ?? terminal.width },
            isWritable: { Descriptor.waitUntilWritable(STDERR_FILENO, milliseconds: 0) },
            write: { _ = Descriptor.write(Array($0.utf8), to: STDERR_FILENO) })
    }

    /// A progress line anywhere. `clock` returns monotonic nanoseconds; `width` is asked for every frame, nil means
    /// that of `terminal`; a frame is skipped while `isWritable` says no; `write` gets texts whole, while the state is
    /// locked.
    package init(
        _ label: String, total: Int64?, unit: String = "events", quiet: Bool = false, terminal: Terminal,
        clock: @escaping @Sendable () -> UInt64, width: (@Sendable () -> Int)? = nil,
        isWritable: @escaping @Sendable () -> Bool = { true }, write: @escaping @Sendable (String) -> Void
    ) {
        self.label = SafeText.visible(label)
        self.unit = unit
        self.terminal = terminal
        self.clock = clock
        self.width = width ?? { terminal.width }
        self.isWritable = isWritable
        self.write = write
        isShown = terminal.isTerminal && terminal.redraws && !quiet
        let now = clock()
        state = Mutex(State(total: total, started: now, lastFrame: now))
    }

    /// Nanoseconds of the system's monotonic clock.
    package static let monotonicClock: @Sendable () -> UInt64 = {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// Sets how much is done since the start, and draws if it is time for a frame.
    package func update(bytes: Int64, count: Int64) {
        guard isShown else { return }
        state.withLock { state in
            state.bytes = bytes
            state.count = count
            drawIfDue(&state)
        }
    }

    /// Adds what one worker did, and draws if it is time for a frame.
    package func add(bytes: Int64, count: Int64) {
        guard isShown else { return }
        state.withLock { state in
            state.bytes &+= bytes
            state.count &+= count
            drawIfDue(&state)
        }
    }

    /// Sets the bytes to be done, once they are known or have grown.
    package func setTotal(_ total: Int64?) { state.withLock { $0.total = total } }

    /// Writes a line above the progress line, as a warning in the middle of the work. Written in any case.
    package func note(_ text: String) {
        state.withLock { state in
            write((state.isDrawn ? Self.clear : "") + SafeText.visible(text) + "\n")
            state.isDrawn = false
        }
    }

    /// Clears the line. Further calls show nothing.
    package func finish() {
        state.withLock { state in
            if state.isDrawn { write(Self.clear) }
            state.isDrawn = false
            state.isFinished = true
        }
    }

    deinit { finish() }

    /// To the first column, and clear to the end of the line.
    private static let clear = "\r\u{1B}[K"

    private func drawIfDue(_ state: inout State) {
        let now = clock()
        guard !state.isFinished, now >= state.lastFrame, now - state.lastFrame >= Self.frameTime else { return }
        let seconds = Double(now - state.lastFrame) / 1e9
        state.byteRate.add(state.bytes, seconds: seconds)
        state.countRate.add(state.count, seconds: seconds)
        state.lastFrame = now
        guard isWritable() else { return }
        let line = ProgressLine(
            label: label, unit: unit, bytes: state.bytes, total: state.total, count: state.count,
            byteRate: state.byteRate.perSecond, countRate: state.countRate.perSecond,
            elapsed: Int64(clamping: (now - state.started) / 1_000_000_000), frame: state.frames)
        write("\r" + line.text(for: terminal, width: width()) + "\u{1B}[K")
        state.frames &+= 1
        state.isDrawn = true
    }

    /// A rate that follows changes within a few seconds and does not jump.
    private struct Rate: Sendable {
        var perSecond = 0.0
        private var last: Int64 = 0
        private var age = 0.0
        /// Seconds after which a change shows by half.
        private static let memory = 3.0

        init() {}

        mutating func add(_ amount: Int64, seconds: Double) {
            let now = Double(amount &- last) / seconds
            // A young rate is the plain average: the first frames know nothing better.
            let weight = seconds / (seconds + min(age, Self.memory))
            perSecond += weight * (now - perSecond)
            last = amount
            age += seconds
        }
    }
}
