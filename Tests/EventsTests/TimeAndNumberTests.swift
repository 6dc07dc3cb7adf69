import Columns
import Events
import Model
import Testing
import TestSupport

struct TimeAndNumberTests {
    /// Walks from day to day by the rule of the calendar alone.
    private struct Calendar {
        var year = 1970, month = 1, day = 1

        mutating func next() {
            day += 1
            if day > 28, day > length { (day, month) = (1, month + 1) }
            if month > 12 { (month, year) = (1, year + 1) }
        }

        private var length: Int {
            let leap = year.isMultiple(of: 400) || (year.isMultiple(of: 4) && !year.isMultiple(of: 100))
            return [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
        }

        var text: String {
            let two = { (number: Int) in number < 10 ? "0\(number)" : "\(number)" }
            return "\(year)-\(two(month))-\(two(day))"
        }
    }

    @Test func `the dates of 1970 to 9999 are those of a calendar that counts days one by one`() {
        var calendar = Calendar()
        var days: [Int32] = []
        var lines: [UInt8] = []
        for day in Int32(0)...2_932_896 {
            if day % 61 == 0 || calendar.month == 2 && calendar.day > 27 && day % 7 == 0 || day == 2_932_896 {
                days.append(day)
                lines += Array("{\"ts\":\"\(calendar.text)T12:34:56Z\",\"event\":\"used\",\"token_id\":\"t\"}\n".utf8)
                #expect(Timestamp.dayText(day) == calendar.text)
            }
            if calendar.day == 1 {
                let month = Int32((calendar.year - 1970) * 12 + calendar.month - 1)
                let midnight = Int64(day) * 86_400_000_000
                #expect(Timestamp.start(ofMonth: month) == midnight)
                #expect(Timestamp.month(of: midnight) == month)
                #expect(Timestamp.month(of: midnight - 1) == month - 1)
                #expect(Timestamp.monthText(month) == calendar.text.dropLast(3))
            }
            if day < 2_932_896 { calendar.next() }
        }
        #expect(calendar.text == "9999-12-31")
        let reading = Reading(lines)
        #expect(reading.counts.quarantined == 0)
        #expect(reading.allEvents.map(\.ts) == days.map { Int64($0) * 86_400_000_000 + 45_296_000_000 })
    }

    @Test func `every text of digits, dashes and colons is a time exactly if it is one`() {
        var random = SeededRandom(3)
        for _ in 0..<3000 {
            let parts = [
                Int.random(in: 1960...2030, using: &random), Int.random(in: 0...14, using: &random),
                Int.random(in: 0...33, using: &random), Int.random(in: 0...25, using: &random),
                Int.random(in: 0...61, using: &random), Int.random(in: 0...61, using: &random),
            ]
            let text = parts.map { $0 < 10 ? "0\($0)" : "\($0)" }
            let time = "\(text[0])-\(text[1])-\(text[2])T\(text[3]):\(text[4]):\(text[5])Z"
            let line = "{\"ts\":\"\(time)\",\"event\":\"used\",\"token_id\":\"t\"}\n"
            let leap = parts[0] % 4 == 0
            let lengths = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
            let length = (1...12).contains(parts[1]) ? lengths[parts[1] - 1] : 0
            let isDate = parts[0] >= 1970 && parts[2] >= 1 && parts[2] <= length
            let exists = isDate && parts[3] < 24 && parts[4] < 60 && parts[5] < 60
            #expect((Reading(line).counts.stored == 1) == exists, "\(line)")
        }
    }

    @Test func `a latency is the double nearest to its decimals`() throws {
        var random = SeededRandom(5)
        for _ in 0..<5000 {
            let digits = String(random.next() >> UInt64.random(in: 0...60, using: &random))
            let point = Int.random(in: 0...digits.count, using: &random)
            var text = (point == 0 ? "0" : String(digits.prefix(point))) + "." + digits.dropFirst(point) + "0"
            if random.chance(30) { text += "e\(Int.random(in: -330...3, using: &random))" }
            if random.chance(30) { text = "-" + text }
            let value = try #require(Double(text))
            let reading = Reading("{\"ts\":1,\"event\":\"used\",\"token_id\":\"t\",\"latency_ms\":\(text)}\n")
            let expected = value.magnitude < 9_007_199_254_740_992 ? value : nil
            #expect(reading.allEvents.first?.latencyMS == expected, "\(text)")
        }
    }
}
