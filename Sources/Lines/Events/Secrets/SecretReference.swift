/// Texts that name where a secret lies: whoever reads one has an address and no credential.
///
/// Names in the secret stores of AWS, Google and Azure, paths of Vault and 1Password, variables of shells and
/// templates.
enum SecretReference {
    private static let names = ByteSet(ByteSet.lower + ByteSet.upper + ByteSet.digits + "_-./:@{}[]() |\"'")
    private static let path = ByteSet(ByteSet.lower + ByteSet.upper + ByteSet.digits + "_-./:@#?=&+~,")
    private static let variable = ByteSet(ByteSet.upper + "_")

    /// Beginnings of addresses that a path follows.
    private static let schemes: [StaticString] = [
        "vault:", "op://", "ssm:", "secretsmanager:", "awssm:", "sm://", "gcpsm:", "gcp-sm:", "sops:", "akv:",
        "keyvault:", "kv:", "file:", "ref+", "secretref:", "bws:", "doppler:", "infisical:", "keychain:", "keyring:",
    ]
    private static let openings: [StaticString] = ["${", "{{", "$(", "#{", "%{"]

    static func isReference(_ text: RawSpan, _ value: Range<Int>) -> Bool {
        guard value.count >= 4 else { return false }
        let text = text.extracting(..<value.upperBound)
        let start = value.lowerBound
        switch text.byte(start) {
        case UInt8(ascii: "$"), UInt8(ascii: "{"), UInt8(ascii: "#"), UInt8(ascii: "%"): return isVariable(text, value)
        case UInt8(ascii: "a") where text.holds("arn:", at: start): return isResourceOfAWS(text, value)
        case UInt8(ascii: "p") where text.holds("projects/", at: start),
            UInt8(ascii: "/") where text.holds("//secretmanager.googleapis.com/projects/", at: start):
            return holds("/secrets/", text, value) && text.end(of: path, from: start) == value.upperBound
        case UInt8(ascii: "h") where text.holds("https://", at: start): return isVaultOfAzure(text, value)
        case UInt8(ascii: "@"): return text.holds("@Microsoft.KeyVault(", at: start)
        case UInt8(ascii: "e") where text.holds("env:", at: start): return isWord(text, start + 4..<value.upperBound)
        default: return isPath(text, value)
        }
    }

    /// `${NAME}`, `{{ secret }}`, `$(name)`, `$NAME`, `%NAME%`; what has a default (`${NAME:-hunter2}`) tells that.
    private static func isVariable(_ text: RawSpan, _ value: Range<Int>) -> Bool {
        let start = value.lowerBound
        if openings.contains(where: { text.holds($0, at: start) }) {
            let inside = start + 2..<value.upperBound
            return text.end(of: names, from: inside.lowerBound) == value.upperBound
                && !holds(":-", text, value) && isPlain(text, inside)
        }
        let isBetween = text.byte(start) == UInt8(ascii: "%")
        guard text.byte(start) == UInt8(ascii: "$") || isBetween else { return false }
        let end = text.end(of: variable, from: start + 1)
        return end > start + 2
            && (isBetween
                ? end + 1 == value.upperBound && text.byte(end) == UInt8(ascii: "%") : end == value.upperBound)
    }

    /// `arn:aws:secretsmanager:eu-west-1:1:secret:prod/db-AbCdEf`: six parts.
    private static func isResourceOfAWS(_ text: RawSpan, _ value: Range<Int>) -> Bool {
        value.count { text.byte($0) == Byte.colon } >= 5
            && text.end(of: path, from: value.lowerBound) == value.upperBound
    }

    /// `https://myvault.vault.azure.net/secrets/name/version`, without a query.
    private static func isVaultOfAzure(_ text: RawSpan, _ value: Range<Int>) -> Bool {
        let hosts: [StaticString] = [".vault.azure.net/", ".vault.azure.cn/", ".vault.usgovcloudapi.net/"]
        return hosts.contains { holds($0, text, value) }
            && !value.contains { "?#@".utf8.contains(text.byte($0)) }
    }

    /// `vault:secret/data/x#key`, `op://vault/item/field`, `ssm:/path`.
    private static func isPath(_ text: RawSpan, _ value: Range<Int>) -> Bool {
        guard let scheme = schemes.first(where: { text.holds($0, at: value.lowerBound) }) else { return false }
        let rest = value.lowerBound + scheme.utf8CodeUnitCount..<value.upperBound
        return !rest.isEmpty && text.end(of: path, from: rest.lowerBound) == value.upperBound
            && rest.contains { text.byte($0) == Byte.slash } && isPlain(text, rest)
    }

    private static func isWord(_ text: RawSpan, _ range: Range<Int>) -> Bool {
        !range.isEmpty && text.end(of: .word, from: range.lowerBound) == range.upperBound && isPlain(text, range)
    }

    /// Few of its characters were drawn at random: nobody hides a key behind the beginning of an address.
    private static func isPlain(_ text: RawSpan, _ range: Range<Int>) -> Bool {
        ValueLook.randomCount(text, range) < 12
    }

    private static func holds(_ words: StaticString, _ text: RawSpan, _ range: Range<Int>) -> Bool {
        range.contains { text.holds(words, at: $0) }
    }
}
