internal import Events

/// Reads the times that logs have: more forms than our own, and as strictly. What is no time is nil, never a guess.
struct SourceTime: Sendable {
    /// What a number counts; `digits` tells it by how many digits it has.
    enum Unit: String, CaseIterable, Sendable {
        case digits, seconds, milliseconds, microseconds, nanoseconds

        /// Units in a second, as a power of ten.
        var power: Int {
            switch self {
            case .seconds, .digits: 0
            case .milliseconds: 3
            case .microseconds: 6
            case .nanoseconds: 9
            }
        }
    }

    var unit = Unit.digits
    /// Minutes east of UTC, for times that name no zone.
    var zone = 0

    /// Microseconds since the epoch, or nil.
    /// - Parameter reference: a moment that the time lies before, or at most a day after: what has no year gets the
    ///   last one that fits.
    func read(_ text: ArraySlice<UInt8>, reference: Int64) -> Int64? {
        let text = trimmed(text.contains(0xE2) ? Self.withPlainSpaces(text) : text)
        guard (1...64).contains(text.count) else { return nil }
        if text.allSatisfy({ $0.isDigit || $0 == Byte.dot }) { return epoch(text) }
        if let time = Timestamp.parse(text) { return time }
        if text.first?.isDigit == true, text.count >= 19, text[text.startIndex + 4] == Byte.minus { return iso(text) }
        if text.count <= 15, text.dropFirst(2).first == Byte.colon { return clock(text, reference) }
        return EnglishTime(text)?.time(zone: zone, reference: reference)
    }

    /// The narrow space that newer Java writes before AM and PM is a space.
    private static func withPlainSpaces(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        Array(text).split(separator: [0xE2, 0x80, 0xAF], omittingEmptySubsequences: false)
            .joined(separator: [Byte.space]).map { $0 }[...]
    }

    private func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let isSpace = { (byte: UInt8) in byte == Byte.space || byte == Byte.tab }
        var text = text.drop(while: isSpace)
        while let last = text.last, isSpace(last) { text.removeLast() }
        return text
    }

    // MARK: Numbers

    /// An epoch number, which may have a fraction.
    private func epoch(_ text: ArraySlice<UInt8>) -> Int64? {
        let parts = text.split(separator: Byte.dot, maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first, (1...19).contains(whole.count), parts.count == 1 || !parts[1].isEmpty,
            !(parts.count == 2 && parts[1].contains(Byte.dot)),
            let number = Int64(String(decoding: whole, as: UTF8.self))
        else { return nil }
        let power = unit == .digits ? Self.power(ofDigits: number) : unit.power
        var micros: Int64
        if power > 6 {
            micros = number / 1000
        } else {
            let (product, overflow) = number.multipliedReportingOverflow(by: Self.ten(to: 6 - power))
            guard !overflow else { return nil }
            micros = product
            if parts.count == 2 {
                let digits = (parts[1] + Array(repeating: Byte.zero, count: 6)).prefix(6 - power)
                micros += Int64(String(decoding: digits, as: UTF8.self)) ?? 0
            }
        }
        return (0..<Timestamp.end).contains(micros) ? micros : nil
    }

    private static func power(ofDigits number: Int64) -> Int {
        switch number {
        case ..<100_000_000_000: 0
        case ..<100_000_000_000_000: 3
        case ..<100_000_000_000_000_000: 6
        default: 9
        }
    }

    private static func ten(to power: Int) -> Int64 { (0..<power).reduce(1) { product, _ in product * 10 } }

    // MARK: ISO 8601

    /// `2026-04-26T00:11:41.212Z` and what is like it: a comma before the fraction, offsets without a colon, no zone.
    private func iso(_ text: ArraySlice<UInt8>) -> Int64? {
        guard text.count >= 19 else { return nil }
        var bytes = Array(text)
        if bytes.count > 19, bytes[19] == Byte.comma { bytes[19] = Byte.dot }
        var end = 19
        if end < bytes.count, bytes[end] == Byte.dot {
            end += 1
            while end < bytes.count, bytes[end].isDigit { end += 1 }
        }
        let rest = Array(bytes[end...].drop { $0 == Byte.space })
        guard let zone = Self.zone(rest, unnamed: zone) else { return nil }
        return Timestamp.parse(String(decoding: bytes[..<end] + Self.text(ofZone: zone), as: UTF8.self))
    }

    /// `21:01:45,403`, without a day: the last one that fits.
    private func clock(_ text: ArraySlice<UInt8>, _ reference: Int64) -> Int64? {
        let day = Timestamp.day(of: reference)
        return [day, day - 1].lazy.compactMap { day in
            iso((Array(Timestamp.dayText(day).utf8) + [UInt8(ascii: "T")] + text)[...])
        }.first { $0 <= reference }
    }

    /// Minutes of a zone: `Z`, `UTC`, `GMT`, `+02:00`, `+0200`, `+02`, or nothing.
    static func zone(_ text: [UInt8], unnamed: Int) -> Int? {
        switch String(decoding: text, as: UTF8.self) {
        case "": return unnamed
        case "Z", "z", "UTC", "GMT", "UT": return 0
        default: break
        }
        guard let sign = text.first, sign == Byte.plus || sign == Byte.minus else { return nil }
        var digits = Array(text.dropFirst())
        if digits.count == 5, digits[2] == Byte.colon { digits.remove(at: 2) }
        guard digits.count == 2 || digits.count == 4, digits.allSatisfy(\.isDigit),
            let hours = Int(String(decoding: digits.prefix(2), as: UTF8.self)), hours < 24,
            let minutes = digits.count == 2 ? 0 : Int(String(decoding: digits.suffix(2), as: UTF8.self)), minutes < 60
        else { return nil }
        return (hours * 60 + minutes) * (sign == Byte.minus ? -1 : 1)
    }

    static func text(ofZone minutes: Int) -> [UInt8] {
        if minutes == 0 { return [UInt8(ascii: "Z")] }
        let (hours, rest) = (abs(minutes) / 60, abs(minutes) % 60)
        let pair = { (number: Int) in [Byte.zero + UInt8(number / 10), Byte.zero + UInt8(number % 10)] }
        return [minutes < 0 ? Byte.minus : Byte.plus] + pair(hours) + [Byte.colon] + pair(rest)
    }
}

