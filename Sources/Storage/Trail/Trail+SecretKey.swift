internal import Catalog
package import Events
internal import Files
internal import Segments

extension Trail {
    /// What makes the marks of this trail, for whoever may read its key: to look for a credential whose value is known.
    ///
    /// Throws `TrailError.keyNotReadable`, `keyMissing` or `otherKey`, or `FileError` for a key that others could know.
    package func secretMarker() throws -> SecretMarker {
        guard let key = try readKey() else { throw TrailError.keyMissing(path: path) }
        let known = try catalog.keptFiles(SegmentLayout.secretKey)
        guard known.isEmpty || known.contains(key.kept) else { throw TrailError.otherKey(path: path) }
        return key.marker
    }

    private func readKey() throws -> SecretKey? {
        do {
            return try asOwner(of: path) { try SecretKey(inTrail: path) }
        } catch let error as FileError {
            guard let owner = otherOwner(of: path) else { throw error }
            throw TrailError.keyNotReadable(path: path, reason: owner)
        }
    }
}
