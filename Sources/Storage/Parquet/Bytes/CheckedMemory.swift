/// Memory for decoded values that knows its length. Every access is checked, in release too: what a file says never
/// leads outside, whatever a decoder believes. Good as long as its owner, a `Scratch` or an array, is left alone.
struct CheckedRoom<Element: BitwiseCopyable> {
    private let base: UnsafeMutablePointer<Element>
    let count: Int

    init(_ base: UnsafeMutablePointer<Element>, _ count: Int) {
        precondition(count >= 0)
        self.base = base
        self.count = count
    }

    init(_ buffer: UnsafeMutableBufferPointer<Element>) {
        base = buffer.baseAddress ?? UnsafeMutableRawPointer(bitPattern: 16)!.assumingMemoryBound(to: Element.self)
        count = buffer.count
    }

    @inline(__always)
    subscript(_ place: Int) -> Element {
        get {
            precondition(UInt(bitPattern: place) < UInt(bitPattern: count), "a place outside of decoded values")
            return base[place]
        }
        nonmutating set {
            precondition(UInt(bitPattern: place) < UInt(bitPattern: count), "a place outside of decoded values")
            base[place] = newValue
        }
    }

    /// The part from a place on.
    func from(_ place: Int) -> CheckedRoom {
        precondition(UInt(bitPattern: place) <= UInt(bitPattern: count), "a place outside of decoded values")
        return CheckedRoom(base + place, count - place)
    }

    /// The part of the given length at the beginning, for loops that stay inside it by themselves.
    func pointer(for length: Int) -> UnsafeMutablePointer<Element> {
        precondition(UInt(bitPattern: length) <= UInt(bitPattern: count), "more decoded values than there is room for")
        return base
    }

    func fill(_ range: Range<Int>, with value: Element) {
        from(range.lowerBound).pointer(for: range.count).update(repeating: value, count: range.count)
    }

    func copy(_ length: Int, from other: CheckedRoom) {
        pointer(for: length).update(from: other.pointer(for: length), count: length)
    }
}

/// Bytes behind which at least `ByteSink.slack` more may be read, so that wide loads need no last case. Only a
/// `ByteSink` promises that.
struct PaddedBytes {
    let raw: UnsafeRawBufferPointer

    static var empty: PaddedBytes { PaddedBytes(partOfPadded: UnsafeRawBufferPointer(start: nil, count: 0)) }

    init(of sink: borrowing ByteSink) { raw = sink.bytes }

    /// For slices of bytes that are padded.
    init(partOfPadded raw: UnsafeRawBufferPointer) { self.raw = raw }

    var count: Int { raw.count }
    var isEmpty: Bool { raw.isEmpty }

    /// A part of them, which must lie inside.
    subscript(_ range: Range<Int>) -> PaddedBytes {
        precondition(range.lowerBound >= 0 && range.upperBound <= raw.count, "a part outside of the bytes")
        return PaddedBytes(partOfPadded: UnsafeRawBufferPointer(rebasing: raw[range]))
    }
}
