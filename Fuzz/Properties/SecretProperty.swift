package import Events

/// What must hold for any bytes in which credentials are looked for. The program must not stop either.
package enum SecretProperty {
    /// All marks have the same digits, so that they can be found again.
    package static let marker = SecretMarker { _ in 0 }

    private static let markEnd = Array(":hmac:0000000000000000⟩".utf8)
    private static let markStart = Array("⟨".utf8)
    /// So long a text is made of the input, that more than linear time shows.
    private static let longLength = 1 << 15
    /// Linear time is some milliseconds, also with checks, and under a debugger's eyes.
    private static let longestTime = Duration.seconds(5)

    /// What does not hold, or nil.
    ///
    /// What is outside of marks is the input, byte for byte and in order; what was replaced once has nothing more to
    /// be replaced; and the time grows as the length does.
    package static func fault(in bytes: [UInt8]) -> String? {
        for (name, search) in searches {
            guard let once = search(bytes) else { continue }
            guard keepsTheRest(of: bytes, in: once) else { return "\(name): bytes outside of marks changed" }
            if name != "cut line", let twice = search(once) {
                return "\(name): replaced again: \(String(decoding: once, as: UTF8.self)) and then "
                    + String(decoding: twice, as: UTF8.self)
            }
        }
        // It takes a hundred times as long as all else, so one input of sixteen has to do it.
        return bytes.reduce(0, &+) & 15 == 0 ? faultOfTime(bytes) : nil
    }

    private static let searches: [(String, @Sendable ([UInt8]) -> [UInt8]?)] = [
        ("text", { marker.redacted(text: $0.span.bytes)?.bytes }),
        ("line", { marker.redacted(line: $0.span.bytes)?.bytes }),
        ("cut line", { marker.redacted(line: $0.span.bytes, isCut: true)?.bytes }),
    ]

    private static func faultOfTime(_ bytes: [UInt8]) -> String? {
        guard !bytes.isEmpty else { return nil }
        var long: [UInt8] = []
        while long.count < longLength { long += bytes }
        let clock = ContinuousClock()
        for (name, search) in searches {
            let time = clock.measure { _ = search(long) }
            if time > longestTime { return "\(name): \(time) for \(long.count) bytes" }
        }
        return nil
    }

    /// Whether the stretches between marks stand in the input, in their order, from its first byte to its last.
    private static func keepsTheRest(of bytes: [UInt8], in marked: [UInt8]) -> Bool {
        let rest = stretches(between: marked)
        guard bytes.starts(with: rest[0]), bytes.suffix(rest[rest.count - 1].count) == rest[rest.count - 1][...] else {
            return false
        }
        var at = 0
        for stretch in rest {
            while !bytes[at...].starts(with: stretch) {
                guard at < bytes.count else { return false }
                at += 1
            }
            at += stretch.count
        }
        return true
    }

    private static func stretches(between marked: [UInt8]) -> [[UInt8]] {
        var all: [[UInt8]] = [[]]
        var at = 0
        while at < marked.count {
            if let end = markEnd(in: marked, at: at) {
                all.append([])
                at = end
            } else {
                all[all.count - 1].append(marked[at])
                at += 1
            }
        }
        return all
    }

    /// Where the mark that starts at `at` ends, or nil.
    private static func markEnd(in bytes: [UInt8], at: Int) -> Int? {
        guard bytes[at...].starts(with: markStart) else { return nil }
        var end = at + markStart.count
        while end < bytes.count, bytes[end] == 0x5F || (0x61...0x7A).contains(bytes[end]) { end += 1 }
        return bytes[end...].starts(with: markEnd) ? end + markEnd.count : nil
    }
}
