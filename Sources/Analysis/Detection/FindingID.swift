internal import Crypto

/// The name of a finding, the same in every run that tells the same fact.
///
/// SHA-256 over the parts, each preceded by its length in bytes (eight bytes, big-endian), so that no two lists of
/// parts run together; the first 32 hexadecimal digits. The parts begin with the detector and its version and go on
/// with what makes the fact: token and time of use, or class, key and start of an episode. `as_of` is never among them.
package enum FindingID {
    /// The id over a detector, its version and the parts of the fact.
    package static func make(detector: String, version: Int, _ fact: [String]) -> String {
        var hash = SHA256()
        for part in [detector, String(version)] + fact {
            let bytes = Array(part.utf8)
            let length = UInt64(bytes.count)
            hash.update(data: (0..<8).map { UInt8(truncatingIfNeeded: length >> (56 - 8 * UInt64($0))) })
            hash.update(data: bytes)
        }
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        for byte in hash.finalize().prefix(16) {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}
