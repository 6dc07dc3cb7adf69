/// Bytes of lines on their way out: they gather in one buffer, which goes to the sink whenever it holds 1 MiB.
///
/// The appending functions do not look for the end of the buffer: `endLine` keeps `longestLine` free, which is eight
/// times the longest line that the fields of an event can make (2 KiB, as a test checks).
struct LineOutput: ~Copyable {
    static let flushSize = 1 << 20
    static let longestLine = 16 << 10

    private let start: UnsafeMutablePointer<UInt8>
    private var next: UnsafeMutablePointer<UInt8>
    private var lineStart: UnsafeMutablePointer<UInt8>
    private var flushed = 0
    private var day: Int64 = .min
    private var date: (UInt64, UInt32) = (0, 0)
    private(set) var lines = 0
    private let sink: (UnsafeRawBufferPointer) throws -> Void
    private let progress: ((_ lines: Int, _ bytes: Int) -> Void)?

    init(progress: ((_ lines: Int, _ bytes: Int) -> Void)?, sink: @escaping (UnsafeRawBufferPointer) throws -> Void) {
        start = .allocate(capacity: Self.flushSize + Self.longestLine)
        next = start
        lineStart = start
        self.sink = sink
        self.progress = progress
    }

    deinit { start.deallocate() }

    /// All bytes so far, those not yet handed over too.
    var bytes: Int { flushed + (next - start) }

    /// Ends a line, and hands the buffer over when it is full.
    mutating func endLine() throws {
        byte(0x0A)
        lines += 1
        precondition(next - lineStart <= Self.longestLine, "a generated line is longer than the buffer allows")
        if next - start >= Self.flushSize { try flush() }
        lineStart = next
    }

    /// Hands over what is left.
    mutating func finish() throws { if next > start { try flush() } }

    /// Keeps so many hundredths of the line that is being written.
    mutating func cutLine(toHundredths part: Int) { next = lineStart + (next - lineStart) * part / 100 }

    private mutating func flush() throws {
        try sink(UnsafeRawBufferPointer(start: start, count: next - start))
        flushed += next - start
        next = start
        lineStart = start
        progress?(lines, flushed)
    }
}

// What a line is made of.
extension LineOutput {
    @inline(__always)
    mutating func byte(_ value: UInt8) {
        next.pointee = value
        next += 1
    }

    @inline(__always)
    mutating func text(_ text: StaticString) {
        next.update(from: text.utf8Start, count: text.utf8CodeUnitCount)
        next += text.utf8CodeUnitCount
    }

    @inline(__always)
    mutating func text(_ place: Int, of table: borrowing TextTable) {
        var end = next
        table.withBytes(at: place) { bytes in
            guard let base = bytes.baseAddress else { return }
            end.update(from: base, count: bytes.count)
            end += bytes.count
        }
        next = end
    }

    /// A number without sign.
    mutating func number(_ value: UInt64) {
        var rest = value
        var length = 1
        while rest >= 10 { rest /= 10; length += 1 }
        rest = value
        var place = length
        while place > 0 {
            place -= 1
            next[place] = 0x30 + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        next += length
    }

    /// Hexadecimal digits without leading zeros, or with all of a given width.
    mutating func hex(_ value: UInt64, width: Int = 0) {
        var length = max(width, 1)
        if width == 0 { while length < 16, value >> UInt64(length * 4) != 0 { length += 1 } }
        for place in 0..<length { next[place] = Self.hexDigit(value >> UInt64((length - 1 - place) * 4)) }
        next += length
    }

    /// So many characters of Crockford's base 32, the last bits of the value.
    @inline(__always)
    mutating func base32(_ value: UInt64, width: Int) {
        var rest = value
        var place = width
        while place > 0 {
            place -= 1
            // Digits, then letters without I, L, O and U: each of them moves the rest on by one.
            let digit = UInt8(truncatingIfNeeded: rest & 31)
            var letter = digit + 55
            if digit > 17 { letter += 1 }
            if digit > 19 { letter += 1 }
            if digit > 21 { letter += 1 }
            if digit > 26 { letter += 1 }
            next[place] = digit < 10 ? digit + 48 : letter
            rest >>= 5
        }
        next += width
    }

    /// A ULID: 48 bits of milliseconds and 80 random ones.
    mutating func ulid(_ ms: Int64, _ random: (UInt64, UInt64)) {
        base32(UInt64(bitPattern: ms), width: 10)
        base32(random.0, width: 8)
        base32(random.1, width: 8)
    }

    /// `2026-04-26T00:11:41.212Z`, for years 0 to 9999.
    mutating func time(_ ms: Int64) {
        let number = ms >= 0 ? ms / 86_400_000 : (ms + 1) / 86_400_000 - 1
        let rest = UInt32(truncatingIfNeeded: ms - number * 86_400_000)
        // Lines come in the order of time, so the date of the last one nearly always serves again.
        if number != day {
            let civil = CivilDate(dayNumber: number)
            (date.0, date.1) = (UInt64(civil.year), UInt32(civil.month * 100 + civil.day))
            day = number
        }
        let year = UInt32(date.0)
        pair(year / 100); pair(year % 100); byte(0x2D); pair(date.1 / 100); byte(0x2D); pair(date.1 % 100)
        byte(0x54)
        pair(rest / 3_600_000); byte(0x3A); pair(rest / 60_000 % 60); byte(0x3A); pair(rest / 1000 % 60)
        byte(0x2E)
        byte(0x30 + UInt8(truncatingIfNeeded: rest % 1000 / 100)); pair(rest % 100)
        byte(0x5A)
    }

    @inline(__always)
    private mutating func pair(_ value: UInt32) {
        byte(0x30 + UInt8(truncatingIfNeeded: value / 10))
        byte(0x30 + UInt8(truncatingIfNeeded: value % 10))
    }

    private static func hexDigit(_ value: UInt64) -> UInt8 {
        let digit = UInt8(truncatingIfNeeded: value & 15)
        return digit < 10 ? digit + 48 : digit + 87
    }
}

/// Year, month and day of a day number that counts from 1970-01-01 (proleptic Gregorian calendar).
struct CivilDate {
    let year: Int, month: Int, day: Int

    init(dayNumber: Int64) {
        // Counted from 1 March of year 0, so that the leap day comes last, in eras of 400 years.
        let shifted = Int(dayNumber) + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }
}
