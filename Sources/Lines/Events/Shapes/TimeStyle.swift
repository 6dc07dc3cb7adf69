/// How a time is written, and the writing: everything that `TimeReader` accepts, with at most nine decimals.
struct TimeStyle: Sendable, BitwiseCopyable, Equatable {
    // 0–3 decimals (0…9) or the unit of an epoch integer (10…13) · 4–5 what stands between date and clock (T, t, a
    // space) · 6–7 zone (Z, z, +, -) · 8–18 minutes of the zone.
    let code: UInt64

    @inline(__always) static var mask: UInt64 { 0x7FFFF }
    /// No style writes the text like this: it has more decimals than microseconds can hold.
    @inline(__always) static var none: TimeStyle { TimeStyle(code: 1 << 63) }

    static var seconds: TimeStyle { TimeStyle(code: 10) }
    static var milliseconds: TimeStyle { TimeStyle(code: 11) }
    static var microseconds: TimeStyle { TimeStyle(code: 12) }
    static var nanoseconds: TimeStyle { TimeStyle(code: 13) }
    private static let units = ["s", "ms", "us", "ns"]
    private static let separators: [UInt8] = [0x54, 0x74, 0x20]
    private static let zones: [UInt8] = [0x5A, 0x7A, 0x2B, 0x2D]

    @inline(__always)
    init(code: UInt64) { self.code = code }

    /// A text with so many decimals. The separator and the zone are the bytes of the text, as `TimeReader` takes them.
    @inline(__always)
    init(decimals: Int, separator: UInt8, zone: UInt8, minutes: Int = 0) {
        var code = UInt64(truncatingIfNeeded: decimals)
        if separator != UInt8(ascii: "T") { code |= separator == Byte.space ? 2 << 4 : 1 << 4 }
        if zone != UInt8(ascii: "Z") {
            code |= zone == Byte.plus ? 2 << 6 : zone == Byte.minus ? 3 << 6 : 1 << 6
            code |= UInt64(truncatingIfNeeded: minutes) << 8
        }
        self.code = code
    }

    private var decimals: Int { Int(code & 15) }
    private var zone: UInt8 { Self.zones[Int(code >> 6 & 3)] }
    private var hasOffset: Bool { code >> 7 & 1 == 1 }
    private var minutes: Int64 { Int64(code >> 8 & 0x7FF) }
    private var separator: UInt8 { Self.separators[min(2, Int(code >> 4 & 3))] }

    /// Appends a time, a text with its quotes.
    func append(_ time: Int64, to out: inout [UInt8]) {
        switch decimals {
        case 10: DigitText.append(time / Timestamp.second, to: &out)
        case 11: DigitText.append(time / 1000, to: &out)
        case 12: DigitText.append(time, to: &out)
        case 13: DigitText.append(time &* 1000, to: &out)
        default: appendText(time, to: &out)
        }
    }

    private func appendText(_ utc: Int64, to out: inout [UInt8]) {
        let offset = hasOffset ? minutes * Timestamp.minute : 0
        let time = zone == Byte.minus ? utc - offset : utc + offset
        let day = Timestamp.day(of: time)
        let micros = UInt64(bitPattern: time - Timestamp.start(ofDay: day))
        let (year, month, date) = Timestamp.civil(fromDay: Int64(day))
        var text = DigitText()
        text.add(Byte.quote)
        text.add(UInt64(bitPattern: year), width: 4)
        text.add(Byte.minus)
        text.add(UInt64(bitPattern: month), width: 2)
        text.add(Byte.minus)
        text.add(UInt64(bitPattern: date), width: 2)
        text.add(separator)
        text.addClock(UInt32(truncatingIfNeeded: micros / 1_000_000))
        if decimals > 0 { text.addFraction(micros % 1_000_000, decimals) }
        text.add(zone)
        if hasOffset { text.addOffset(UInt64(minutes)) }
        text.add(Byte.quote)
        text.append(to: &out)
    }

    /// The style as a shape's text says it: `ms`, or separator, decimals and zone: `T3Z`, ` 6+02:00`.
    var name: String {
        if decimals >= 10 { return Self.units[min(decimals, 13) - 10] }
        var bytes = [separator, Byte.zero + UInt8(decimals), zone]
        if hasOffset {
            var text = DigitText()
            text.addOffset(UInt64(minutes))
            text.append(to: &bytes)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The style that a name says, or nil.
    init?(name: String) {
        if let unit = Self.units.firstIndex(of: name) {
            self.init(code: UInt64(10 + unit))
            return
        }
        let bytes = Array(name.utf8)
        guard bytes.count == 3 || bytes.count == 8, bytes[1].isDigit, Self.separators.contains(bytes[0]),
            Self.zones.contains(bytes[2])
        else { return nil }
        var minutes = 0
        if bytes.count == 8 {
            let digits = [bytes[3], bytes[4], bytes[6], bytes[7]].map { Int($0) - 0x30 }
            guard digits.allSatisfy({ 0...9 ~= $0 }) else { return nil }
            minutes = (digits[0] * 10 + digits[1]) * 60 + digits[2] * 10 + digits[3]
            guard minutes < 1440 else { return nil }
        }
        self.init(decimals: Int(bytes[1] - Byte.zero), separator: bytes[0], zone: bytes[2], minutes: minutes)
        guard self.name == name else { return nil }
    }
}

/// A short text under construction, appended at once.
struct DigitText {
    private var bytes = InlineArray<48, UInt8>(repeating: 0)
    private var count = 0

    @inline(__always)
    mutating func add(_ byte: UInt8) {
        bytes[count] = byte
        count &+= 1
    }

    /// Adds the last digits of a number, zeros in front.
    @inline(__always)
    mutating func add(_ value: UInt64, width: Int) {
        var rest = value
        var at = count &+ width
        while at > count {
            at &-= 1
            bytes[at] = Byte.zero &+ UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        count &+= width
    }

    /// `HH:MM:SS`
    mutating func addClock(_ seconds: UInt32) {
        add(UInt64(seconds / 3600), width: 2)
        add(Byte.colon)
        add(UInt64(seconds / 60 % 60), width: 2)
        add(Byte.colon)
        add(UInt64(seconds % 60), width: 2)
    }

    /// A point and the first decimals of so many microseconds.
    mutating func addFraction(_ micros: UInt64, _ decimals: Int) {
        add(Byte.dot)
        var value = micros
        for _ in stride(from: 6, to: decimals, by: -1) { value /= 10 }
        for _ in stride(from: 6, to: decimals, by: 1) { value *= 10 }
        add(value, width: decimals)
    }

    /// `HH:MM`
    mutating func addOffset(_ minutes: UInt64) {
        add(minutes / 60, width: 2)
        add(Byte.colon)
        add(minutes % 60, width: 2)
    }

    func append(to out: inout [UInt8]) {
        bytes.span.extracting(..<count).withUnsafeBufferPointer { out.append(contentsOf: $0) }
    }

    /// How many digits a number has.
    static func width(_ value: UInt64) -> Int {
        var (width, rest) = (1, value / 10)
        while rest > 0 { (width, rest) = (width + 1, rest / 10) }
        return width
    }

    /// Appends an integer.
    static func append(_ value: Int64, to out: inout [UInt8]) {
        var text = DigitText()
        if value < 0 { text.add(Byte.minus) }
        text.add(value.magnitude, width: width(value.magnitude))
        text.append(to: &out)
    }
}
