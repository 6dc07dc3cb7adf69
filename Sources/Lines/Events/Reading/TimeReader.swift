/// Reads the times of lines: RFC 3339 texts and epoch integers, both strictly.
///
/// Accepted are times from 1970-01-01 to the end of 9999, UTC. A text is `YYYY-MM-DD`, then `T`, `t` or a space, then
/// `HH:MM:SS`, then perhaps a point and any number of decimals (what is finer than a microsecond is cut off), then `Z`,
/// `z` or an offset `±HH:MM`. Refused: dates that do not exist, 24:00, a leap second `:60` (its instant cannot be told
/// apart in epoch time), a missing zone, anything before or after. An integer counts seconds if it is below 10^11,
/// milliseconds below 10^14, microseconds below 10^17, else nanoseconds; a sign, a fraction or an exponent is refused.
struct TimeReader: Sendable {
    /// Not a time.
    static var none: Int64 { EventColumns.noTime }
    private static var last: Int64 { 253_402_300_799_999_999 }

    // The date of the last text and its first microsecond: most lines are of the same day as the line before.
    // It starts as the text 1970-01-01, so that the cache never holds what is no date.
    private var dateHead: UInt64 = 0x2D31_302D_3037_3931
    private var dateTail: UInt16 = 0x3130
    private var dateStart: Int64 = 0
    /// How the last time was written, if it was one.
    private(set) var style = TimeStyle.none

    /// The time that a text says, or `none`. The range is what stands between the quotes; its escapes are resolved.
    @inline(__always)
    mutating func text(_ bytes: RawSpan, _ start: Int, _ end: Int) -> Int64 {
        guard end &- start >= 20 else { return Self.none }
        let head = bytes.word(start)
        let tail = UInt16(bytes.byte(start &+ 8)) | UInt16(bytes.byte(start &+ 9)) << 8
        if head != dateHead || tail != dateTail, !readDate(bytes, start, head, tail) { return Self.none }

        let separator = bytes.byte(start &+ 10)
        guard separator.lowercased == UInt8(ascii: "t") || separator == Byte.space else { return Self.none }
        let clock = Self.clock(bytes.word(start &+ 11))
        guard clock >= 0 else { return Self.none }
        var time = dateStart &+ clock
        var at = start &+ 19
        var decimals = 0
        if bytes.byte(at) == Byte.dot {
            let from = at &+ 1
            at = from
            var micros: Int64 = 0
            while at < end, bytes.byte(at).isDigit {
                if at &- from < 6 { micros = micros &* 10 &+ Int64(bytes.byte(at) &- Byte.zero) }
                at &+= 1
            }
            guard at > from, at < end else { return Self.none }
            decimals = at &- from
            time &+= micros &* Self.scale(decimals)
        }
        let isWhole = decimals <= 6 || Self.areZeros(bytes, at &- decimals &+ 6, at, decimals)
        if at &+ 1 == end, bytes.byte(at).lowercased == UInt8(ascii: "z") {
            style = isWhole ? TimeStyle(decimals: decimals, separator: separator, zone: bytes.byte(at)) : .none
            return time >= 0 ? time : Self.none
        }
        guard let minutes = Self.offset(bytes, at, end) else { return Self.none }
        let zone = bytes.byte(at)
        style =
            isWhole ? TimeStyle(decimals: decimals, separator: separator, zone: zone, minutes: minutes) : .none
        let offset = Int64(minutes) * Timestamp.minute
        let utc = zone == Byte.plus ? time - offset : time + offset
        return utc >= 0 && utc <= Self.last ? utc : Self.none
    }

    /// The time that an integer says, or `none`. The range is a JSON number.
    mutating func number(_ bytes: RawSpan, _ start: Int, _ end: Int) -> Int64 {
        guard end - start <= 19 else { return Self.none }
        var value: UInt64 = 0
        for at in start..<end {
            let byte = bytes.byte(at)
            guard byte.isDigit else { return Self.none }
            value = value &* 10 &+ UInt64(byte - Byte.zero)
        }
        switch value {
        case ..<100_000_000_000:
            style = .seconds
            return Int64(value) * 1_000_000
        case ..<100_000_000_000_000:
            style = .milliseconds
            return Int64(value) * 1000
        case ..<100_000_000_000_000_000:
            style = .microseconds
            return Int64(value)
        default:
            style = value % 1000 == 0 ? .nanoseconds : .none
            return value > UInt64(Int64.max) ? Self.none : Int64(value / 1000)
        }
    }

    private mutating func readDate(_ bytes: RawSpan, _ start: Int, _ head: UInt64, _ tail: UInt16) -> Bool {
        guard bytes.byte(start + 4) == Byte.minus, bytes.byte(start + 7) == Byte.minus,
            let century = Self.pair(bytes, start), let year = Self.pair(bytes, start + 2),
            let month = Self.pair(bytes, start + 5), let day = Self.pair(bytes, start + 8),
            let number = Timestamp.days(year: century * 100 + year, month: month, day: day),
            // The day before 1970 counts too: with its offset it may hold times of 1970.
            number >= -1
        else { return false }
        dateHead = head
        dateTail = tail
        dateStart = number * Timestamp.day
        return true
    }

    private static func pair(_ bytes: RawSpan, _ at: Int) -> Int? {
        let tens = bytes.byte(at), ones = bytes.byte(at + 1)
        guard tens.isDigit, ones.isDigit else { return nil }
        return Int(tens - Byte.zero) * 10 + Int(ones - Byte.zero)
    }

    /// Microseconds of the eight bytes `HH:MM:SS`, or -1.
    @inline(__always)
    private static func clock(_ word: UInt64) -> Int64 {
        let digits = word ^ 0x3030_3A30_303A_3030
        // Every byte must be a digit's value, and the two colons 0.
        guard (digits | (digits &+ 0x7676_7676_7676_7676)) & 0x8080_8080_8080_8080 == 0,
            digits & 0x0000_FF00_00FF_0000 == 0
        else { return -1 }
        let hours = (digits & 0xF) &* 10 &+ (digits >> 8 & 0xF)
        let minutes = (digits >> 24 & 0xF) &* 10 &+ (digits >> 32 & 0xF)
        let seconds = (digits >> 48 & 0xF) &* 10 &+ (digits >> 56)
        guard hours < 24, minutes < 60, seconds < 60 else { return -1 }
        return Int64(hours &* 3600 &+ minutes &* 60 &+ seconds) &* Timestamp.second
    }

    /// Microseconds in the last of so many decimals.
    @inline(__always)
    private static func scale(_ decimals: Int) -> Int64 {
        switch decimals {
        case 1: 100_000
        case 2: 10_000
        case 3: 1000
        case 4: 100
        case 5: 10
        default: 1
        }
    }

    /// Minutes of an offset `±HH:MM`, which ends at `end`, without its sign; or nil.
    private static func offset(_ bytes: RawSpan, _ at: Int, _ end: Int) -> Int? {
        guard end - at == 6, bytes.byte(at) == Byte.plus || bytes.byte(at) == Byte.minus,
            bytes.byte(at + 3) == Byte.colon,
            let hours = pair(bytes, at + 1), let minutes = pair(bytes, at + 4), hours < 24, minutes < 60
        else { return nil }
        return hours * 60 + minutes
    }

    /// Whether decimals behind the sixth say nothing, and are so few that a style has them.
    @inline(never)
    private static func areZeros(_ bytes: RawSpan, _ from: Int, _ end: Int, _ decimals: Int) -> Bool {
        decimals <= 9 && (from..<end).allSatisfy { bytes.byte($0) == Byte.zero }
    }
}
