internal import Files
internal import Segments

/// The files that really lie in a trail's segments folder, listed or not.
enum SegmentFiles {
    /// Paths below the trail's folder of all files under `segments/`, sorted. Temporary files are among them.
    static func all(inTrail trail: String) throws(FileError) -> [String] {
        let folder = trail + "/" + SegmentLayout.segments
        guard kind(ofPath: folder) == .folder else { return [] }
        var found: [String] = []
        for date in try names(inFolder: folder) {
            guard kind(ofPath: folder + "/" + date) == .folder else {
                found.append(SegmentLayout.segments + "/" + date)
                continue
            }
            for name in try names(inFolder: folder + "/" + date) {
                found.append(SegmentLayout.segments + "/" + date + "/" + name)
            }
        }
        return found
    }
}
