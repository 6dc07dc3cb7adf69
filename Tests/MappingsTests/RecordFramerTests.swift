import Events
import TestSupport
import Testing

@testable import Mappings

struct RecordFramerTests {
    private static let lists = [["Records"], ["data", "logs"]].map { $0.map { Array($0.utf8) } }

    /// What a source of these bytes is cut into, shown in chunks that end where `cuts` say: records as they are, what
    /// is none behind a word. With `resumes`, each chunk is read by a framer made from the text of the last one.
    private func pieces(
        _ text: String, _ form: RecordFrame.Form = .document, cuts: [Int] = [], resumes: Bool = false
    ) -> [String] {
        let bytes = Array(text.utf8)
        var framer = RecordFramer(RecordFrame(form), lists: Self.lists)
        var found: [String] = []
        var start = 0
        for end in cuts + [bytes.count] {
            let isLast = end == bytes.count
            let chunk = Array(bytes[start..<max(start, end)])
            var at = 0
            scan: while true {
                if resumes, let frame = RecordFrame(framer.frame.text) {
                    framer = RecordFramer(frame, lists: Self.lists)
                }
                let say = { (range: Range<Int>) in String(decoding: chunk[range], as: UTF8.self) }
                switch framer.next(chunk.span.bytes, at, isLast: isLast) {
                case .record(let range, let next):
                    found.append(say(range))
                    at = next
                case .blank(_, let next):
                    found.append("blank")
                    at = next
                case .broken(let range, let reason, _, let next):
                    found.append("\(reason.rawValue): \(say(range))")
                    at = next
                case .passed(let next): at = next
                case .more: break scan
                }
            }
            start += at
        }
        return found
    }

    @Test func `records are found in lines, lists, documents and over several lines`() {
        #expect(
            pieces("{\"a\":1}\n\n{\"a\":2}\r\nx\n{\"a\":3}", .lines) == [
                "{\"a\":1}", "blank", "{\"a\":2}", "x", "{\"a\":3}",
            ])
        #expect(pieces(#"[{"a":1},{"a":2}]"#) == [#"{"a":1}"#, #"{"a":2}"#])
        #expect(
            pieces(#"{"n":[{"x":1}],"Records":[{"a":1}, {"a":"]}"}],"z":{"b":[{}]}}"#) == [#"{"a":1}"#, #"{"a":"]}"}"#])
        #expect(pieces(#"{"data":{"n":0,"logs":[{"a":1}]}}"#) == [#"{"a":1}"#])
        #expect(pieces("{\n \"a\": 1\n}\n{\n \"a\": 2\n}\n") == ["{\n \"a\": 1\n}", "{\n \"a\": 2\n}"])
        #expect(pieces("{\"Records\":[{\"a\":1}]}\n{\"Records\":[]}\n{\"a\":2}\n") == [#"{"a":1}"#, #"{"a":2}"#])
        #expect(pieces("\u{FEFF}[{\"a\":1}]") == [#"{"a":1}"#])
        #expect(pieces("[]") == [])
        #expect(pieces("") == [])
    }

    @Test func `what is no record costs itself and no neighbor`() {
        #expect(
            pieces(#"[{"a":1},7,"x",{"a":2}]"#) == [#"{"a":1}"#, "not_object: 7", #"not_object: "x""#, #"{"a":2}"#])
        #expect(pieces("{\"a\":\"cut\n{\"a\":2}\n") == ["not_json: {\"a\":\"cut", #"{"a":2}"#])
        #expect(pieces(#"{"Records":[{"a":1},{"a":"#) == [#"{"a":1}"#, #"unterminated: {"a":"#])
        #expect(pieces(#"{"Records":[{"a":1}"#) == [#"{"a":1}"#])
        #expect(pieces("junk\n{\"a\":1}") == ["not_json: junk", #"{"a":1}"#])
    }

    private static func document(_ random: inout SeededRandom) -> String {
        let pieces = [
            #"{"Records":["#, "]", "}", "[", "{", #""a":1"#, #""b":"x\"]}""#, ",", " ", "\n", #"{"a":1}"#, "null",
            #"{"data":{"#,
            #""logs":["#, #""Records":"#, "\"", "\\", #"{"k":[1,{"z":"{"}]}"#,
        ]
        return (0..<Int(random.next() % 24)).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
    }

    @Test(arguments: 1...8)
    func `where chunks end and where reading was stopped changes nothing`(_ seed: Int) {
        var random = SeededRandom(UInt64(seed))
        for _ in 0..<300 {
            let text = Self.document(&random)
            let count = text.utf8.count
            let cuts = (0..<Int(random.next() % 5)).map { _ in Int(random.next() % UInt64(count + 1)) }.sorted()
            for form in [RecordFrame.Form.document, .lines] {
                let whole = pieces(text, form)
                #expect(pieces(text, form, cuts: cuts) == whole, "\(text) cut at \(cuts)")
                #expect(pieces(text, form, cuts: cuts, resumes: true) == whole, "\(text) resumed at \(cuts)")
            }
        }
    }

    @Test func `a record that is too long is passed over, and what follows it is read`() {
        let long = #"{"x":""# + String(repeating: "y", count: 5000) + #""}"#
        let bytes = Array((#"{"Records":["# + long + #",{"a":1}]}"#).utf8)
        var framer = RecordFramer(RecordFrame(.document), lists: Self.lists, longest: 1000)
        var found: [String] = []
        var start = 0, end = 0
        while end < bytes.count || start < bytes.count {
            end = min(bytes.count, end + 700)
            let chunk = Array(bytes[start..<end])
            var at = 0
            scan: while true {
                switch framer.next(chunk.span.bytes, at, isLast: end == bytes.count) {
                case .record(let range, let next):
                    found.append(String(decoding: chunk[range], as: UTF8.self))
                    at = next
                case .broken(_, let reason, _, let next):
                    found.append(reason.rawValue)
                    at = next
                case .passed(let next), .blank(_, let next): at = next
                case .more: break scan
                }
            }
            if at == 0, end == bytes.count { break }
            start += at
        }
        #expect(found == ["line_too_long", #"{"a":1}"#])
    }

    @Test(arguments: [RecordFrame.Form.document, .lines])
    func `a record that is too long is none, also where all of it is there`(_ form: RecordFrame.Form) {
        let long = #"{"x":""# + String(repeating: "y", count: 992) + #""}"#
        let bytes = Array("\(long)\n{\"a\":1}\n".utf8)
        for (longest, reasons) in [(1000, []), (999, ["line_too_long"])] {
            var framer = RecordFramer(RecordFrame(form), lists: [], longest: longest)
            var (records, found, at) = (0, [String](), 0)
            scan: while true {
                switch framer.next(bytes.span.bytes, at, isLast: true) {
                case .record(_, let next): (records, at) = (records + 1, next)
                case .broken(_, let reason, _, let next):
                    found.append(reason.rawValue)
                    at = next
                case .passed(let next), .blank(_, let next): at = next
                case .more: break scan
                }
            }
            #expect(records == 2 - reasons.count && found == reasons)
        }
    }

    @Test(arguments: [
        "lines", "text", "document", "document list 0", "document list 2", "document pass 3", "document pass 1 string",
        "document pass 1 escape list 1",
    ])
    func `a frame is what its text says`(_ text: String) {
        #expect(RecordFrame(text)?.text == text)
    }

    @Test(arguments: [
        "", "csv", "document list", "document list x", "document pass", "lines list 1 2", "document list 99",
    ])
    func `what no frame says is none`(_ text: String) {
        #expect(RecordFrame(text) == nil)
    }
}
