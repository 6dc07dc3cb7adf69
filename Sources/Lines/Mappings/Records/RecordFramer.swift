package import Events

/// Cuts the bytes of a source into records.
///
/// What is not yet whole waits; what will never be one is handed over as it is. Nothing is copied, and no more than one
/// record must be in memory, however large the document is that holds it.
package struct RecordFramer: Sendable {
    package enum Step: Equatable {
        /// A record, and where reading goes on.
        case record(Range<Int>, next: Int)
        /// A line of white space.
        case blank(Range<Int>, next: Int)
        /// Bytes that are no record.
        case broken(Range<Int>, QuarantineReason, at: Int, next: Int)
        /// Bytes between records.
        case passed(next: Int)
        /// The rest is not whole yet.
        case more
    }

    package private(set) var frame: RecordFrame
    /// Names along which lists of records stand in a document.
    private let lists: [[[UInt8]]]
    /// A record may have so many bytes.
    private let longest: Int

    init(_ frame: RecordFrame, lists: [[[UInt8]]], longest: Int = LineReader.longestLine) {
        self.frame = frame
        self.lists = lists
        self.longest = longest
    }

    /// What stands at `from`.
    /// - Parameter isLast: no bytes will follow those that are there.
    package mutating func next(_ bytes: RawSpan, _ from: Int, isLast: Bool) -> Step {
        switch (frame.form, frame.place) {
        case (.document, .top): return value(bytes, from, isLast)
        case (.document, .list(let around)): return element(bytes, from, around, isLast)
        case (.document, .passing(var passing, let list)):
            guard let end = ValueExtent.pass(bytes, from, &passing) else {
                frame.place = .passing(passing, thenList: list)
                return bytes.byteCount > from ? .passed(next: bytes.byteCount) : .more
            }
            frame.place = list.map { .list(around: $0) } ?? .top
            return .passed(next: end)
        case (_, .passing): return restOfLine(bytes, from)
        default: return line(bytes, from, isLast)
        }
    }

    // MARK: Lines

    private mutating func line(_ bytes: RawSpan, _ from: Int, _ isLast: Bool) -> Step {
        guard from < bytes.byteCount else { return .more }
        let newline = bytes.newline(from: from)
        guard newline != nil || isLast else {
            guard bytes.byteCount - from > longest else { return .more }
            frame.place = .passing(.init(depth: 0), thenList: nil)
            return .broken(from..<bytes.byteCount, .lineTooLong, at: from, next: bytes.byteCount)
        }
        var end = newline ?? bytes.byteCount
        let next = newline.map { $0 + 1 } ?? end
        if end > from, bytes.byte(end - 1) == Byte.carriageReturn { end -= 1 }
        var start = from
        while start < end, Self.isSpace(bytes.byte(start)) { start += 1 }
        return start == end ? .blank(from..<end, next: next) : record(from..<end, next: next)
    }

    /// What follows of a line that is too long.
    private mutating func restOfLine(_ bytes: RawSpan, _ from: Int) -> Step {
        guard from < bytes.byteCount else { return .more }
        guard let newline = bytes.newline(from: from) else { return .passed(next: bytes.byteCount) }
        frame.place = .top
        return .passed(next: newline + 1)
    }

    // MARK: Documents

    /// A value between values.
    private mutating func value(_ bytes: RawSpan, _ from: Int, _ isLast: Bool) -> Step {
        var at = Self.afterGaps(bytes, from)
        // A byte order mark stands before what Windows writes.
        if at + 3 <= bytes.byteCount, bytes.byte(at) == 0xEF, bytes.byte(at + 1) == 0xBB, bytes.byte(at + 2) == 0xBF {
            at += 3
        }
        if at > from { return .passed(next: at) }
        guard at < bytes.byteCount else { return .more }
        switch bytes.byte(at) {
        case Byte.openBracket:
            frame.place = .list(around: 0)
            return .passed(next: at + 1)
        case Byte.openBrace:
            switch envelope(bytes, at, lists) {
            case .list(let start, let around):
                frame.place = .list(around: around)
                return .passed(next: start)
            case .end(let end): return record(at..<end, next: end)
            case .more(let passing): return unfinished(bytes, at, passing, list: nil, isLast)
            case .broken(let place): return brokenLine(bytes, at, place, isLast)
            }
        default: return brokenLine(bytes, at, at, isLast)
        }
    }

    /// An element of a list of records.
    private mutating func element(_ bytes: RawSpan, _ from: Int, _ around: Int, _ isLast: Bool) -> Step {
        let at = Self.afterGaps(bytes, from)
        if at > from { return .passed(next: at) }
        guard at < bytes.byteCount else { return .more }
        switch bytes.byte(at) {
        case Byte.closeBracket:
            frame.place = around == 0 ? .top : .passing(.init(depth: around), thenList: nil)
            return .passed(next: at + 1)
        case Byte.closeBrace:
            // It closes nothing here: the list was cut.
            frame.place = .top
            return .passed(next: at + 1)
        default: break
        }
        switch ValueExtent.value(bytes, at) {
        case .end(let end):
            if bytes.byte(at) == Byte.openBrace { return record(at..<end, next: end) }
            return .broken(at..<end, .notObject, at: at, next: end)
        case .more(let passing): return unfinished(bytes, at, passing, list: around, isLast)
        case .broken(let place):
            if bytes.byte(place) == Byte.newline { frame.place = .top }
            return .broken(at..<place, .notJSON, at: place, next: place + 1)
        }
    }

    /// A whole record, unless it is too long.
    private func record(_ bytes: Range<Int>, next: Int) -> Step {
        if bytes.count <= longest { return .record(bytes, next: next) }
        return .broken(bytes, .lineTooLong, at: bytes.lowerBound, next: next)
    }

    /// What is not whole: it waits, unless it is too long or nothing more comes.
    private mutating func unfinished(
        _ bytes: RawSpan, _ at: Int, _ passing: RecordFrame.Passing, list: Int?, _ isLast: Bool
    ) -> Step {
        let count = bytes.byteCount
        if count - at > longest {
            frame.place = .passing(passing, thenList: list)
            return .broken(at..<count, .lineTooLong, at: at, next: count)
        }
        return isLast ? .broken(at..<count, .unterminated, at: count, next: count) : .more
    }

    /// What can be no value goes to the end of its line.
    private func brokenLine(_ bytes: RawSpan, _ at: Int, _ place: Int, _ isLast: Bool) -> Step {
        guard let newline = bytes.newline(from: place) else {
            guard isLast || bytes.byteCount - at > longest else { return .more }
            return .broken(at..<bytes.byteCount, .notJSON, at: place, next: bytes.byteCount)
        }
        return .broken(at..<newline, .notJSON, at: place, next: newline + 1)
    }

    // MARK: Envelopes

    private enum Envelope {
        /// A list of records begins here, with so many objects around it.
        case list(Int, around: Int)
        /// There is none in the object, which ends here.
        case end(Int)
        case more(RecordFrame.Passing)
        case broken(Int)
    }

    /// Looks in the object at `from` for a list of records.
    private func envelope(_ bytes: RawSpan, _ from: Int, _ lists: [[[UInt8]]]) -> Envelope {
        if lists.isEmpty { return Self.whole(ValueExtent.container(bytes, from)) }
        var at = Self.afterSpaces(bytes, from + 1)
        while true {
            guard at < bytes.byteCount else { return .more(.init(depth: 1)) }
            if bytes.byte(at) == Byte.closeBrace { return .end(at + 1) }
            guard bytes.byte(at) == Byte.quote else { return .broken(at) }
            let keyStart = at + 1
            guard case .end(let keyEnd) = ValueExtent.string(bytes, keyStart) else {
                return Self.whole(ValueExtent.container(bytes, from))
            }
            at = Self.afterSpaces(bytes, keyEnd)
            guard at < bytes.byteCount else { return .more(.init(depth: 1)) }
            guard bytes.byte(at) == Byte.colon else { return .broken(at) }
            at = Self.afterSpaces(bytes, at + 1)
            guard at < bytes.byteCount else { return .more(.init(depth: 1)) }
            let rest = lists.filter { bytes.equal(keyStart..<keyEnd - 1, $0[0]) }.map { Array($0.dropFirst()) }
            if bytes.byte(at) == Byte.openBracket, rest.contains([]) { return .list(at + 1, around: 1) }
            let deeper = rest.filter { !$0.isEmpty }
            if bytes.byte(at) == Byte.openBrace, !deeper.isEmpty,
                case .list(let start, let around) = envelope(bytes, at, deeper)
            {
                return .list(start, around: around + 1)
            }
            switch ValueExtent.value(bytes, at) {
            case .end(let end): at = Self.afterSpaces(bytes, end)
            case .more, .broken: return Self.whole(ValueExtent.container(bytes, from))
            }
            if at < bytes.byteCount, bytes.byte(at) == Byte.comma { at = Self.afterSpaces(bytes, at + 1) }
        }
    }

    private static func whole(_ extent: ValueExtent) -> Envelope {
        switch extent {
        case .end(let end): .end(end)
        case .more(let passing): .more(passing)
        case .broken(let place): .broken(place)
        }
    }

    // MARK: Spaces

    @inline(__always)
    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == Byte.space || byte == Byte.tab || byte == Byte.carriageReturn || byte == Byte.newline
    }

    private static func afterSpaces(_ bytes: RawSpan, _ from: Int) -> Int {
        var at = from
        while at < bytes.byteCount, isSpace(bytes.byte(at)) { at += 1 }
        return at
    }

    /// Behind white space, commas and record separators (RFC 7464).
    private static func afterGaps(_ bytes: RawSpan, _ from: Int) -> Int {
        var at = from
        while at < bytes.byteCount, isSpace(bytes.byte(at)) || bytes.byte(at) == Byte.comma || bytes.byte(at) == 0x1E {
            at += 1
        }
        return at
    }
}
