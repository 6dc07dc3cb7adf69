/// Whether a value is a credential, by the name before it and by its own look.
enum SecretValue {
    static func isSecret(_ text: RawSpan, _ value: Range<Int>, _ name: SecretName, isCut: Bool = false) -> Bool {
        guard !value.isEmpty, !isHarmless(text, value), !SecretReference.isReference(text, value) else { return false }
        if isCut { return true }
        switch name.demand {
        case .anything: return true
        case .issued: return !ValueLook.isID(text, value) && !ValueLook.isWords(text, value)
        case .noWords: return !isKnownID(text, value) && !ValueLook.isWords(text, value)
        case .typed: return isTyped(text, value)
        case .secret: return isMixed(text, value)
        case .token: return isRandom(text, value)
        case .code: return !isWordOrNumber(text, value)
        case .signature: return isSignature(text, value, name.type)
        case .cookieValue: return Cookies.isCredential(text, value)
        case .cookies, .authorization: return false
        }
    }

    /// The same where a sentence may say something about what is named: `token: abc`, `password: required`.
    static func isSecretInSentence(_ text: RawSpan, _ value: Range<Int>, _ name: SecretName, isCut: Bool) -> Bool {
        guard !value.isEmpty, !isHarmless(text, value), !SecretReference.isReference(text, value) else { return false }
        switch name.demand {
        case .anything, .typed: return isTyped(text, value) && (isCut || value.count >= 5)
        case .noWords, .secret: return isCut && value.count >= 8 || isMixed(text, value)
        case .issued, .token: return isCut && value.count >= 8 || isRandom(text, value)
        case .code, .cookies, .cookieValue, .authorization, .signature: return false
        }
    }

    // MARK: Demands

    private static func isKnownID(_ text: RawSpan, _ value: Range<Int>) -> Bool {
        AccessKeyID.end(text, value.lowerBound) == value.upperBound
    }

    /// Letters with a digit or a mark among them, or six digits: nobody can tell a word from a password that is one.
    private static func isTyped(_ text: RawSpan, _ value: Range<Int>) -> Bool {
        guard value.count >= 3, !ValueLook.isWords(text, value), !ValueLook.isPath(text, value) else { return false }
        if text.composition(value) == .digit { return value.count >= 6 }
        return !ValueLook.isNumber(text, value) && !ValueLook.isID(text, value) && !isSpan(text, value)
    }

    /// A length of time or a size: `90d`, `128MB`.
    private static func isSpan(_ text: RawSpan, _ value: Range<Int>) -> Bool {
        let digits = min(text.end(of: digits, from: value.lowerBound), value.upperBound)
        return digits > value.lowerBound && value.upperBound - digits <= 2
            && text.composition(digits..<value.upperBound).isWords
    }

    private static let digits = ByteSet(ByteSet.digits)

    private static func isMixed(_ text: RawSpan, _ value: Range<Int>) -> Bool {
        guard value.count >= 6, !ValueLook.isID(text, value), !ValueLook.isNumber(text, value) else { return false }
        if ValueLook.isUUID(text, value) { return true }
        if ValueLook.isHex(text, value) { return value.count >= 16 }
        guard !ValueLook.isPath(text, value) else { return false }
        let random = ValueLook.randomCount(text, value)
        return random >= (isResourceName(text, value) ? 16 : 6)
    }

    /// Small letters, digits and dashes, as clusters name what holds a secret: `db-credentials-5d9f7`.
    private static func isResourceName(_ text: RawSpan, _ value: Range<Int>) -> Bool {
        let kinds = text.composition(value)
        return kinds.contains(.separator) && kinds.isSubset(of: [.lower, .digit, .separator])
    }

    private static func isRandom(_ text: RawSpan, _ value: Range<Int>) -> Bool {
        guard value.count >= 12, !ValueLook.isID(text, value), !ValueLook.isUUID(text, value),
            !ValueLook.isNumber(text, value), !ValueLook.isPath(text, value)
        else { return false }
        if ValueLook.isHex(text, value) { return value.count >= 32 }
        let random = ValueLook.randomCount(text, value)
        let isMixed = text.composition(value).isSuperset(of: [.lower, .upper, .digit])
        return random >= (isMixed ? 12 : 16)
    }

    /// Words, and codes of errors: `invalid_grant`, `NotFound`, `404`, `E11000`, `42P01`, `ORA-01017`, `AADSTS50011`.
    private static func isWordOrNumber(_ text: RawSpan, _ value: Range<Int>) -> Bool {
        if ValueLook.isWords(text, value) { return true }
        let kinds = text.composition(value)
        guard kinds.isSubset(of: [.upper, .digit, .separator]) else { return false }
        if value.count <= 6 { return !(value.count == 6 && kinds == .digit) }
        return kinds.contains(.upper) && ValueLook.randomCount(text, value) == 0
    }

    /// Of a shared access signature 32 bytes in Base64; of Amazon and Google 64 hex digits or more.
    private static func isSignature(_ text: RawSpan, _ value: Range<Int>, _ type: SecretType) -> Bool {
        guard type == .sas else { return value.count >= 64 && ValueLook.isHex(text, value) }
        return SharedAccessSignature.isSignature(text, value)
    }

    // MARK: Placeholders

    /// Nothing, what a producer puts in place of a credential, or a word about it; our own marks too.
    static func isHarmless(_ text: RawSpan, _ value: Range<Int>) -> Bool {
        if SecretMark.stands(in: text, at: value.lowerBound) { return true }
        var word: [UInt8] = []
        for at in value where !covers.contains(text.byte(at)) {
            word.append(text.byte(at).lowercased)
            if word.count > 12 { return false }
        }
        return word.isEmpty || placeholders.contains(String(decoding: word, as: UTF8.self))
    }

    private static let covers = ByteSet("*.[]<>(){}$•_- ")
    private static let placeholders: Set<String> = [
        "redacted", "filtered", "hidden", "masked", "removed", "null", "none", "nil", "undefined", "true", "false",
        "xxx", "xxxx", "xxxxx", "xxxxxx", "xxxxxxxx",
        "missing", "invalid", "expired", "required", "wrong", "incorrect", "empty", "unset", "absent", "notfound",
        "notset", "unknown", "revoked", "rejected", "rotated", "mismatch", "notprovided", "unauthorized",
    ]
}
