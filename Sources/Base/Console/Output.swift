import Synchronization
#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A buffered place for results: standard output, standard error, a file, or memory.
///
/// Writes are complete: interrupted and partial ones go on. A reader that goes away (`| head`) is no error: what
/// follows is dropped, `readerIsGone` says so, and nothing is thrown. Every other refusal is thrown as `ConsoleError`.
/// A file is written under a temporary name beside its place and takes its name in `finish()`; without `finish()`
/// nothing is left of it. May be used from several threads, each call by itself.
package final class Output: Sendable {
    /// What the place can show; formats and charts ask this.
    package let terminal: Terminal

    private let state: Mutex<State>

    private struct State: Sendable {
        var buffer: [UInt8] = []
        var target: Target
        var readerIsGone = false
    }

    private enum Target: Sendable {
        case stream(Int32, name: String)
        case file(PendingFile)
        case memory
        case finished
    }

    /// Bytes that are gathered before they are written.
    private static let bufferSize = 64 * 1024

    private init(_ target: Target, _ terminal: Terminal) {
        self.terminal = terminal
        state = Mutex(State(target: target))
    }

    /// Standard output. From here on a broken pipe is an error number instead of a deadly signal.
    package static func standardOutput(_ terminal: Terminal = .standardOutput) -> Output {
        stream(STDOUT_FILENO, name: "standard output", terminal)
    }

    /// Standard error, for summaries and notes.
    package static func standardError(_ terminal: Terminal = .standardError) -> Output {
        stream(STDERR_FILENO, name: "standard error", terminal)
    }

    /// An open descriptor, which stays open.
    static func stream(_ descriptor: Int32, name: String, _ terminal: Terminal) -> Output {
        signal(SIGPIPE, SIG_IGN)
        return Output(.stream(descriptor, name: name), terminal)
    }

    /// A file that appears under its name in `finish()`. A link is followed; a device or a named pipe, such as
    /// `/dev/null`, is written directly.
    package static func file(_ path: String) throws(ConsoleError) -> Output {
        signal(SIGPIPE, SIG_IGN)
        return Output(.file(try PendingFile(path)), .pipe)
    }

    /// Memory, read back through `text`.
    package static func memory(_ terminal: Terminal = .pipe) -> Output { Output(.memory, terminal) }

    deinit {
        state.withLock { state in
            switch state.target {
            case .file(let file): file.abandon()
            case .stream: try? Self.drain(&state)
            case .memory, .finished: break
            }
        }
    }

    /// Everything written to memory so far; empty for other places.
    package var text: String {
        state.withLock { state in
            if case .memory = state.target { String(decoding: state.buffer, as: UTF8.self) } else { "" }
        }
    }

    /// True once the reader of a pipe has gone away. Long work may stop early then, as a success.
    package var readerIsGone: Bool { state.withLock { $0.readerIsGone } }

    /// Adds text as it is; text from logs must have passed `SafeText`.
    package func write(_ text: String) throws(ConsoleError) {
        try append { $0.append(contentsOf: text.utf8) }
    }

    /// Adds bytes as they are.
    package func write(bytes: [UInt8]) throws(ConsoleError) {
        try append { $0.append(contentsOf: bytes) }
    }

    /// Adds text and a newline.
    package func line(_ text: String = "") throws(ConsoleError) {
        try append { buffer in
            buffer.append(contentsOf: text.utf8)
            buffer.append(0x0A)
        }
    }

    /// Hands everything gathered so far to the system.
    package func flush() throws(ConsoleError) {
        try state.withLock { (state) throws(ConsoleError) in try Self.drain(&state) }
    }

    /// Writes the rest; a file is made durable and takes its name. Nothing may be written afterwards.
    package func finish() throws(ConsoleError) {
        try state.withLock { (state) throws(ConsoleError) in
            switch state.target {
            case .memory, .finished: return
            case .stream: try Self.drain(&state)
            case .file(let file):
                do throws(ConsoleError) {
                    try Self.drain(&state)
                } catch {
                    file.abandon()
                    state.target = .finished
                    throw error
                }
                state.target = .finished
                try file.commit()
            }
        }
    }

    private func append(_ add: (inout [UInt8]) -> Void) throws(ConsoleError) {
        try state.withLock { (state) throws(ConsoleError) in
            if state.readerIsGone { return }
            if case .finished = state.target { preconditionFailure("an output was written to after it was finished") }
            add(&state.buffer)
            if case .memory = state.target { return }
            if state.buffer.count >= Self.bufferSize { try Self.drain(&state) }
        }
    }

    private static func drain(_ state: inout State) throws(ConsoleError) {
        let (descriptor, place): (Int32, String)
        switch state.target {
        case .stream(let stream, let name): (descriptor, place) = (stream, name)
        case .file(let file): (descriptor, place) = (file.descriptor, file.path)
        case .memory, .finished: return
        }
        // Emptied whatever happens: bytes that were refused once must not come again after later ones.
        defer { state.buffer.removeAll(keepingCapacity: true) }
        switch Descriptor.write(state.buffer, to: descriptor) {
        case 0: break
        case EPIPE: state.readerIsGone = true
        case let code: throw .cannotWrite(place: place, cause: Descriptor.cause(code))
        }
    }
}
