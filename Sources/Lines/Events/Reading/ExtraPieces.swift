/// The members of `extra`, for shapes that show them at several places.
struct ExtraPieces {
    /// The object and a newline, which `JSONGrammar` needs at the end.
    private(set) var bytes: [UInt8] = []
    private var members: [Range<Int>] = []
    private var used = 0

    var isUsedUp: Bool { used == members.count }

    /// Finds the members; false if the text is no JSON object.
    mutating func split(_ extra: ArraySlice<UInt8>) -> Bool {
        let ended = Array(extra) + [Byte.newline]
        let text = ended.span.bytes
        bytes = ended
        guard text.byte(0) == Byte.openBrace else { return false }
        do throws(LineFault) {
            var at = 1
            while true {
                at = JSONGrammar.afterSpaces(text, at)
                let end = try JSONGrammar.member(text, at)
                members.append(at..<end)
                at = JSONGrammar.afterSpaces(text, end)
                if text.byte(at) == Byte.closeBrace { return at == ended.count - 2 }
                if text.byte(at) != Byte.comma { return false }
                at += 1
            }
        } catch { return false }
    }

    /// The names of the members, without escapes.
    var names: [[UInt8]] {
        members.map { member in
            let text = bytes.span.bytes
            var isEscaped = false
            guard let end = try? JSONGrammar.string(text, member.lowerBound + 1, escaped: &isEscaped) else { return [] }
            var name: [UInt8] = []
            JSONText.unescape(text, member.lowerBound + 1..<end - 1, into: &name)
            return name
        }
    }

    /// The next members and what stands between them; empty for none, nil if there are not so many. Without a number,
    /// those that are left when all other places, `total` members altogether, have theirs.
    mutating func next(_ count: Int?, total: Int) -> Range<Int>? {
        let count = count ?? members.count - total
        guard count >= 0, used + count <= members.count else { return nil }
        guard count > 0 else { return 0..<0 }
        defer { used += count }
        return members[used].lowerBound..<members[used + count - 1].upperBound
    }
}
