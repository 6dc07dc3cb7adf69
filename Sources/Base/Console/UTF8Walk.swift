/// One walk over the bytes of a string: runs that need nothing are copied whole, the rest goes scalar by scalar.
enum UTF8Walk {
    /// Copies `text` to `out` and hands every scalar that must not be shown raw to `replace` instead: the hidden ones
    /// of `SafeText`, and the ASCII ones that `stopping` names.
    static func copy(
        _ text: String, to out: inout [UInt8], stopping: (UInt8) -> Bool,
        replace: (UInt32, inout [UInt8]) -> Void
    ) {
        var text = text
        text.withUTF8 { bytes in
            var start = 0
            var at = 0
            while at < bytes.count {
                let byte = bytes[at]
                if byte < 0x7F, byte >= 0x20, !stopping(byte) {
                    at += 1
                    continue
                }
                let (scalar, length) = byte < 0x80 ? (UInt32(byte), 1) : decode(bytes, at: at)
                if byte < 0x80 || SafeText.isHidden(scalar) {
                    out.append(contentsOf: bytes[start..<at])
                    replace(scalar, &out)
                    start = at + length
                }
                at += length
            }
            out.append(contentsOf: bytes[start..<bytes.count])
        }
    }

    /// The scalar that starts at `at`. The bytes come from a `String`, so they are valid; a cut end is read as zeros
    /// and its length stays within the buffer.
    private static func decode(_ bytes: UnsafeBufferPointer<UInt8>, at: Int) -> (scalar: UInt32, length: Int) {
        func tail(_ offset: Int) -> UInt32 { at + offset < bytes.count ? UInt32(bytes[at + offset] & 0x3F) : 0 }
        let lead = UInt32(bytes[at])
        let (scalar, length): (UInt32, Int) =
            switch lead {
            case ..<0xE0: ((lead & 0x1F) << 6 | tail(1), 2)
            case ..<0xF0: ((lead & 0x0F) << 12 | tail(1) << 6 | tail(2), 3)
            default: ((lead & 0x07) << 18 | tail(1) << 12 | tail(2) << 6 | tail(3), 4)
            }
        return (scalar, min(length, bytes.count - at))
    }
}
