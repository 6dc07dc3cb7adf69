internal import Console

/// Pieces of HTML. Text goes through `text` or an attribute, and nothing else reaches a page raw.
enum HTMLText {
    /// A text node or the value of an attribute: what could command a browser or hide itself is visible instead.
    static func text(_ text: String) -> String {
        SafeText.visible(text).reduce(into: "") { out, character in
            switch character {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            case "'": out += "&#39;"
            default: out.append(character)
            }
        }
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
