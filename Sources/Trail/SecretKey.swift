internal import Crypto
internal import Events
internal import Files
internal import Segments

/// The key of a trail's marks: 32 random bytes in a file that only its owner reads.
///
/// Marks of one trail can be compared with each other; without the key nobody can find out whether a credential that
/// they guess is the one behind a mark. The key is never printed and never leaves this file but into memory.
enum SecretKey {
    private static let size = 32

    /// What makes marks with the key of a trail, which is made if it is missing. Throws `FileError` for a key that
    /// others could know or have made.
    static func marker(inTrail path: String) throws(FileError) -> SecretMarker {
        let file = path + "/" + SegmentLayout.secretKey
        var bytes = try privateFile(file, size: size)
        if bytes == nil { bytes = try make(file) }
        let keyed = HMAC<SHA256>(key: SymmetricKey(data: bytes ?? []))
        return SecretMarker { secret in
            var code = keyed
            code.update(data: secret)
            return code.finalize().prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
        }
    }

    /// The caller holds the trail's lock, so nobody else makes one at the same time.
    private static func make(_ file: String) throws(FileError) -> [UInt8] {
        let bytes = SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) }
        var write = DurableWrite()
        try write.write(bytes, to: file)
        try write.finish()
        return bytes
    }
}
