import Columns

/// How the values of one line are written, or of all lines of a shape so far, in one word.
///
/// Where a value could come from several ways of writing (`31.6` is the shortest text and has one decimal), all of them
/// are kept as candidates; a line and a shape fit if they have candidates in common.
struct LineStyles: Sendable, BitwiseCopyable, Equatable {
    // 0–18 `ts` · 19–37 `expires_at` · 38 whether there is one · 39–48 latency · 49–50 scopes · 51 carriage return at
    // the end · 52–54 spacing · 55–57 escapes · 63 whether a value is written as no style writes it.
    private(set) var word: UInt64

    /// A line of which nothing is known: no optional values, compact, no escapes.
    @inline(__always) static var open: LineStyles { LineStyles(word: latencies | lists) }

    private static var latencies: UInt64 { UInt64(NumberStyles.all.rawValue) << 39 }
    private static var lists: UInt64 { UInt64(ListStyles.all.rawValue) << 49 }
    private static var expiry: UInt64 { (TimeStyle.mask << 19) | 1 << 38 }
    private static var odd: UInt64 { TimeStyle.none.code }
    /// What must be the same in a line and its shape.
    private static var fixed: UInt64 { TimeStyle.mask | 0x7F << 51 }

    private init(word: UInt64) { self.word = word }

    /// Whether a value can only be kept as it stands.
    @inline(__always) var isOdd: Bool { word >> 63 == 1 }

    @inline(__always)
    mutating func setTS(_ style: TimeStyle) { word |= style.code }

    @inline(__always)
    mutating func setExpiry(_ style: TimeStyle) {
        word |= (style.code & TimeStyle.mask) << 19 | (style.code & Self.odd) | 1 << 38
    }

    @inline(__always)
    mutating func setLatency(_ styles: NumberStyles) {
        word = word & ~Self.latencies | UInt64(styles.rawValue) << 39 | (styles.isEmpty ? Self.odd : 0)
    }

    @inline(__always)
    mutating func setScopes(_ styles: ListStyles) {
        word = word & ~Self.lists | UInt64(styles.rawValue) << 49 | (styles.isEmpty ? Self.odd : 0)
    }

    mutating func setReturn() { word |= 1 << 51 }
    mutating func set(_ spacing: Spacing) { word |= UInt64(spacing.rawValue) << 52 }
    mutating func set(_ escapes: EscapeStyle) { word |= UInt64(escapes.rawValue) << 55 }

    var ts: TimeStyle { TimeStyle(code: word & TimeStyle.mask) }
    /// Nil as long as no line had one.
    var expiresAt: TimeStyle? { word >> 38 & 1 == 1 ? TimeStyle(code: word >> 19 & TimeStyle.mask) : nil }
    var latency: NumberStyles { NumberStyles(rawValue: UInt16(truncatingIfNeeded: word >> 39) & 0x3FF) }
    var scopes: ListStyles { ListStyles(rawValue: UInt8(truncatingIfNeeded: word >> 49) & 3) }
    var endsInReturn: Bool { word >> 51 & 1 == 1 }
    var spacing: Spacing { Spacing(rawValue: UInt8(truncatingIfNeeded: word >> 52) & 7) }
    var escapes: EscapeStyle { EscapeStyle(rawValue: UInt8(truncatingIfNeeded: word >> 55) & 7) }

    /// The styles in which both may be written, or nil.
    func common(with other: LineStyles) -> LineStyles? {
        guard (word ^ other.word) & Self.fixed == 0 else { return nil }
        if expiresAt != nil, other.expiresAt != nil, (word ^ other.word) & Self.expiry != 0 { return nil }
        let (numbers, lists) = (word & other.word & Self.latencies, word & other.word & Self.lists)
        guard numbers != 0, lists != 0 else { return nil }
        return LineStyles(word: (word | other.word) & (Self.fixed | Self.expiry) | numbers | lists)
    }
}

/// Where a line has a space that JSON does not need, everywhere or nowhere.
struct Spacing: OptionSet, Sendable, BitwiseCopyable {
    let rawValue: UInt8
    /// `{ "a":1 }`
    static var insideBraces: Spacing { Spacing(rawValue: 1) }
    /// `{"a":1, "b":2}`
    static var afterComma: Spacing { Spacing(rawValue: 2) }
    /// `{"a": 1}`
    static var afterColon: Spacing { Spacing(rawValue: 4) }
}

/// The ways to write an array of texts: `["a","b"]`, `["a", "b"]`.
struct ListStyles: OptionSet, Sendable, BitwiseCopyable {
    let rawValue: UInt8
    @inline(__always) init(rawValue: UInt8) { self.rawValue = rawValue }
    static var compact: ListStyles { ListStyles(rawValue: 1) }
    static var spaced: ListStyles { ListStyles(rawValue: 2) }
    static var all: ListStyles { [.compact, .spaced] }
}

extension ListStyles {
    /// Appends a list of texts as one of the styles writes it.
    func append(_ list: [UInt32], _ elements: TextDictionary, to out: inout [UInt8]) {
        out.append(Byte.openBracket)
        var isFirst = true
        for element in list {
            if !isFirst {
                out.append(Byte.comma)
                if !contains(.compact) { out.append(Byte.space) }
            }
            isFirst = false
            let range = elements.range(of: Int(element))
            EscapeStyle.minimal.append(elements.bytes.span.bytes.extracting(range), to: &out)
        }
        out.append(Byte.closeBracket)
    }
}
