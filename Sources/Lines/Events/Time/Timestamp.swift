/// Integer microseconds since the epoch, UTC, and what may be said about them in text.
///
/// Days are counted from 1970-01-01. All arithmetic is on the proleptic Gregorian calendar, without leap seconds.
package enum Timestamp {
    package static let second: Int64 = 1_000_000
    package static let minute = 60 * second
    package static let hour = 60 * minute
    package static let day = 24 * hour
    /// Just after the last time that lines can say, the end of the year 9999.
    package static let end: Int64 = 253_402_300_800_000_000

    /// The UTC day that a time lies in.
    package static func day(of time: Int64) -> Int32 { Int32(floorDivide(time, day)) }

    /// The first microsecond of a day.
    package static func start(ofDay number: Int32) -> Int64 {
        let (time, overflow) = Int64(number).multipliedReportingOverflow(by: day)
        return overflow ? (number < 0 ? .min : .max) : time
    }

    /// The UTC month that a time lies in, counted from January 1970.
    package static func month(of time: Int64) -> Int32 {
        let (year, month, _) = civil(fromDay: Int64(day(of: time)))
        return Int32(truncatingIfNeeded: (year - 1970) * 12 + month - 1)
    }

    /// The first microsecond of a month.
    package static func start(ofMonth number: Int32) -> Int64 {
        let years = Int(floorDivide(Int64(number), 12))
        let days = days(year: 1970 + years, month: Int(number) - years * 12 + 1, day: 1)
        return days.map { $0 * day } ?? (number < 0 ? .min : .max)
    }

    /// `2026-04`.
    package static func monthText(_ number: Int32) -> String {
        let years = floorDivide(Int64(number), 12)
        return "\(pad(1970 + years, 4))-\(pad(Int64(number) - years * 12 + 1, 2))"
    }

    /// RFC 3339 with as many decimals as the time needs, in groups of three: `2026-04-26T00:11:41.212Z`. A number that
    /// is no such time, as damage may leave, comes as it is.
    package static func text(_ time: Int64) -> String {
        String(decoding: bytes(time), as: UTF8.self)
    }

    /// `2026-04-26`.
    package static func dayText(_ number: Int32) -> String {
        let (year, month, date) = civil(fromDay: Int64(number))
        return "\(pad(year, 4))-\(pad(month, 2))-\(pad(date, 2))"
    }

    /// The bytes of `text(_:)`.
    package static func bytes(_ time: Int64) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(27)
        append(time, to: &out)
        return out
    }

    /// Appends the bytes of `text(_:)`.
    package static func append(_ time: Int64, to out: inout [UInt8]) {
        guard (0..<end).contains(time) else { return out.append(contentsOf: String(time).utf8) }
        let days = floorDivide(time, day)
        let rest = time - days * day
        let (year, month, date) = civil(fromDay: days)
        append(year, 4, to: &out); out.append(0x2D)
        append(month, 2, to: &out); out.append(0x2D)
        append(date, 2, to: &out); out.append(0x54)
        append(rest / hour, 2, to: &out); out.append(0x3A)
        append(rest / minute % 60, 2, to: &out); out.append(0x3A)
        append(rest / second % 60, 2, to: &out)
        let micros = rest % second
        if micros != 0 {
            out.append(0x2E)
            if micros % 1000 == 0 { append(micros / 1000, 3, to: &out) } else { append(micros, 6, to: &out) }
        }
        out.append(0x5A)
    }

    /// Days since the epoch of a date, or nil if there is no such date (30 February, month 13, year 0 and before).
    package static func days(year: Int, month: Int, day: Int) -> Int64? {
        guard (1...9999).contains(year), (1...12).contains(month), day >= 1, day <= length(ofMonth: month, year) else {
            return nil
        }
        // Days from civil date, counting years from 1 March so that the leap day comes last.
        let shifted = month > 2 ? year : year - 1
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return Int64(era * 146_097 + dayOfEra - 719_468)
    }

    /// Year, month and day of a day number.
    package static func civil(fromDay number: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = number + 719_468
        let era = floorDivide(shifted, 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    private static func length(ofMonth month: Int, _ year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    private static func floorDivide(_ value: Int64, _ by: Int64) -> Int64 {
        value >= 0 ? value / by : (value + 1) / by - 1
    }

    private static func append(_ value: Int64, _ width: Int, to out: inout [UInt8]) {
        var divisor: Int64 = 1
        for _ in 1..<width { divisor *= 10 }
        while divisor > 0 {
            out.append(UInt8(0x30 + value / divisor % 10))
            divisor /= 10
        }
    }

    private static func pad(_ value: Int64, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

/// Public, so that it is inlined where detection slides its windows.
extension Int64 {
    /// A sum that stops at the ends of the scale, for times that come from outside.
    @inlinable
    public func plus(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other < 0 ? .min : .max) : sum
    }

    /// A difference that stops at the ends of the scale.
    @inlinable
    public func minus(_ other: Int64) -> Int64 {
        let (difference, overflow) = subtractingReportingOverflow(other)
        return overflow ? (other < 0 ? .max : .min) : difference
    }
}

/// A time without fraction and zone, for where it is said that all are UTC: `2026-04-26 00:11:41`.
package func secondsText(_ time: Int64) -> String {
    let text = Timestamp.text(time)
    return "\(text.prefix(10)) \(text.dropFirst(11).prefix(8))"
}
