internal import Events

/// Reads texts of names and values, `type=LOGIN_ERROR, error="user_not_found"`, as an object of texts.
enum KeyValues {
    /// Appends the object; false if the text has no name and value.
    ///
    /// A value in single or double quotes ends with its quote; any other ends with the separator.
    static func appendObject(_ text: ArraySlice<UInt8>, separator: [UInt8], to out: inout [UInt8]) -> Bool {
        let start = out.count
        out.append(Byte.openBrace)
        var rest = text
        while let equals = rest.firstIndex(of: UInt8(ascii: "=")) {
            let name = trimmed(rest[..<equals])
            rest = rest[(equals + 1)...]
            let value = takeValue(&rest, separator)
            guard !name.isEmpty, name.count <= 256, String(validating: name, as: UTF8.self) != nil,
                String(validating: value, as: UTF8.self) != nil
            else { continue }
            if out.count > start + 1 { out.append(Byte.comma) }
            JSONText.escape(name, into: &out)
            out.append(Byte.colon)
            JSONText.escape(value[...], into: &out)
        }
        out.append(Byte.closeBrace)
        return out.count > start + 2
    }

    private static func takeValue(_ rest: inout ArraySlice<UInt8>, _ separator: [UInt8]) -> [UInt8] {
        if let quote = rest.first, quote == Byte.quote || quote == UInt8(ascii: "'"),
            let end = closing(quote, rest.dropFirst(), separator)
        {
            let value = Array(rest[(rest.startIndex + 1)..<end])
            rest = rest[(end + 1)...]
            drop(separator, &rest)
            return value
        }
        guard let first = separator.first else { return [] }
        var at = rest.startIndex
        while at < rest.endIndex {
            if rest[at] == first, rest[at...].starts(with: separator) {
                let value = Array(rest[..<at])
                rest = rest[(at + separator.count)...]
                return value
            }
            at += 1
        }
        defer { rest = rest[rest.endIndex...] }
        return Array(rest)
    }

    /// The quote that closes a value: one behind which the separator stands, or nothing.
    private static func closing(_ quote: UInt8, _ text: ArraySlice<UInt8>, _ separator: [UInt8]) -> Int? {
        var at = text.startIndex
        while let place = text[at...].firstIndex(of: quote) {
            let behind = text[(place + 1)...]
            if behind.isEmpty || behind.starts(with: separator) { return place }
            at = place + 1
        }
        return nil
    }

    private static func drop(_ separator: [UInt8], _ rest: inout ArraySlice<UInt8>) {
        if rest.starts(with: separator) { rest = rest[(rest.startIndex + separator.count)...] }
    }

    /// Without the spaces and commas around it, and what stands before it that is no part of a name.
    private static func trimmed(_ name: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let isEdge = { (byte: UInt8) in byte <= Byte.space || byte == Byte.comma }
        var name = name.drop(while: isEdge)
        while let last = name.last, isEdge(last) { name.removeLast() }
        guard let space = name.lastIndex(where: isEdge) else { return name }
        return name[(space + 1)...]
    }
}
