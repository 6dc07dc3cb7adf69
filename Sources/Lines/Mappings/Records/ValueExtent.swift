internal import Events

/// Finds where JSON values end without asking whether they are right: strings, and brackets that match.
enum ValueExtent: Equatable {
    /// The value ends before this place.
    case end(Int)
    /// The bytes end first.
    case more(RecordFrame.Passing)
    /// What stands here cannot be in a value: a bracket that closes nothing, or a line break in a string.
    case broken(Int)

    private static let deepest = 64

    /// The extent of the object or array that opens at `from`.
    static func container(_ bytes: RawSpan, _ from: Int) -> ValueExtent {
        var at = from
        var depth = 0
        var objects: UInt64 = 0
        while at < bytes.byteCount {
            switch bytes.byte(at) {
            case Byte.quote:
                switch string(bytes, at + 1) {
                case .end(let end): at = end
                case .more(var passing):
                    passing.depth = depth
                    return .more(passing)
                case .broken(let place): return .broken(place)
                }
            case let open where open == Byte.openBrace || open == Byte.openBracket:
                guard depth < deepest else { return .broken(at) }
                objects = objects << 1 | (open == Byte.openBrace ? 1 : 0)
                depth += 1
                at += 1
            case let close where close == Byte.closeBrace || close == Byte.closeBracket:
                guard (close == Byte.closeBrace) == (objects & 1 == 1) else { return .broken(at) }
                objects >>= 1
                depth -= 1
                at += 1
                if depth == 0 { return .end(at) }
            default: at += 1
            }
        }
        return .more(RecordFrame.Passing(depth: depth))
    }

    /// The extent of a string, from behind its opening quote.
    static func string(_ bytes: RawSpan, _ from: Int) -> ValueExtent {
        var at = from
        while at < bytes.byteCount {
            at = afterPlain(bytes, at)
            guard at < bytes.byteCount else { break }
            switch bytes.byte(at) {
            case Byte.quote: return .end(at + 1)
            case Byte.newline: return .broken(at)
            case Byte.backslash:
                if at + 1 == bytes.byteCount { return .more(.init(depth: 0, isInString: true, isEscaped: true)) }
                at += 2
            default: at += 1
            }
        }
        return .more(.init(depth: 0, isInString: true))
    }

    /// The first place that is a quote, a backslash or a control character, or the end.
    @inline(__always)
    private static func afterPlain(_ bytes: RawSpan, _ from: Int) -> Int {
        var at = from
        while at &+ 8 <= bytes.byteCount {
            let word = bytes.word(at)
            let quotes = word ^ 0x2222_2222_2222_2222, backslashes = word ^ 0x5C5C_5C5C_5C5C_5C5C
            let found =
                ((quotes &- 0x0101_0101_0101_0101) & ~quotes
                    | (backslashes &- 0x0101_0101_0101_0101) & ~backslashes
                    | (word &- 0x2020_2020_2020_2020) & ~word) & 0x8080_8080_8080_8080
            if found != 0 { return at &+ found.trailingZeroBitCount / 8 }
            at &+= 8
        }
        while at < bytes.byteCount {
            let byte = bytes.byte(at)
            if byte < 0x20 || byte == Byte.quote || byte == Byte.backslash { return at }
            at &+= 1
        }
        return at
    }

    /// The extent of any value.
    static func value(_ bytes: RawSpan, _ from: Int) -> ValueExtent {
        guard from < bytes.byteCount else { return .more(.init(depth: 0)) }
        switch bytes.byte(from) {
        case Byte.openBrace, Byte.openBracket: return container(bytes, from)
        case Byte.quote: return string(bytes, from + 1)
        default: break
        }
        var at = from
        while at < bytes.byteCount {
            let byte = bytes.byte(at)
            if byte <= Byte.space || byte == Byte.comma || byte == Byte.closeBrace || byte == Byte.closeBracket {
                return at == from ? .broken(at) : .end(at)
            }
            at += 1
        }
        return .more(.init(depth: 0))
    }

    /// Goes on passing over a value.
    /// - Returns: where it ends, or nil if the bytes end first.
    static func pass(_ bytes: RawSpan, _ from: Int, _ passing: inout RecordFrame.Passing) -> Int? {
        var at = from
        while at < bytes.byteCount {
            let byte = bytes.byte(at)
            at += 1
            if passing.isEscaped {
                passing.isEscaped = false
            } else if passing.isInString {
                if byte == Byte.quote { passing.isInString = false }
                if byte == Byte.backslash { passing.isEscaped = true }
                // A string that was never closed ends with its line.
                if byte == Byte.newline { (passing.isInString, passing.depth) = (false, 0) }
            } else {
                switch byte {
                case Byte.quote: passing.isInString = true
                case Byte.openBrace, Byte.openBracket: passing.depth += 1
                case Byte.closeBrace, Byte.closeBracket: passing.depth -= 1
                default: break
                }
            }
            if passing.depth <= 0, !passing.isInString { return at }
        }
        return nil
    }
}
