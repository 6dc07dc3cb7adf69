/// A pattern of LIKE or GLOB against texts that are made of times: can any of them match?
struct TimePattern {
    private enum Part: Equatable { case any, one, byte(UInt8), oneOf(Set<UInt8>) }

    private let parts: [Part]

    init(_ pattern: String, isGlob: Bool) {
        let bytes = Array(pattern.utf8)
        var parts: [Part] = []
        var at = 0
        while at < bytes.count {
            switch bytes[at] {
            case UInt8(ascii: "*") where isGlob, UInt8(ascii: "%") where !isGlob: parts.append(.any)
            case UInt8(ascii: "?") where isGlob, UInt8(ascii: "_") where !isGlob: parts.append(.one)
            case UInt8(ascii: "[") where isGlob:
                // A set of characters may be anything here: what it refuses is for SQLite to say.
                let end = bytes[(at + 1)...].dropFirst().firstIndex(of: UInt8(ascii: "]")) ?? bytes.count - 1
                parts.append(.one)
                at = end
            case let byte:
                let isLetter = (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                parts.append(isLetter && !isGlob ? .oneOf([byte | 0x20, byte & ~0x20]) : .byte(byte))
            }
            at += 1
        }
        self.parts = parts
    }

    /// Whether some text of a form matches.
    func matches(_ form: TextForm) -> Bool {
        // What stands at each place of the text; nil for a digit.
        let form = form.example.utf8.map { Self.isDigit($0) ? nil : $0 }
        // The places of the text that the pattern so far can have come to.
        var places: Set<Int> = [0]
        for part in parts {
            switch part {
            case .any: places = places.min().map { Set($0...form.count) } ?? []
            case .one: places = Self.next(places, form) { _ in true }
            case .byte(let byte): places = Self.next(places, form) { $0.map { $0 == byte } ?? Self.isDigit(byte) }
            case .oneOf(let bytes):
                places = Self.next(places, form) { $0.map(bytes.contains) ?? bytes.contains(where: Self.isDigit) }
            }
        }
        return places.contains(form.count)
    }

    private static func next(_ places: Set<Int>, _ form: [UInt8?], _ fits: (UInt8?) -> Bool) -> Set<Int> {
        Set(places.filter { $0 < form.count && fits(form[$0]) }.map { $0 + 1 })
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
