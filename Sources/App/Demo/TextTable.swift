/// Texts laid end to end, so that a line takes one by its place without making a String.
struct TextTable: Sendable {
    private var bytes: [UInt8] = []
    private var ends: [Int] = []

    init(_ texts: [String]) {
        for text in texts {
            bytes.append(contentsOf: text.utf8)
            ends.append(bytes.count)
        }
    }

    var count: Int { ends.count }

    @inline(__always)
    func withBytes(at place: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Void) {
        let start = place == 0 ? 0 : ends[place - 1]
        bytes.withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0[start..<ends[place]])) }
    }

    subscript(place: Int) -> String {
        String(decoding: bytes[(place == 0 ? 0 : ends[place - 1])..<ends[place]], as: UTF8.self)
    }
}
