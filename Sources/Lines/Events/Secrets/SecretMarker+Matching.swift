extension SecretMarker {
    /// Whether a stored text is what became of a line: as it is replaced today, or as a version with other rules
    /// replaced it. What stands between the marks must be the line's, and each mark have the digits of what stands in
    /// its place.
    package func isStored(_ line: RawSpan, as stored: [UInt8]) -> Bool {
        if let today = redacted(line: line)?.bytes, today == stored { return true }
        return matches(stored.span.bytes, line)
    }

    /// So many bytes a credential has at most that another version replaced.
    private static let longest = 16 << 10
    /// So many ends are tried of one.
    private static let mostEnds = 64

    private func matches(_ stored: RawSpan, _ line: RawSpan) -> Bool {
        var there = 0, here = 0
        while true {
            let mark = nextMark(stored, from: there)
            let text = there..<(mark?.lowerBound ?? stored.byteCount)
            guard holds(line, here, stored, text) else { return false }
            here += text.count
            guard let mark else { return here == line.byteCount }
            there = mark.upperBound
            if holds(line, here, stored, mark) {
                // The log had the mark itself.
                here += mark.count
                continue
            }
            let next = there..<(nextMark(stored, from: there)?.lowerBound ?? stored.byteCount)
            let isLast = next.upperBound == stored.byteCount
            guard let end = end(line, here, stored, mark, before: next, isLast: isLast) else { return false }
            here = end
        }
    }

    /// Where the credential ends that begins at a place of the line and has a mark's digits.
    private func end(
        _ line: RawSpan, _ start: Int, _ stored: RawSpan, _ mark: Range<Int>, before next: Range<Int>, isLast: Bool
    ) -> Int? {
        if isLast {
            let end = line.byteCount - next.count
            return end > start && isCredential(line, start..<end, stored, mark) ? end : nil
        }
        var tries = 0
        var end = start + 1
        while end < line.byteCount, end - start <= Self.longest, tries < Self.mostEnds {
            if holds(line, end, stored, next) {
                if isCredential(line, start..<end, stored, mark) { return end }
                tries += 1
            }
            end += 1
        }
        return nil
    }

    private func isCredential(_ line: RawSpan, _ range: Range<Int>, _ stored: RawSpan, _ mark: Range<Int>) -> Bool {
        SecretMark.stands(digest(EscapedText.meaning(of: range, in: line)), in: stored.extracting(mark))
    }

    private func nextMark(_ text: RawSpan, from: Int) -> Range<Int>? {
        for at in from..<max(from, text.byteCount) {
            if let end = SecretMark.end(in: text, at: at) { return at..<end }
        }
        return nil
    }

    /// Whether a line has a part of another text at a place.
    private func holds(_ line: RawSpan, _ at: Int, _ text: RawSpan, _ part: Range<Int>) -> Bool {
        guard at + part.count <= line.byteCount else { return false }
        for index in 0..<part.count where line.byte(at + index) != text.byte(part.lowerBound + index) { return false }
        return true
    }
}
