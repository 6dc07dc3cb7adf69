/// Goes through the long runs of characters of a set that a text has.
///
/// Most texts are words: a look at every twentieth byte, and from there back to the last one that does not belong,
/// passes over them at a fraction of an instruction a byte.
struct Base64Run {
    private var at = 0

    /// The next run of at least so many characters, or nil.
    mutating func next(in text: RawSpan, of set: ByteSet, least: Int) -> Range<Int>? {
        while at + least <= text.byteCount {
            var back = at + least - 1
            while back >= at, set.contains(text.byte(back)) { back -= 1 }
            guard back < at else {
                at = back + 1
                continue
            }
            let end = text.end(of: set, from: at + least)
            defer { at = end + 1 }
            return at..<end
        }
        return nil
    }
}
