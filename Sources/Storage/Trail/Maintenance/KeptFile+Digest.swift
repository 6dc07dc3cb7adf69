internal import Catalog
internal import Files

extension KeptFile {
    /// A file as it is. Throws `FileError`.
    init(of path: String) throws(FileError) {
        let digest = try SegmentContent.digest(of: path)
        self.init(bytes: digest.bytes, digest: digest.sha256)
    }
}

extension SecretKey {
    /// What is noted of the key: nothing that tells it.
    var kept: KeptFile { KeptFile(bytes: 32, digest: fingerprint) }
}
