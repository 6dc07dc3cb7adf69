internal import Events

// Values that are lists of texts.

extension ValueReader {
    /// The value as a list of texts: the elements of an array, the parts of a text, or the one text.
    mutating func list(_ value: MappedValue) -> [[UInt8]]? {
        switch value {
        case .path(let path):
            var all: [[UInt8]] = []
            each(path) { bytes, range in
                if bytes.byte(range.lowerBound) == Byte.openBracket {
                    _ = PathWalk.each([.all], bytes, range, ignoresCase: ignoresCase) { bytes, element in
                        if let text = Self.present(PathWalk.text(bytes, element)) { all.append(text) }
                        return false
                    }
                } else if let text = Self.present(PathWalk.text(bytes, range)) {
                    all.append(text)
                }
                return false
            }
            return all.isEmpty ? nil : all
        case .first(let values):
            for value in values { if let list = list(value) { return list } }
            return nil
        case .named(let place): return list(named[place])
        case .split(let value, let separator):
            guard let list = list(value) else { return nil }
            let parts = list.flatMap { Self.split($0, separator) }
            return parts.isEmpty ? nil : parts
        case .lowercased(let value): return list(value)?.map { $0.map(\.lowercasedASCII) }
        case .text, .template, .part, .lookup: return text(value).map { [$0] }
        }
    }

    private static func present(_ text: [UInt8]) -> [UInt8]? {
        text.span.bytes.isNothing(0..<text.count) ? nil : text
    }

    private static func split(_ text: [UInt8], _ separator: [UInt8]) -> [[UInt8]] {
        guard let first = separator.first else { return [text] }
        var parts: [[UInt8]] = []
        var start = 0
        var at = 0
        while at < text.count {
            if text[at] == first, text[at...].starts(with: separator) {
                parts.append(Array(text[start..<at]))
                at += separator.count
                start = at
            } else {
                at += 1
            }
        }
        parts.append(Array(text[start...]))
        return parts.map { part in
            Array(part.drop { $0 == Byte.space }.reversed().drop { $0 == Byte.space }.reversed())
        }.filter { !$0.isEmpty }
    }
}
