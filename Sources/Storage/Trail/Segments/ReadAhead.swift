internal import Foundation

/// Reads things side by side, on threads of its own, and hands over what they give in the order of the things, on the
/// caller's thread.
///
/// What was read ahead is held, up to a number of bytes; whoever would exceed it waits. The thing whose turn it is
/// never waits for another, so all come to their end.
final class ReadAhead<Element: Sendable, Output: Sendable>: @unchecked Sendable {
    private struct Lane {
        var outputs: [(output: Output, bytes: Int)] = []
        var result: Result<Void, any Error>?
    }

    /// What a reader is told when nobody wants any more.
    private struct Over: Error {}

    private let elements: [Element]
    private let read: @Sendable (Element, (Output, _ bytes: Int) throws -> Void) throws -> Void
    private let room: Int
    private let condition = NSCondition()
    private let all = DispatchGroup()
    private var lanes: [Lane]
    private var turn = 0
    private var held = 0
    private var isOver = false

    /// - Parameter room: bytes of outputs that are held; one output more for each element that is being read.
    init(
        _ elements: [Element], room: Int,
        _ read: @escaping @Sendable (Element, (Output, _ bytes: Int) throws -> Void) throws -> Void
    ) {
        (self.elements, self.room, self.read) = (elements, room, read)
        lanes = elements.map { _ in Lane() }
    }

    /// Reads so many at once. The first error, in the order of the elements, is thrown when nothing is being read any
    /// more.
    func run(atOnce: Int, _ body: (Output) throws -> Void) throws {
        defer {
            locked { isOver = true }
            all.wait()
        }
        for place in 0..<min(atOnce, elements.count) { begin(place) }
        for place in elements.indices {
            locked { turn = place }
            while let output = try next(of: place) { try body(output) }
            begin(place + atOnce)
        }
    }

    private func begin(_ place: Int) {
        guard place < elements.count else { return }
        DispatchQueue.global(qos: .userInitiated).async(group: all) { [self] in
            let result = Result { try read(elements[place]) { try give($0, $1, of: place) } }
            locked { lanes[place].result = result }
        }
    }

    private func give(_ output: Output, _ bytes: Int, of place: Int) throws {
        condition.lock()
        defer { condition.unlock() }
        while !isOver, held > 0, held + bytes > room, turn != place || !lanes[place].outputs.isEmpty {
            condition.wait()
        }
        if isOver { throw Over() }
        lanes[place].outputs.append((output, bytes))
        held += bytes
        condition.broadcast()
    }

    /// The next output of an element, or nil after the last one.
    private func next(of place: Int) throws -> Output? {
        condition.lock()
        defer { condition.unlock() }
        while lanes[place].outputs.isEmpty {
            if let result = lanes[place].result {
                try result.get()
                return nil
            }
            condition.wait()
        }
        let (output, bytes) = lanes[place].outputs.removeFirst()
        held -= bytes
        condition.broadcast()
        return output
    }

    private func locked(_ body: () -> Void) {
        condition.lock()
        body()
        condition.broadcast()
        condition.unlock()
    }
}