/// A time with the name of a month: `Apr 26 00:11:41` of syslog, `Sun, 26 Apr 2026 00:11:41 GMT` of mail,
/// `26/Apr/2026:00:11:41 +0200` of web servers, `April 26, 2026 12:11:41 AM`.
private struct EnglishTime {
    private static let months = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ]
    private static let days: Set<String> = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

    private var month = 0
    private var day = 0
    private var year: Int?
    private var clock = ""
    private var zone: Int?
    private var isAfternoon: Bool?

    init?(_ text: ArraySlice<UInt8>) {
        var words = String(decoding: text, as: UTF8.self).split { $0 == " " || $0 == "," }.map(String.init)
        // Web servers put slashes and a colon where others have spaces.
        if let first = words.first, first.contains("/") {
            let parts = first.split(separator: "/", maxSplits: 2).map(String.init)
            guard parts.count == 3, let colon = parts[2].firstIndex(of: ":") else { return nil }
            words =
                [
                    parts[0], parts[1], String(parts[2][..<colon]), String(parts[2][parts[2].index(after: colon)...]),
                ] + words.dropFirst()
        }
        for word in words where !take(word) { return nil }
        guard month > 0, day > 0, !clock.isEmpty else { return nil }
    }

    private mutating func take(_ word: String) -> Bool {
        let name = word.lowercased()
        if month == 0, let number = Self.months.firstIndex(where: { name.hasPrefix($0) }), word.allSatisfy(\.isLetter) {
            month = number + 1
        } else if name.count >= 3, Self.days.contains(String(name.prefix(3))), word.allSatisfy(\.isLetter) {
            return true
        } else if word.contains(":"), clock.isEmpty, word.first?.isNumber == true {
            clock = word
        } else if name == "am" || name == "pm" {
            isAfternoon = name == "pm"
        } else if let number = Int(word), word.first?.isNumber == true {
            if word.count == 4 {
                year = number
            } else if day == 0, word.count <= 2 {
                day = number
            } else {
                return false
            }
        } else if !clock.isEmpty, let minutes = SourceTime.zone(Array(word.utf8), unnamed: 0) {
            zone = minutes
        } else {
            return false
        }
        return true
    }

    func time(zone unnamed: Int, reference: Int64) -> Int64? {
        if let year { return time(year: year, zone: unnamed) }
        // The newest that is not more than a day after the reference; 29 February may be three years back.
        let last = Int(Timestamp.civil(fromDay: reference / Timestamp.day).year) + 1
        return (0..<9).lazy.compactMap { time(year: last - $0, zone: unnamed) }
            .first { $0 <= reference.plus(Timestamp.day) }
    }

    private func time(year: Int, zone unnamed: Int) -> Int64? {
        var parts = clock.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard (2...3).contains(parts.count), var hour = Int(parts[0]) else { return nil }
        if let isAfternoon {
            guard (1...12).contains(hour) else { return nil }
            hour = hour % 12 + (isAfternoon ? 12 : 0)
        }
        if parts.count == 2 { parts.append("00") }
        let pair = { (number: Int) in number < 10 ? "0\(number)" : "\(number)" }
        let seconds = parts[2].replacing(",", with: ".")
        let text = "\(year)-\(pair(month))-\(pair(day))T\(pair(hour)):\(parts[1]):\(seconds)"
        return Timestamp.parse(text + String(decoding: SourceTime.text(ofZone: zone ?? unnamed), as: UTF8.self))
    }
}
