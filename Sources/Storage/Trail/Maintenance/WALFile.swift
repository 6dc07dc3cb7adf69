internal import Files

/// SQLite's write-ahead log, as far as damage shows in it.
///
/// SQLite reads it up to the first frame whose checksum is wrong and believes that nothing was committed behind it.
/// After a crash that is so; frames of the same age behind it tell that one was changed later, and so does a frame that
/// says that it ends a commit: whoever is killed while writing has written all before it, whole.
enum WALFile {
    private static let headerBytes: Int64 = 32
    private static let frameHeader = 24

    /// What is wrong, or nil; a file that is missing or empty tells nothing. Throws for one that cannot be read now.
    static func fault(_ path: String) throws -> String? {
        guard try status(ofPath: path) != nil else { return nil }
        let file = try InputFile(path: path)
        guard try file.size() > headerBytes else { return nil }
        var header = [UInt8](repeating: 0, count: Int(headerBytes))
        guard try read(file, 0, &header) else { return nil }
        let magic = word(header, 0, true)
        guard magic & ~1 == 0x377F_0682 else { return "does not begin as a WAL: what it held is lost" }
        let isBig = magic & 1 == 1
        var sum = checksum(header[..<24], isBig, (0, 0))
        guard sum == (word(header, 24, true), word(header, 28, true)) else {
            return "has a header whose checksum is wrong: what it held is lost"
        }
        let page = Int(word(header, 8, true)), salts = Array(header[16..<24])
        guard page >= 512, page <= 65536 else { return nil }
        var frame = [UInt8](repeating: 0, count: frameHeader + page)
        var number: Int64 = 0, bad: Int64?, behind = 0, endsCommit = false
        while try read(file, headerBytes + number * Int64(frame.count), &frame) {
            number += 1
            guard frame[8..<16].elementsEqual(salts) else {
                // Older frames, from before the WAL began anew.
                if bad == nil { bad = number }
                continue
            }
            if bad != nil {
                behind += 1
                continue
            }
            sum = checksum(frame[..<8], isBig, sum)
            sum = checksum(frame[frameHeader...], isBig, sum)
            if sum != (word(frame, 16, true), word(frame, 20, true)) {
                bad = number
                endsCommit = word(frame, 4, true) != 0
            }
        }
        guard let bad, behind > 0 || endsCommit else { return nil }
        return "has a frame, number \(bad), whose checksum is wrong; the \(behind) frames behind it are lost"
    }

    private static func read(_ file: borrowing InputFile, _ offset: Int64, _ bytes: inout [UInt8]) throws -> Bool {
        let count = bytes.count
        let filled = try bytes.fill(0..<count) { (space) throws(FileError) in try file.read(into: space, at: offset) }
        return filled == count
    }

    private static func word(_ bytes: [UInt8], _ place: Int, _ isBig: Bool) -> UInt32 {
        let all = bytes[place..<(place + 4)]
        return (isBig ? Array(all) : all.reversed()).reduce(0) { $0 << 8 | UInt32($1) }
    }

    private static func checksum(
        _ bytes: ArraySlice<UInt8>, _ isBig: Bool, _ start: (UInt32, UInt32)
    ) -> (UInt32, UInt32) {
        var (first, second) = start
        let all = Array(bytes)
        for place in stride(from: 0, to: all.count - 7, by: 8) {
            first = first &+ word(all, place, isBig) &+ second
            second = second &+ word(all, place + 4, isBig) &+ first
        }
        return (first, second)
    }
}
