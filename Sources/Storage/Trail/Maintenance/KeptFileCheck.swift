internal import Catalog
internal import Files
internal import Segments

/// The files beside the catalog that no segment can tell, held against what the catalog noted of them.
struct KeptFileCheck {
    private let trail: String
    /// As it is now: a writer may have pruned since the trail was opened.
    private let catalog: Catalog

    init(_ trail: Trail) throws {
        self.trail = trail.path
        catalog = try Catalog.reading(path: trail.catalog.path, snapshot: true)
    }

    func run(_ result: inout Verification) throws {
        try checkPruned(&result)
        try checkKey(&result)
    }

    private func checkPruned(_ result: inout Verification) throws {
        let name = SegmentLayout.pruned, path = trail + "/" + name
        guard let last = try catalog.lastPrune() else { return }
        // Written after the transaction, before what it tells of is removed: until then an older one is all right.
        if try !catalog.removedSegments().isEmpty, try PrunedFile.lastPrune(path: path) != last {
            let what = "is older than the last prune, whose files wait to be removed"
            return result.remark("file", name, what, .nextWriter)
        }
        do {
            if let what = try prunedFault(name, path) { result.add("file", name, what, .nextPrune) }
        } catch {
            guard error.isInputOutput else { throw error }
            result.add("file", name, error, otherwise: .nextPrune)
        }
    }

    private func prunedFault(_ name: String, _ path: String) throws -> String? {
        if let what = try bytesFault(name) { return what }
        return try catalog.prunedFileFault(path)
    }

    private func bytesFault(_ name: String) throws -> String? {
        guard let known = try catalog.keptFile(name) else { return nil }
        do {
            return try KeptFile(of: trail + "/" + name) == known
                ? nil : "is not as it was written: its SHA-256 is another one than the catalog says"
        } catch {
            guard !error.isInputOutput else { throw error }
            return "\(error)"
        }
    }

    private func checkKey(_ result: inout Verification) throws {
        let name = SegmentLayout.secretKey
        let known = try catalog.keptFiles(name)
        guard !known.isEmpty else { return }
        do {
            if let key = try SecretKey(inTrail: trail) {
                if !known.contains(key.kept) {
                    result.add("file", name, "is not the key by which credentials were replaced", .key)
                }
            } else {
                result.add("file", name, "is missing; by it credentials were replaced", .key)
            }
        } catch {
            // The key is nobody's business but the owner's.
            if belongsToOther(trail + "/" + name) {
                return result.remark("file", name, "can be checked by the owner of the trail only", .asOwner)
            }
            result.add("file", name, error, otherwise: .key)
        }
        if known.count > 1 {
            let what = "was lost and made anew, \(known.count - 1) times: marks from before are others than later ones"
            result.remark("file", name, what, .nothing)
        }
    }
}
