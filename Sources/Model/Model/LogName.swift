/// Which log a file is a part of, by its path.
///
/// Servers begin a new file each day, and buckets a new object every few minutes; to whoever asks whether a log has
/// fallen silent, or how much of it was read, all of them are one.
package struct LogName: Sendable {
    /// The path, with `#` for what tells the parts of one log apart: folders that are dates, digits in the file's name,
    /// and from the moment in an object's name on all but its ending.
    package let bytes: [UInt8]
    /// The same where digits in the file's name tell logs apart, as in `web1.log` and `web2.log`.
    package let apart: [UInt8]
    /// Whether the path is that of an object in a bucket: it is named by the moment at which it was written, or lies in
    /// a folder of a date.
    package let isObject: Bool

    package init(ofPath path: ArraySlice<UInt8>) {
        let isCompressed = path.count > 3 && path.suffix(3).elementsEqual(".gz".utf8)
        var parts = (isCompressed ? path.dropLast(3) : path)
            .split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        let file = parts.removeLast()
        var folders: [UInt8] = []
        var followsDate = false, isDated = false
        for part in parts {
            let date = Self.date(part, followsDate: followsDate)
            folders += (date ?? Array(part)) + [UInt8(ascii: "/")]
            followsDate = date != nil
            isDated = isDated || followsDate
        }
        if let moment = Self.moment(in: file) {
            let ending = file[moment...].lastIndex(of: UInt8(ascii: ".")).map { file[$0...] } ?? []
            bytes = folders + file[..<moment] + [Self.mark] + ending
            apart = bytes
            isObject = true
        } else {
            bytes = folders + Self.withoutDigits(file)
            // One file each day is not told from the next by the folder.
            apart = isDated ? folders + file : Array(path)
            isObject = isDated
        }
    }

    /// Whether a log of this name, as either of the two ways has it, has the file.
    package func isOf(_ log: [UInt8]) -> Bool { bytes == log || apart == log }

    private static let mark = UInt8(ascii: "#")

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

    private static func withoutDigits(_ text: ArraySlice<UInt8>) -> [UInt8] {
        var out: [UInt8] = []
        for byte in text where !(isDigit(byte) && out.last == mark) { out.append(isDigit(byte) ? mark : byte) }
        return out
    }

    /// A folder that is a date or a part of one: `2026`, `20260426`, `2026-04-26`, and behind such a one `04`;
    /// `month=04`. Nil for others.
    private static func date(_ folder: ArraySlice<UInt8>, followsDate: Bool) -> [UInt8]? {
        let start = folder.firstIndex(of: UInt8(ascii: "=")).map { $0 + 1 } ?? folder.startIndex
        let value = folder[start...]
        let digits = value.filter(isDigit)
        guard !digits.isEmpty, value.allSatisfy({ isDigit($0) || $0 == UInt8(ascii: "-") }), isDigit(value[start])
        else { return nil }
        let hasYear = isYear(digits[...]) && [4, 6, 8, 10].contains(digits.count)
        let isPart = digits.count <= 2 && value.count == digits.count && (followsDate || start > folder.startIndex)
        return hasYear || isPart ? folder[..<start] + [mark] : nil
    }

    private static func isYear(_ digits: ArraySlice<UInt8>) -> Bool {
        digits.starts(with: "19".utf8) || digits.starts(with: "20".utf8)
    }

    /// Where in a name a moment begins: `20260426T0010`.
    private static func moment(in name: ArraySlice<UInt8>) -> Int? {
        name.indices.first { place in
            let begins = place == name.startIndex || !isDigit(name[place - 1])
            guard begins, name.endIndex - place >= 13 else { return false }
            let moment = name[place..<place + 13]
            return isYear(moment) && moment[place + 8] == UInt8(ascii: "T") && moment.count(where: isDigit) == 12
        }
    }
}
