import Demo

/// What a scenario wrote, taken apart by means that the generator does not use.
struct GeneratedLog {
    let bytes: [UInt8]
    let summary: DemoSummary
    let lines: [String]
    /// The lines that tell an event, in order.
    let events: [ReadEvent]

    init(_ scenario: DemoScenario) throws {
        var bytes: [UInt8] = []
        summary = try DemoGenerator(scenario).write { bytes.append(contentsOf: $0) }
        self.bytes = bytes
        lines = bytes.split(separator: 0x0A).map { String(decoding: $0, as: UTF8.self) }
        events = lines.compactMap(ReadEvent.init)
    }
}

/// An event as a test needs it.
struct ReadEvent {
    /// Milliseconds since the epoch, UTC.
    let ms: Int64
    let event: String
    /// The fields whose value is a text.
    private let texts: [String: String]

    subscript(_ name: String) -> String? { texts[name] }
    var token: String? { texts["token_id"] }
    var ip: String? { texts["ip"] }
    var agent: String? { texts["user_agent"] }
    var presented: String? { texts["presented"] }

    /// Nil for a line that is none: not an object, no strict time, an unknown event, a use without a token.
    init?(_ line: String) {
        // The generator writes no escapes and no nested objects, so quotation marks tell names and values apart.
        let pieces = line.utf8.split(separator: 0x22, omittingEmptySubsequences: false).map { String($0) ?? "" }
        guard pieces.count > 4, pieces[0] == "{", pieces[pieces.count - 1].hasSuffix("}") else { return nil }
        var texts: [String: String] = [:]
        for place in 1..<pieces.count - 1 where pieces[place] == ":" { texts[pieces[place - 1]] = pieces[place + 1] }
        guard let ms = texts["ts"].flatMap(Self.milliseconds), let event = texts["event"],
            ["issued", "used", "revoked", "failed", "exchanged", "refreshed"].contains(event),
            event != "used" || texts["token_id"] != nil
        else { return nil }
        self.ms = ms
        self.event = event
        self.texts = texts
    }

    /// The address, or the /64 of an IPv6 address.
    var network: String? {
        guard let ip, ip.contains(":"), let end = ip.firstRange(of: "::") else { return ip }
        return ip[..<end.lowerBound] + "::/64"
    }

    /// `2025-04-26T00:11:41.212Z` and nothing else.
    static func milliseconds(_ text: String) -> Int64? {
        let parts = text.utf8.split(omittingEmptySubsequences: false) { "-T:.Z".utf8.contains($0) }
        let number = parts.compactMap { Int64(String($0) ?? "") }
        guard text.utf8.count == 24, text.hasSuffix("Z"), parts.count == 8, number.count == 7 else { return nil }
        let isLeap = number[0] % 4 == 0 && (number[0] % 100 != 0 || number[0] % 400 == 0)
        let lengths: [Int64] = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        guard (1...12).contains(number[1]), (1...lengths[Int(number[1]) - 1]).contains(number[2]) else { return nil }
        let leapDays = { (year: Int64) in year / 4 - year / 100 + year / 400 }
        var days = (number[0] - 1970) * 365 + leapDays(number[0] - 1) - leapDays(1969) + number[2] - 1
        for month in 0..<Int(number[1] - 1) { days += lengths[month] }
        return (((days * 24 + number[3]) * 60 + number[4]) * 60 + number[5]) * 1000 + number[6]
    }
}

/// FNV-1a over 64 bits.
func checksum(_ bytes: some Sequence<UInt8>) -> UInt64 {
    bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
}
