package import Crypto

/// The bytes of a file by which its source is told again, hashed: the first ones, and the last ones before the
/// checkpoint.
package enum SourceFingerprint {
    /// At most so many bytes at the beginning.
    package static let headLength = 4096
    /// At most so many bytes before the checkpoint.
    package static let tailLength = 1024

    /// The first 32 hex digits of SHA-256.
    package static func hash(_ bytes: ArraySlice<UInt8>) -> String { hex(SHA256.hash(data: bytes).prefix(16)) }

    /// The same of the bytes that a hash was given so far.
    package static func hash(_ hash: SHA256) -> String { hex(hash.finalize().prefix(16)) }

    /// The first half of a hash as a number, which is quicker to look for than the text.
    package static func half(of hash: String) -> UInt64 { UInt64(hash.prefix(16), radix: 16) ?? 0 }

    package static func half(of bytes: ArraySlice<UInt8>) -> UInt64 { half(SHA256.hash(data: bytes)) }

    package static func half(of hash: SHA256) -> UInt64 { half(hash.finalize()) }

    private static func half(_ digest: SHA256.Digest) -> UInt64 {
        digest.withUnsafeBytes { UInt64(bigEndian: $0.loadUnaligned(as: UInt64.self)) }
    }

    /// The hash of the first 64 bytes, which nearly always tell one log from another; empty if there are fewer.
    package static func startHash(_ head: ArraySlice<UInt8>) -> String { head.count < 64 ? "" : hash(head.prefix(64)) }
}
