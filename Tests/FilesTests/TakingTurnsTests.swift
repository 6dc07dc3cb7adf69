import Files
import Foundation
import Synchronization
import Testing

struct TakingTurnsTests {
    let scratch = Scratch()
    private var queue: String { scratch.path + "/queue" }

    /// Who was served, in that order, and how many at once.
    private final class Counter: Sendable {
        let served = Mutex<[Int]>([])
        let inside = Atomic<Int>(0)

        func serve(_ number: Int) {
            #expect(inside.add(1, ordering: .sequentiallyConsistent).newValue == 1)
            served.withLock { $0.append(number) }
            usleep(30_000)
            inside.subtract(1, ordering: .sequentiallyConsistent)
        }
    }

    @Test func `who comes first is served first, and one at a time`() {
        let counter = Counter(), path = queue, all = DispatchGroup()
        for number in 0..<30 {
            // Threads of their own: they wait. They come one after the other, much sooner than one is done.
            all.enter()
            Thread.detachNewThread {
                _ = takingTurns(path, goesOn: { true }) { counter.serve(number) }
                all.leave()
            }
            usleep(15_000)
        }
        all.wait()
        let order = counter.served.withLock { $0 }
        #expect(order.sorted() == Array(0..<30))
        // A loaded machine may let two neighbors come the other way round, and no others.
        #expect(order.enumerated().allSatisfy { abs($0.offset - $0.element) <= 2 }, "\(order)")
    }

    @Test func `who gives up has done nothing, and the next one does not wait for it`() throws {
        let path = queue
        let given: Int? = try #require(
            takingTurns(path, goesOn: { true }) {
                takingTurns(path, goesOn: { false }) { 1 }
            })
        #expect(given == nil)
        #expect(takingTurns(path, goesOn: { false }) { 2 } == 2)
    }

    @Test func `without a file to wait at nobody waits`() {
        #expect(takingTurns("/no/such/folder/queue", goesOn: { false }) { 3 } == 3)
    }
}
