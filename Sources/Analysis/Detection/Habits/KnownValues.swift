/// The values that tokens have shown, each with the last UTC day on which it was seen: networks, programs, tools.
///
/// Tokens, values and kinds of values are numbers here; kinds count from 0.
struct KnownValues {
    private let memory: Int32
    private let kinds: Int
    /// The most values of a kind that a token may have for a further one to be new.
    private let most: Int
    private var lastSeen: [Value: Int32] = [:]
    /// By token and kind.
    private var values: [[UInt32]]

    private struct Value: Hashable {
        var token: UInt32
        var kind: UInt32
        var value: UInt32
    }

    /// Of more values those that are remembered no longer are dropped.
    private static let many = 256

    init(tokens: Int, kinds: Int, most: Int, memory: Int32) {
        self.kinds = kinds
        self.most = most
        self.memory = memory
        values = [[UInt32]](repeating: [], count: tokens * kinds)
    }

    private func place(_ token: UInt32, _ kind: Int) -> Int { Int(token) * kinds + kind }

    /// Notes that a value was seen on a day; true if it had not been seen before.
    @discardableResult
    mutating func note(_ value: UInt32, of token: UInt32, _ kind: Int, on day: Int32) -> Bool {
        let key = Value(token: token, kind: UInt32(kind), value: value)
        guard let last = lastSeen[key] else {
            lastSeen[key] = day
            values[place(token, kind)].append(value)
            return true
        }
        if last < day { lastSeen[key] = day }
        return false
    }

    /// Whether a value is new on a day for a token that has values of the kind, and not too many.
    func isNew(_ value: UInt32, of token: UInt32, _ kind: Int, on day: Int32) -> Bool {
        func isRemembered(_ value: UInt32) -> Bool {
            lastSeen[Value(token: token, kind: UInt32(kind), value: value)].map { $0 >= day - memory } ?? false
        }
        guard !isRemembered(value) else { return false }
        // A token that roams has thousands of values, of which the first few found settle it: the latest are live.
        var had = 0
        for other in values[place(token, kind)].reversed() where isRemembered(other) {
            had += 1
            if had > most { return false }
        }
        return had > 0
    }

    /// Drops the values of a token that are remembered no longer, if there are many.
    mutating func forget(_ token: UInt32, before day: Int32) {
        for kind in 0..<kinds where values[place(token, kind)].count > Self.many {
            values[place(token, kind)].removeAll { value in
                let key = Value(token: token, kind: UInt32(kind), value: value)
                guard let last = lastSeen[key], last < day - memory else { return false }
                lastSeen[key] = nil
                return true
            }
        }
    }
}
