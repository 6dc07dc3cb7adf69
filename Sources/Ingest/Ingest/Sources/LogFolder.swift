internal import Files

/// A folder and all folders in it: a bucket is a tree.
struct LogFolder {
    /// No bucket is deeper, and a folder that contains itself by some trick ends here.
    private static let deepest = 64

    /// The logs, in the order of their names.
    private(set) var logs: [String] = []
    private(set) var folders: [String] = []
    /// Folders that could not be listed, by their absolute paths.
    private(set) var problems: [(name: String, error: FileError)] = []
    /// By what they are without symbolic links: none is looked at twice.
    private var seen: Set<PathKey> = []

    init(_ path: String) { look(path, depth: 0) }

    private mutating func look(_ folder: String, depth: Int) {
        guard depth < Self.deepest, seen.insert(PathKey(resolved(folder))).inserted else { return }
        folders.append(folder)
        do throws(FileError) {
            for name in try names(inFolder: folder) where name.utf8.first != UInt8(ascii: ".") {
                let path = Inputs.join(folder, name)
                switch kind(ofPath: path) {
                case .folder: look(path, depth: depth + 1)
                case .file: if Inputs.isLog(name) { logs.append(path) }
                // What may not be looked at is among them: opening it tells why.
                case .other: if Inputs.isLog(name), FileStatus(path: path) == nil { logs.append(path) }
                case .missing: break
                }
            }
        } catch { problems.append((Inputs.absolute(folder), error)) }
    }
}
