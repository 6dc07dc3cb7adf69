internal import Dispatch
internal import Foundation
internal import Synchronization

/// Work on things that do not depend on each other, two at a time: more would need more memory than a run may take.
enum SideBySide {
    private static let most = min(2, ProcessInfo.processInfo.activeProcessorCount)

    private struct State<Output: Sendable>: Sendable {
        var next = 0
        var done = 0
        var failed = false
        var results: [Result<Output, any Error>?]
    }

    /// What `work` makes of each, in their order. The first error in that order is thrown, when nothing is being done
    /// any more; after an error nothing more is begun. `progress` is told how many are done.
    static func map<Element: Sendable, Output: Sendable>(
        _ elements: [Element], _ work: @Sendable (Element) throws -> Output, progress: @Sendable (Int) -> Void
    ) throws -> [Output] {
        let state = Mutex(State<Output>(results: Array(repeating: nil, count: elements.count)))
        DispatchQueue.concurrentPerform(iterations: min(most, elements.count)) { _ in
            while let place = state.withLock({ state -> Int? in
                guard !state.failed, state.next < elements.count else { return nil }
                state.next += 1
                return state.next - 1
            }) {
                let result = Result { try work(elements[place]) }
                state.withLock { state in
                    state.results[place] = result
                    state.done += 1
                    if case .failure = result { state.failed = true }
                    progress(state.done)
                }
            }
        }
        return try state.withLock { try $0.results.compactMap { try $0?.get() } }
    }
}
