internal import Events

// Whether values are what a rule wants.

extension ValueReader {
    mutating func holds(_ condition: MappedCondition) -> Bool { holds(condition.test, condition.value) }

    private mutating func holds(_ test: MappedTest, _ value: MappedValue) -> Bool {
        if case .path(let path) = value, let answer = holdsInPlace(test, path) { return answer }
        switch test {
        case .exists(let wanted): return (text(value) != nil) == wanted
        case .not(let test): return !holds(test, value)
        case .anyOf(let texts): return text(value).map { texts.contains($0) } ?? false
        case .prefix(let starts): return text(value).map { text in starts.contains { text.starts(with: $0) } } ?? false
        case .suffix(let ends):
            return text(value).map { text in ends.contains { text.suffix($0.count) == $0[...] } } ?? false
        case .pattern(let pattern): return text(value).map { pattern.matches($0[...]) } ?? false
        case .atLeast(let least):
            return text(value).flatMap { Double(String(decoding: $0, as: UTF8.self)) }.map { $0 >= least } ?? false
        }
    }

    /// The answer for a text without escapes, or a value that is not there, without making a text of it; nil if it
    /// takes more.
    private func holdsInPlace(_ test: MappedTest, _ path: BoundPath) -> Bool? {
        switch inPlace(path) {
        case .other: return nil
        case .absent:
            switch test {
            case .exists(let wanted): return !wanted
            case .not(let test): return holdsInPlace(test, path).map { !$0 }
            default: return false
            }
        case .string(let range):
            let bytes = memory.span.bytes
            let text = range.lowerBound + 1..<range.upperBound - 1
            switch test {
            case .exists(let wanted): return wanted
            case .anyOf(let texts): return texts.contains { bytes.equal(text, $0) }
            case .prefix(let starts): return starts.contains { bytes.starts(text, with: $0) }
            case .not(let test): return holdsInPlace(test, path).map { !$0 }
            case .suffix, .pattern, .atLeast: return nil
            }
        }
    }
}
