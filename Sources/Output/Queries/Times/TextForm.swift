internal import GRDBSQLite

/// The form of the texts that a function makes of times, by an example: what `strftime('%H:%M', ts)` gives looks like
/// `10:00`, a digit wherever that has one.
struct TextForm: Hashable, Comparable {
    /// For the time 2026-05-01T10:00:00.000000Z.
    let example: String

    static func < (one: TextForm, other: TextForm) -> Bool { one.example < other.example }

    static let time = TextForm(example: "2026-05-01T10:00:00.000000Z")
    static let date = TextForm(example: "2026-05-01")
    static let dateTime = TextForm(example: "2026-05-01 10:00:00")
    static let timeOfDay = TextForm(example: "10:00:00")

    /// What `strftime` makes with a format; nil for what is not always as long, or not known here.
    static func formatted(by format: String) -> TextForm? {
        var example = "", isSpecifier = false
        for character in format {
            if isSpecifier {
                guard let part = specifiers[character] else { return nil }
                example += part
                isSpecifier = false
            } else if character == "%" {
                isSpecifier = true
            } else {
                example.append(character)
            }
        }
        return isSpecifier ? nil : TextForm(example: example)
    }

    private static let specifiers: [Character: String] = [
        "Y": "2026", "m": "05", "d": "01", "H": "10", "M": "00", "S": "00", "f": "00.000", "j": "121", "w": "5",
        "u": "5", "W": "17", "U": "17", "V": "18", "G": "2026", "g": "26", "F": "2026-05-01", "T": "10:00:00",
        "R": "10:00", "I": "10", "s": "1777629600", "%": "%",
    ]

    /// The first specifier of a format that this SQLite does not know; it would make NULL of every time.
    static func unknownSpecifier(in format: String) -> String? {
        let known = sqlite3_libversion_number() < 3_046_000 ? "dfHjJmMsSwWY%" : "dfHjJmMsSwWY%eFIklpPRTuUVGg"
        var rest = format[...]
        while let percent = rest.firstIndex(of: "%") {
            let specifier = rest[rest.index(after: percent)...].prefix(1)
            if specifier.isEmpty || !known.contains(specifier) { return "%" + specifier }
            rest = rest[specifier.endIndex...]
        }
        return nil
    }

    /// A part of the text, as `substr` counts: from 1, below 0 from its end.
    func part(from start: Int, count: Int?) -> TextForm? {
        let bytes = Array(example.utf8)
        let from = start > 0 ? start - 1 : start < 0 ? bytes.count + start : -1
        guard from >= 0, count.map({ $0 >= 0 }) ?? true else { return nil }
        return TextForm(example: String(decoding: bytes.dropFirst(from).prefix(count ?? bytes.count), as: UTF8.self))
    }

    /// The text with something in place of something else, unless digits are replaced, which differ.
    func replacing(_ old: String, with new: String) -> TextForm? {
        guard !old.isEmpty, !old.utf8.contains(where: Self.isDigit) else { return nil }
        var rest = example[...], result = ""
        while !rest.isEmpty {
            if rest.hasPrefix(old) {
                result += new
                rest = rest.dropFirst(old.count)
            } else {
                result.append(rest.removeFirst())
            }
        }
        return TextForm(example: result)
    }

    /// Whether SQLite can calculate with such texts: of others it takes the number at their beginning.
    var isNumber: Bool { !example.isEmpty && example.utf8.allSatisfy(Self.isDigit) }

    /// The text without some characters at its ends, unless digits are among them.
    func trimmed(_ characters: String, atStart: Bool, atEnd: Bool) -> TextForm? {
        guard !characters.utf8.contains(where: Self.isDigit) else { return nil }
        var rest = example[...]
        if atStart { rest = rest.drop { characters.contains($0) } }
        while atEnd, let last = rest.last, characters.contains(last) { rest.removeLast() }
        return TextForm(example: String(rest))
    }

    enum Likeness { case equal, beginning, none }

    /// Whether a text is written in this form, as a whole or as far as it goes. A text that ends within a number, as
    /// `9` for an hour, is not: it does not sort among such texts.
    func likeness(to text: String) -> Likeness {
        let form = Array(example.utf8), text = Array(text.utf8)
        guard text.count <= form.count, zip(text, form).allSatisfy(Self.areAlike) else { return .none }
        if text.count == form.count { return .equal }
        guard let last = text.last, !(Self.isDigit(last) && Self.isDigit(form[text.count])) else { return .none }
        return .beginning
    }

    private static func areAlike(_ one: UInt8, _ other: UInt8) -> Bool {
        isDigit(other) ? isDigit(one) : one == other
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
