#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The bytes that the grammar of a line knows by name. Public, as what is below, because other modules read records in
/// hot loops too.
public enum Byte {
    @inlinable public static var tab: UInt8 { 0x09 }
    @inlinable public static var newline: UInt8 { 0x0A }
    @inlinable public static var carriageReturn: UInt8 { 0x0D }
    @inlinable public static var space: UInt8 { 0x20 }
    @inlinable public static var quote: UInt8 { 0x22 }
    @inlinable public static var plus: UInt8 { 0x2B }
    @inlinable public static var comma: UInt8 { 0x2C }
    @inlinable public static var minus: UInt8 { 0x2D }
    @inlinable public static var dot: UInt8 { 0x2E }
    @inlinable public static var slash: UInt8 { 0x2F }
    @inlinable public static var zero: UInt8 { 0x30 }
    @inlinable public static var nine: UInt8 { 0x39 }
    @inlinable public static var colon: UInt8 { 0x3A }
    @inlinable public static var openBracket: UInt8 { 0x5B }
    @inlinable public static var backslash: UInt8 { 0x5C }
    @inlinable public static var closeBracket: UInt8 { 0x5D }
    @inlinable public static var underscore: UInt8 { 0x5F }
    @inlinable public static var openBrace: UInt8 { 0x7B }
    @inlinable public static var closeBrace: UInt8 { 0x7D }
}

extension UInt8 {
    /// A digit `0`…`9`.
    @inlinable @inline(__always) public var isDigit: Bool { self &- Byte.zero <= 9 }
    /// A letter in lower case, if it is an ASCII letter; other bytes may change too.
    @inlinable @inline(__always) public var lowercased: UInt8 { self | 0x20 }
}

extension RawSpan {
    /// One byte. Stops the program outside the span, which no input can bring about.
    @inlinable @inline(__always)
    public func byte(_ at: Int) -> UInt8 { unsafeLoad(fromByteOffset: at, as: UInt8.self) }

    /// Eight bytes; the first is the lowest.
    @inlinable @inline(__always)
    public func word(_ at: Int) -> UInt64 {
        UInt64(littleEndian: unsafeLoadUnaligned(fromByteOffset: at, as: UInt64.self))
    }

    /// Eight bytes where the span may end before; what is missing reads as zero.
    func wordAtEnd(_ at: Int) -> UInt64 {
        var word: UInt64 = 0
        var index = Swift.min(at + 8, byteCount)
        while index > at {
            index -= 1
            word = word << 8 | UInt64(byte(index))
        }
        return word
    }

    /// Whether two ranges hold the same bytes.
    package func equal(_ left: Range<Int>, _ right: Range<Int>) -> Bool {
        guard left.count == right.count else { return false }
        for index in 0..<left.count where byte(left.lowerBound + index) != byte(right.lowerBound + index) {
            return false
        }
        return true
    }

    /// Whether a range holds these bytes.
    @inlinable
    public func equal(_ range: Range<Int>, _ other: [UInt8]) -> Bool {
        guard range.count == other.count else { return false }
        for index in 0..<other.count where byte(range.lowerBound + index) != other[index] { return false }
        return true
    }

    /// The place of the first newline at or after `from`, or nil.
    package func newline(from: Int) -> Int? {
        withUnsafeBytes { buffer in
            guard from < buffer.count, let base = buffer.baseAddress,
                let found = memchr(base + from, Int32(Byte.newline), buffer.count - from)
            else { return nil }
            return UnsafeRawPointer(found) - base
        }
    }

    /// The place of the last newline before `end`, or nil.
    func lastNewline(before end: Int) -> Int? {
        var at = end
        while at > 0 {
            at -= 1
            if byte(at) == Byte.newline { return at }
        }
        return nil
    }
}

extension [UInt8] {
    /// A part of a span.
    package init(_ bytes: RawSpan, _ range: Range<Int>) {
        self = []
        append(bytes, range)
    }

    /// Appends a part of a span.
    @inlinable @inline(__always)
    public mutating func append(_ bytes: RawSpan, _ range: Range<Int>) {
        bytes.extracting(range).withUnsafeBytes { append(contentsOf: $0) }
    }
}
