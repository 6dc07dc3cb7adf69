/// How busy the server is at an hour of the day and a day of the week, in percent of its busiest hour, by who calls.
enum Rhythm: Sendable {
    case people, partners, anonymous, steady

    static let hour: Int64 = 3_600_000
    static let day = 24 * hour

    /// The weight of a time, 1 to 100.
    func weight(at ms: Int64) -> Int {
        let days = ms >= 0 ? ms / Self.day : (ms + 1) / Self.day - 1
        let hour = Int((ms - days * Self.day) / Self.hour)
        // 1970-01-01 was a Thursday.
        let weekday = ((days + 3) % 7 + 7) % 7
        let percent = weekday >= 5 ? weekend : 100
        return max(1, hours[hour] * percent / 100)
    }

    private var weekend: Int {
        switch self {
        case .people: 25
        case .partners: 60
        case .anonymous: 85
        case .steady: 100
        }
    }

    private var hours: [Int] {
        switch self {
        case .people: Self.office
        case .partners: Self.machines
        case .anonymous: Self.evenings
        case .steady: Self.flat
        }
    }

    private static let office = [
        3, 2, 2, 2, 3, 6, 14, 36, 74, 96, 100, 92, 70, 84, 95, 90, 76, 54, 38, 30, 24, 15, 9, 5,
    ]
    private static let machines = [
        48, 44, 42, 42, 46, 55, 66, 78, 92, 98, 100, 99, 94, 96, 98, 97, 93, 88, 80, 74, 68, 62, 56, 52,
    ]
    private static let evenings = [
        26, 17, 12, 9, 9, 13, 22, 34, 46, 55, 60, 63, 66, 64, 62, 64, 70, 79, 90, 98, 100, 92, 70, 45,
    ]
    private static let flat = [Int](repeating: 100, count: 24)
}
