/// The least and the greatest value of pages and chunks, as the file states them.
enum Bounds {
    /// Longer texts are shortened in statistics, so that a long one does not blow up the footer.
    static let longestText = 64

    /// Bounds of numbers of which at least one is there.
    static func numbers(_ least: Int64, _ greatest: Int64) -> ValueBounds {
        .known(min: bytes(UInt64(bitPattern: least)), max: bytes(UInt64(bitPattern: greatest)))
    }

    /// Bounds of doubles; the format wants zeros with the sign that keeps both zeros inside.
    static func doubles(_ least: Double, _ greatest: Double) -> ValueBounds {
        .known(
            min: bytes((least == 0 ? -0.0 : least).bitPattern), max: bytes((greatest == 0 ? 0.0 : greatest).bitPattern))
    }

    /// Bounds of texts, shortened where they are long.
    static func texts(_ least: UnsafeRawBufferPointer, _ greatest: UnsafeRawBufferPointer) -> ValueBounds {
        let min = lower(least)
        guard let max = upper(greatest) else { return .unknown }
        return .known(min: min.bytes, max: max.bytes, minIsExact: min.isExact, maxIsExact: max.isExact)
    }

    private static func bytes(_ bits: UInt64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: bits >> UInt64($0 * 8)) }
    }

    /// A text that is not greater: the text itself, or its first characters.
    static func lower(_ text: UnsafeRawBufferPointer) -> (bytes: [UInt8], isExact: Bool) {
        guard text.count > longestText else { return ([UInt8](text), true) }
        return ([UInt8](text.prefix(wholeCharacters(text))), false)
    }

    /// A text that is not less: the text itself, or its first characters with the last one that can be made greater
    /// made greater; nil if there is none.
    static func upper(_ text: UnsafeRawBufferPointer) -> (bytes: [UInt8], isExact: Bool)? {
        guard text.count > longestText else { return ([UInt8](text), true) }
        let prefix = String(decoding: text.prefix(wholeCharacters(text)), as: UTF8.self)
        // A replacement character may stand for bytes that are greater than its own, so nothing is kept from there on.
        var scalars = Array(prefix.unicodeScalars.prefix { $0 != "\u{FFFD}" })
        while let last = scalars.popLast() {
            guard let next = successor(of: last) else { continue }
            scalars.append(next)
            return (scalars.flatMap { Array(String($0).utf8) }, false)
        }
        return nil
    }

    /// The length of the longest prefix, within the limit, that does not end inside a character.
    private static func wholeCharacters(_ text: UnsafeRawBufferPointer) -> Int {
        var length = longestText
        while length > longestText - 4, length > 0, text[length] & 0xC0 == 0x80 { length -= 1 }
        return length
    }

    private static func successor(of scalar: Unicode.Scalar) -> Unicode.Scalar? {
        scalar.value == 0xD7FF ? Unicode.Scalar(0xE000) : Unicode.Scalar(scalar.value + 1)
    }
}

/// Gathers what is said about a chunk and its pages while they are written.
struct ChunkIndex: Sendable {
    private(set) var places: [OffsetIndex.Page] = []
    private var bounds: [PageBounds] = []
    private var gathered = ColumnStatistics(nullCount: 0)
    private var last: PageBounds?
    private var isAscending = true
    private var isDescending = true
    /// Whether each page with values begins after the end of the one before, and how many there are.
    private var isDisjoint = true
    private var pagesWithValues = 0
    /// A page has values but no bounds that are short enough; then the chunk states none.
    private var hasUnknownBounds = false
    /// A page has values but its bounds were not looked for; then only the chunk states some.
    private var hasUntoldBounds = false
    private let precedes: @Sendable ([UInt8], [UInt8]) -> Bool

    init(type: PhysicalType) {
        precedes =
            switch type {
            case .byteArray, .boolean: { $0.lexicographicallyPrecedes($1) }
            case .int64: { Int64(bitPattern: Self.bits($0)) < Int64(bitPattern: Self.bits($1)) }
            case .double: { Double(bitPattern: Self.bits($0)) < Double(bitPattern: Self.bits($1)) }
            }
    }

    /// Null count and bounds of all pages so far.
    var statistics: ColumnStatistics {
        hasUnknownBounds ? ColumnStatistics(nullCount: gathered.nullCount) : gathered
    }

    /// Adds a page: its place and what is known of its values, `nil` bounds if it has none.
    mutating func add(_ place: OffsetIndex.Page, nulls: Int, _ page: ValueBounds?) {
        places.append(place)
        gathered.nullCount = (gathered.nullCount ?? 0) + nulls
        if case .unknown? = page { hasUnknownBounds = true }
        if case .untold? = page { hasUntoldBounds = true }
        guard case .known(let min, let max, let minIsExact, let maxIsExact)? = page else {
            bounds.append(PageBounds(nullCount: nulls))
            return
        }
        if gathered.min.map({ precedes(min, $0) }) ?? true {
            (gathered.min, gathered.minIsExact) = (min, minIsExact)
        }
        if gathered.max.map({ precedes($0, max) }) ?? true {
            (gathered.max, gathered.maxIsExact) = (max, maxIsExact)
        }
        if let lastMin = last?.min, let lastMax = last?.max {
            if precedes(min, lastMin) || precedes(max, lastMax) { isAscending = false }
            if !precedes(lastMax, min) { isDisjoint = false }
            if precedes(lastMin, min) || precedes(lastMax, max) { isDescending = false }
        }
        pagesWithValues += 1
        last = PageBounds(nullCount: nulls, min: min, max: max)
        bounds.append(PageBounds(nullCount: nulls, min: min, max: max))
    }

    /// The page index of the chunk: bounds, if they are known, and places.
    func encoded() -> (columnIndex: [UInt8]?, offsetIndex: [UInt8]) {
        let order: ColumnIndex.Order = isAscending ? .ascending : isDescending ? .descending : .none
        let columnIndex = hasUnknownBounds || hasUntoldBounds ? nil : ColumnIndex(pages: bounds).encoded(order: order)
        return (columnIndex, OffsetIndex(pages: places).encoded())
    }

    /// States the bounds of the chunk, where those of its pages do not tell them.
    mutating func setBounds(_ chunk: ValueBounds?) {
        switch chunk {
        case .known(let min, let max, let minIsExact, let maxIsExact)?:
            hasUnknownBounds = false
            (gathered.min, gathered.max) = (min, max)
            (gathered.minIsExact, gathered.maxIsExact) = (minIsExact, maxIsExact)
        case .unknown?, .untold?: hasUnknownBounds = true
        case nil: break
        }
    }

    /// Whether each page begins after the end of the one before, so that the bounds alone find the page of a value.
    var tellsMore: Bool { pagesWithValues > 1 && isDisjoint && !hasUnknownBounds && !hasUntoldBounds }

    /// Moves the pages towards the end of the file.
    mutating func move(by bytes: Int) {
        for place in places.indices { places[place].place.offset += bytes }
    }

    private static func bits(_ bytes: [UInt8]) -> UInt64 {
        bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}

/// Bounds of the values of a page that has some.
enum ValueBounds {
    case known(min: [UInt8], max: [UInt8], minIsExact: Bool = true, maxIsExact: Bool = true)
    case unknown
    /// There are some, and nobody looked for them.
    case untold
}
