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

    /// The hash of the first 64 bytes, which nearly always tell one log from another; empty if there are fewer.
    package static func startHash(_ head: ArraySlice<UInt8>) -> String { head.count < 64 ? "" : hash(head.prefix(64)) }
}
