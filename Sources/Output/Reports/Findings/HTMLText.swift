internal import Console

/// Pieces of HTML. Text goes through `text` or an attribute, and nothing else reaches a page raw.
enum HTMLText {
    /// A text node or the value of an attribute: what could command a browser or hide itself is visible instead.
    static func text(_ text: String) -> String {
        // Byte by byte: a quote with an accent on it is a quote to a browser.
        var out: [UInt8] = []
        for byte in SafeText.visible(text).utf8 {
            switch byte {
            case UInt8(ascii: "&"): out.append(contentsOf: "&amp;".utf8)
            case UInt8(ascii: "<"): out.append(contentsOf: "&lt;".utf8)
            case UInt8(ascii: ">"): out.append(contentsOf: "&gt;".utf8)
            case UInt8(ascii: "\""): out.append(contentsOf: "&quot;".utf8)
            case UInt8(ascii: "'"): out.append(contentsOf: "&#39;".utf8)
            default: out.append(byte)
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// An element around pieces that are HTML already. Attributes are escaped.
    static func element(
        _ name: String, _ attributes: KeyValuePairs<String, String> = [:], _ inner: String...
    ) -> String {
        let list = attributes.map { " \($0)=\"\(text($1))\"" }.joined()
        return "<\(name)\(list)>\(inner.joined())</\(name)>"
    }

    /// A table with a head; cells are HTML already.
    static func table(_ head: [String], _ rows: [[String]]) -> String {
        let titles = head.map { element("th", ["scope": "col"], text($0)) }.joined()
        let lines = rows.map { row in element("tr", [:], row.map { element("td", [:], $0) }.joined()) }
        return element(
            "table", [:], element("thead", [:], element("tr", [:], titles)), element("tbody", [:], lines.joined()))
    }
}
