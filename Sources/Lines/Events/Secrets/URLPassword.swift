/// The password in `scheme://user:password@host`. Everything else of a URL stays, the name of the user too.
enum URLPassword {
    private static let ends = ByteSet("/?#\"'`<>\\ \t\r\n")

    @Sendable static func judge(_ text: RawSpan, _ pair: Int, _ isCut: Bool) -> SecretRule.Verdict {
        guard pair > 1, text.byte(pair - 1) == Byte.colon, ByteSet.alphanumeric.contains(text.byte(pair - 2)) else {
            return .nothing
        }
        var colon: Int?, at: Int?
        var end = pair + 2
        while end < text.byteCount, !ends.contains(text.byte(end)) {
            if colon == nil, text.byte(end) == Byte.colon { colon = end }
            if text.byte(end) == UInt8(ascii: "@") { at = end }
            end += 1
        }
        guard let colon else { return .nothing }
        // Cut off, it may be a port as well, which digits alone are.
        let isOpen = isCut && end == text.byteCount && !text.composition(colon + 1..<end).isSubset(of: .digit)
        guard let last = at ?? (isOpen ? end : nil), last > colon + 1, !SecretMark.stands(in: text, at: colon + 1)
        else { return .nothing }
        return .found(FoundSecret(type: .urlPassword, range: colon + 1..<last))
    }
}
