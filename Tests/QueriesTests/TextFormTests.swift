@testable import Queries
import Testing

/// What functions of SQL make of times, and which texts sort among that.
struct TextFormTests {
    @Test(arguments: [
        ("%H:%M", "10:00"), ("%Y-%m-%d", "2026-05-01"), ("%j %w", "121 5"), ("100%%", "100%"), ("%H h", "10 h"),
        ("%J", nil), ("%", nil), ("%Q", nil),
    ]) func `strftime makes texts of one form, or of none that is known`(format: String, example: String?) {
        #expect(TextForm.formatted(by: format)?.example == example)
    }

    @Test(
        arguments: [
            (1, 13, "2026-05-01T10"), (12, 5, "10:00"), (-1, nil, "Z"), (21, nil, "000000Z"), (1, 0, ""), (0, 3, nil),
            (40, 3, ""),
        ] as [(Int, Int?, String?)]) func `substr counts from one, and below zero from the end`(
            start: Int, count: Int?, example: String?
        )
    {
        #expect(TextForm.time.part(from: start, count: count)?.example == example)
    }

    @Test(arguments: [
        ("2026-05-01", TextForm.Likeness.equal), ("2026-05", .beginning), ("2026-05-", .beginning),
        ("2026", .beginning),
        ("2026-0", .none), ("2026-5-1", .none), ("01.05.2026", .none), ("2026-05-01T10:00", .none), ("", .none),
    ]) func `a text is written in the form of days, or begins so, or is not`(text: String, likeness: TextForm.Likeness)
    {
        #expect(TextForm.date.likeness(to: text) == likeness)
    }

    @Test func `what has digits in it cannot be replaced in all times alike`() {
        #expect(TextForm.time.replacing("T", with: " ")?.example == "2026-05-01 10:00:00.000000Z")
        #expect(TextForm.time.replacing(":", with: "")?.example == "2026-05-01T100000.000000Z")
        #expect(TextForm.time.replacing("00", with: "x") == nil)
        #expect(TextForm.time.replacing("", with: "x") == nil)
    }

    @Test(arguments: [
        ("9:%", false, TextForm(example: "10:00"), false), ("09:%", false, TextForm(example: "10:00"), true),
        ("%T1_:00:%", false, .time, true), ("%t10%", false, .time, true), ("*t10*", true, .time, false),
        ("20??-05-*", true, .date, true), ("2026-05-01 %", false, .time, false),
    ]) func `a pattern can match some text of a form, or none`(
        pattern: String, isGlob: Bool, form: TextForm, matches: Bool
    ) {
        #expect(TimePattern(pattern, isGlob: isGlob).matches(form) == matches)
    }
}
