#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Doubles with a fixed count of digits, exactly rounded as C's `printf` does it.
enum FixedPoint {
    /// `digits` is held between 0 and 15. A value that is not finite comes back as Swift describes it.
    static func text(_ value: Double, digits: Int) -> String {
        guard value.isFinite else { return value.description }
        // The longest double has 309 digits before the point.
        var buffer = [CChar](repeating: 0, count: 340)
        let length = withVaList([CInt(min(max(digits, 0), 15)), value]) { arguments in
            vsnprintf(&buffer, buffer.count, "%.*f", arguments)
        }
        guard length > 0, Int(length) < buffer.count else { return value.description }
        let text = String(decoding: buffer[..<Int(length)].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        // A small negative number rounds to -0.00, which says nothing to anybody.
        let isZero = !text.utf8.contains { (0x31...0x39).contains($0) }
        return text.hasPrefix("-") && isZero ? String(text.dropFirst()) : text
    }
}
