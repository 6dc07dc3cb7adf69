import Events
import Testing

@testable import Mappings

struct SourceTimeTests {
    /// 2026-04-28T00:00:00Z.
    private let reference: Int64 = 1_777_334_400_000_000

    private func read(_ text: String, _ form: SourceTime = SourceTime()) -> String? {
        form.read(Array(text.utf8)[...], reference: reference).map { Timestamp.text($0) }
    }

    @Test(arguments: [
        ("2026-04-26T00:11:41.212Z", "2026-04-26T00:11:41.212Z"),
        ("2026-04-26T00:11:41Z", "2026-04-26T00:11:41Z"),
        ("2026-04-26T00:11:41.123456789Z", "2026-04-26T00:11:41.123456Z"),
        ("2026-04-26T02:11:41+02:00", "2026-04-26T00:11:41Z"),
        ("2026-04-26T02:11:41.5+0200", "2026-04-26T00:11:41.500Z"),
        ("2026-04-26 00:11:41,212", "2026-04-26T00:11:41.212Z"),
        ("2026-04-26 00:11:41 UTC", "2026-04-26T00:11:41Z"),
        ("2026-04-26T00:11:41.2123456+00:00", "2026-04-26T00:11:41.212345Z"),
        ("1777162301", "2026-04-26T00:11:41Z"),
        ("1777162301.2125", "2026-04-26T00:11:41.212500Z"),
        ("1777162301212", "2026-04-26T00:11:41.212Z"),
        ("1777162301212.5", "2026-04-26T00:11:41.212500Z"),
        ("1777162301212345", "2026-04-26T00:11:41.212345Z"),
        ("1777162301212345678", "2026-04-26T00:11:41.212345Z"),
        ("Apr 26 00:11:41", "2026-04-26T00:11:41Z"),
        ("Apr  6 00:11:41", "2026-04-06T00:11:41Z"),
        ("Dec 31 23:59:59", "2025-12-31T23:59:59Z"),
        ("Sun, 26 Apr 2026 00:11:41 GMT", "2026-04-26T00:11:41Z"),
        ("26/Apr/2026:02:11:41 +0200", "2026-04-26T00:11:41Z"),
        ("Apr 26, 2026 6:48:00 AM", "2026-04-26T06:48:00Z"),
        ("Apr 26, 2026, 12:48:00 AM", "2026-04-26T00:48:00Z"),
        ("April 26, 2026 12:11:41 PM", "2026-04-26T12:11:41Z"),
    ])
    func `times are read in the forms that logs have`(_ text: String, _ time: String) {
        #expect(read(text) == time)
    }

    @Test(arguments: [
        "", "yesterday", "2026-02-30T00:00:00Z", "2026-04-26T24:00:00Z", "2026-04-26T00:11:41+25:00",
        "26 Foo 2026 1:2:3",
        "Apr 31 00:00:00", "Apr 26 25:00:00", "1.2.3", "12:00", "12:00:60", "99999999999999999999",
        "2026-04-26T00:11:41.Z",
        "Apr 26, 2026 13:48:00 AM", "-1",
    ])
    func `what is no time is none`(_ text: String) {
        #expect(read(text) == nil)
    }

    @Test func `a time without a year gets the last one that fits, and a leap day one that has it`() {
        #expect(read("Apr 29 00:00:00") == "2026-04-29T00:00:00Z")
        #expect(read("Apr 30 00:00:00") == "2025-04-30T00:00:00Z")
        #expect(read("Feb 29 12:00:00") == "2024-02-29T12:00:00Z")
    }

    @Test func `a time without a day is of the last one that fits`() {
        let noon = SourceTime()
        let at = { (text: String) in
            noon.read(Array(text.utf8)[...], reference: reference + 12 * Timestamp.hour).map { Timestamp.text($0) }
        }
        #expect(at("11:59:59,5") == "2026-04-28T11:59:59.500Z")
        #expect(at("12:00:01") == "2026-04-27T12:00:01Z")
        #expect(at("25:00:01") == nil)
    }

    @Test func `a mapping says the zone of times that name none, and what numbers count`() {
        var form = SourceTime()
        form.zone = -330
        #expect(read("2026-04-26 00:11:41", form) == "2026-04-26T05:41:41Z")
        #expect(read("2026-04-26 00:11:41Z", form) == "2026-04-26T00:11:41Z")
        #expect(read("Apr 26 00:11:41", form) == "2026-04-26T05:41:41Z")
        form.unit = .milliseconds
        #expect(read("1000", form) == "1970-01-01T00:00:01Z")
        form.unit = .nanoseconds
        #expect(read("1777162301212345678", form) == "2026-04-26T00:11:41.212345Z")
    }
}
