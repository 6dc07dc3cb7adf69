#if canImport(Glibc)
internal import Glibc
#else
internal import Darwin
#endif

// A path is bytes, and a String is not: it replaces what is no UTF-8, and takes "é" and "e" with an accent for the
// same. So a byte that is no part of UTF-8 stands in a path's text as a private character of its own, from which the
// byte comes back, and paths are compared byte for byte (`PathKey`).

/// The private characters that stand for the bytes 80 to FF, by their number: U+10F880 to U+10F8FF.
private let byteCharacters: UInt32 = 0x10F800

/// The text of a path that the system gave. Nothing is lost: `withSystemPath` gives the same bytes back.
package func pathText(_ bytes: some Collection<UInt8>) -> String {
    let bytes = Array(bytes)
    if let text = String(validating: bytes, as: UTF8.self), !text.utf8.contains(0xF4) { return text }
    var text = String.UnicodeScalarView()
    var place = 0
    while place < bytes.count {
        let length = sequenceLength(bytes[place])
        let end = min(place + length, bytes.count)
        if let scalar = String(validating: bytes[place..<end], as: UTF8.self)?.unicodeScalars.first, !isByte(scalar) {
            text.append(scalar)
            place = end
        } else {
            // Also the bytes of a private character of this kind that really stands in a name.
            if let scalar = Unicode.Scalar(byteCharacters + UInt32(bytes[place])) { text.append(scalar) }
            place += 1
        }
    }
    return String(text)
}

/// The same for a name that ends with a NUL.
package func pathText(_ name: UnsafePointer<CChar>) -> String {
    pathText(UnsafeBufferPointer(start: name, count: strlen(name)).map { UInt8(bitPattern: $0) })
}

/// The bytes of a path, without a NUL at the end.
package func pathBytes(_ path: String) -> [UInt8] {
    guard path.utf8.contains(0xF4) else { return Array(path.utf8) }
    return path.unicodeScalars.flatMap { isByte($0) ? [UInt8($0.value - byteCharacters)] : Array(String($0).utf8) }
}

/// Whether a path holds bytes that are no UTF-8.
package func hasOddBytes(_ path: String) -> Bool {
    path.utf8.contains(0xF4) && path.unicodeScalars.contains(where: isByte)
}

/// Gives a system call the bytes of a path.
func withSystemPath<Result>(_ path: String, _ body: (UnsafePointer<CChar>) -> Result) -> Result {
    guard path.utf8.contains(0xF4) else { return path.withCString(body) }
    let bytes = pathBytes(path).map { CChar(bitPattern: $0) } + [0]
    return bytes.withUnsafeBufferPointer { body($0.baseAddress!) }
}

private func isByte(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value >= byteCharacters + 0x80 && scalar.value <= byteCharacters + 0xFF
}

private func sequenceLength(_ first: UInt8) -> Int {
    first < 0x80 ? 1 : first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC2 ? 2 : 1
}

/// A path where paths are told apart: by their bytes.
package struct PathKey: Sendable, Hashable, Comparable {
    package let path: String

    package init(_ path: String) { self.path = path }

    package static func == (left: PathKey, right: PathKey) -> Bool { isSamePath(left.path, right.path) }

    package static func < (left: PathKey, right: PathKey) -> Bool {
        left.path.utf8.lexicographicallyPrecedes(right.path.utf8)
    }

    package func hash(into hasher: inout Hasher) {
        var text = path
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}

/// Whether two paths are the same bytes.
package func isSamePath(_ left: String, _ right: String) -> Bool { left.utf8.elementsEqual(right.utf8) }
