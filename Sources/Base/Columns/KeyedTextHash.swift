/// A 64-bit mark that stands for a text within one process: keyed, so that texts cannot be made to share one.
package enum KeyedTextHash {
    /// Never 0, which means "no text". Texts of different kinds have different marks.
    package static func of(_ text: ArraySlice<UInt8>, kind: UInt8 = 0) -> UInt64 {
        var hasher = Hasher()
        hasher.combine(kind)
        text.withUnsafeBytes { hasher.combine(bytes: $0) }
        return max(UInt64(bitPattern: Int64(hasher.finalize())), 1)
    }
}
