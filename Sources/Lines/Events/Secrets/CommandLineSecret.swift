/// Credentials on command lines that somebody logged: `--password …`, `curl -u name:…`.
///
/// Short options for passwords (`-p`, `-pSECRET`) mean a port or a path as often, and stay.
enum CommandLineSecret {
    private static let blanks = ByteSet(" \t")
    private static let ends = ByteSet(" \t\r\n\"'`;|&<>")
    private static let options: [StaticString] = ["-u", "--user", "-U", "--proxy-user", "-a", "--auth"]
    private static let programs: [StaticString] = ["curl", "wget", "http", "https", "xh", "httpie"]
    /// How far before an option its program is looked for.
    private static let reach = 256

    /// `--name value`. The pair are the dashes.
    @Sendable static func judgeOption(_ text: RawSpan, _ pair: Int, _ isCut: Bool) -> SecretRule.Verdict {
        guard pair == 0 || blanks.contains(text.byte(pair - 1)) || text.byte(pair - 1) == Byte.quote else {
            return PrivateKey.judge(text, pair, isCut)
        }
        let end = text.end(of: .base64URL, from: pair)
        guard end - pair <= SecretName.longest, end < text.byteCount, blanks.contains(text.byte(end)),
            let (name, start) = SecretName.name(text, endingAt: end), start == pair
        else { return PrivateKey.judge(text, pair, isCut) }
        let value = text.end(of: blanks, from: end)
        guard value < text.byteCount, text.byte(value) != Byte.minus else { return .nothing }
        return NamedValue.judgeValue(text, name, value, isCut)
    }

    /// `-u name:value` behind a program that takes it so. The pair is a dash and a letter.
    @Sendable static func judgeUser(_ text: RawSpan, _ pair: Int, _ isCut: Bool) -> SecretRule.Verdict {
        var start = pair
        while start > 0, pair - start < 8, !blanks.contains(text.byte(start - 1)) { start -= 1 }
        guard let option = options.first(where: { text.holds($0, at: start) && pair < start + $0.utf8CodeUnitCount })
        else { return .nothing }
        let end = start + option.utf8CodeUnitCount
        guard end < text.byteCount, blanks.contains(text.byte(end)) || text.byte(end) == UInt8(ascii: "="),
            isOfProgram(text, start)
        else { return .nothing }
        var name = text.end(of: blanks, from: end + 1)
        while name < text.byteCount, "\"'\\".utf8.contains(text.byte(name)) { name += 1 }
        var value: Int?
        var last = name
        while last < text.byteCount, !ends.contains(text.byte(last)) {
            if value == nil, text.byte(last) == Byte.colon { value = last + 1 }
            last += 1
        }
        if last > name, text.byte(last - 1) == Byte.backslash { last -= 1 }
        guard let value, value > name + 1, value < last else { return .nothing }
        let password = SecretName(type: .password, demand: .anything)
        guard SecretValue.isSecret(text, value..<last, password, isCut: isCut && last == text.byteCount) else {
            return .nothing
        }
        return .found(FoundSecret(type: .password, range: value..<last))
    }

    /// Whether the name of such a program stands before an option, in its command.
    private static func isOfProgram(_ text: RawSpan, _ option: Int) -> Bool {
        var at = option
        while at > 0, option - at < reach, !"\n;|".utf8.contains(text.byte(at - 1)) {
            at -= 1
            guard at == 0 || ends.contains(text.byte(at - 1)) || text.byte(at - 1) == Byte.slash else { continue }
            let end = text.end(of: .alphanumeric, from: at)
            if end < option, blanks.contains(text.byte(end)),
                programs.contains(where: { $0.utf8CodeUnitCount == end - at && text.holds($0, at: at) })
            {
                return true
            }
        }
        return false
    }
}
