internal import Crypto
internal import Events
internal import Files
internal import Segments

/// The key of a trail's marks: 32 random bytes in a file that only its owner reads.
///
/// Marks of one trail can be compared with each other; without the key nobody can find out whether a credential that
/// they guess is the one behind a mark. The key is never printed and never leaves this file but into memory.
struct SecretKey {
    private static let size = 32

    private let key: SymmetricKey

    /// The key of a trail, or nil if there is none. Throws `FileError` for a key that others could know or have made.
    init?(inTrail path: String) throws(FileError) {
        guard let bytes = try privateFile(path + "/" + SegmentLayout.secretKey, size: Self.size) else { return nil }
        key = SymmetricKey(data: bytes)
    }

    /// Makes a key. The caller holds the trail's lock, so nobody else makes one at the same time.
    init(makingIn path: String) throws(FileError) {
        key = SymmetricKey(size: .bits256)
        var write = DurableWrite()
        try write.write(key.withUnsafeBytes { Array($0) }, to: path + "/" + SegmentLayout.secretKey)
        try write.finish()
    }

    /// What the catalog and segments note of the key: by it another key shows, and nothing about this one.
    var fingerprint: String {
        hex(HMAC<SHA256>.authenticationCode(for: Array("authtrail: fingerprint of a trail's key".utf8), using: key))
    }

    /// What makes marks.
    var marker: SecretMarker {
        let keyed = HMAC<SHA256>(key: key)
        return SecretMarker { secret in
            var code = keyed
            code.update(data: secret)
            return code.finalize().prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
        }
    }
}
