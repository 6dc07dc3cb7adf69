extension Timestamp {
    /// Microseconds of an RFC 3339 text, by the strict rules for lines; nil for anything else.
    package static func parse(_ text: String) -> Int64? {
        // The reader looks at whole words, so a few bytes behind the text must be there.
        let bytes = Array(text.utf8) + [UInt8](repeating: 0, count: 16)
        var reader = TimeReader()
        let time = reader.text(bytes.span.bytes, 0, text.utf8.count)
        return time == TimeReader.none ? nil : time
    }

    /// The same of bytes, as fast as times of lines are read.
    package static func parse(_ text: ArraySlice<UInt8>) -> Int64? {
        guard (20...40).contains(text.count) else { return nil }
        var bytes = InlineArray<64, UInt8>(repeating: 0)
        for place in 0..<text.count { bytes[place] = text[text.startIndex + place] }
        var reader = TimeReader()
        let time = reader.text(bytes.span.bytes, 0, text.count)
        return time == TimeReader.none ? nil : time
    }
}
