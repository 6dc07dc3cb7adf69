internal import Events

/// Tells from the first bytes of a source how its records stand in it.
enum SourceForm {
    /// Whether the first byte that is no white space begins no JSON object and no array.
    static func isText(_ bytes: RawSpan) -> Bool {
        var at = 0
        while at < bytes.byteCount, bytes.byte(at) <= Byte.space { at += 1 }
        return at < bytes.byteCount && bytes.byte(at) != Byte.openBrace && bytes.byte(at) != Byte.openBracket
            && bytes.byte(at) != 0xEF
    }

    /// Nil if more bytes are needed to tell.
    static func find(_ bytes: RawSpan, isAll: Bool, lists: [[[UInt8]]]) -> RecordFrame.Form? {
        var at = 0
        if bytes.byteCount >= 3, bytes.byte(0) == 0xEF, bytes.byte(1) == 0xBB, bytes.byte(2) == 0xBF {
            return .document
        }
        while at < bytes.byteCount, bytes.byte(at) <= Byte.space { at += 1 }
        guard at < bytes.byteCount else { return nil }
        guard bytes.byte(at) == Byte.openBrace else { return bytes.byte(at) == Byte.openBracket ? .document : .lines }
        var framer = RecordFramer(RecordFrame(.document), lists: lists)
        switch framer.next(bytes, at, isLast: isAll) {
        case .record(let record, _):
            // An object on a line of its own is what NDJSON has; one over several lines is a document.
            let newline = bytes.newline(from: at) ?? bytes.byteCount
            return record.upperBound <= newline ? .lines : .document
        case .passed: return .document
        case .more: return nil
        // A first line that is cut costs only itself where each line is a record.
        case .broken, .blank: return .lines
        }
    }
    /// The form of a source whose first object goes on beyond what was looked at. As a document its records come one by
    /// one, also where each is a line.
    static func likely(_ bytes: RawSpan, hasLists: Bool) -> RecordFrame.Form {
        var at = 0
        while at < bytes.byteCount, bytes.byte(at) <= Byte.space { at += 1 }
        return hasLists || bytes.newline(from: at) != nil ? .document : .lines
    }
}
