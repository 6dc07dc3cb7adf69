package import Files

/// One thing to read: a file, a gzip file, or standard input.
package enum Input: Sendable, Equatable {
    case file(path: String)
    case gzip(path: String)
    case standardInput

    /// The name under which lines of this input are kept.
    package var name: String {
        switch self {
        case .file(let path), .gzip(let path): path
        case .standardInput: "-"
        }
    }
}

/// Which inputs the patterns of a command line name.
package enum Inputs {
    /// Files in a folder are taken when they end in one of these, or in one of these and `.gz`, or in a rotation
    /// number.
    private static let endings = [".ndjson", ".jsonl", ".json", ".log"].map { Array($0.utf8) }
    private static let gzip = Array(".gz".utf8)

    /// Which files a folder gives, for whoever finds none.
    package static let folderRule =
        "of a folder and those in it, files are read that end in .ndjson, .jsonl, .json or .log, also with "
        + ".gz, a number or a date behind"

    /// What patterns name, and what kept some of them from naming anything.
    package struct Found: Sendable {
        package var inputs: [Input] = []
        /// The paths of the patterns, absolute where that can be told.
        var patterns: [String] = []
        /// Folders without a log, as they were named.
        var emptyFolders: [String] = []
        /// Patterns that name nothing, and folders that cannot be listed, by their paths, each with the reason.
        package var problems: [(name: String, error: FileError)] = []

        /// Whether there is no log, and nothing is wrong either.
        var isNothing: Bool { inputs.isEmpty && problems.isEmpty }
    }

    /// Expands files, folders with all in them, shell patterns and `-`, in the order given and sorted within each; a
    /// file that is named twice, also by two paths, is read once. A pattern that names nothing keeps none of the others
    /// from being read.
    package static func resolve(_ patterns: [String]) -> Found {
        var found = Found()
        var seen: Set<PathKey> = []
        for pattern in patterns {
            let named = expand(pattern)
            if named.paths.isEmpty, named.problems.isEmpty { found.emptyFolders.append(pattern) }
            found.patterns.append(absolute(pattern))
            found.problems += named.problems.filter { problem in
                !found.problems.contains { isSamePath($0.name, problem.name) }
            }
            for path in named.paths {
                let input = input(path)
                if seen.insert(PathKey(input.name)).inserted { found.inputs.append(input) }
            }
        }
        return found
    }

    /// The path of a file that may not be there, without symbolic links in its folder.
    static func absolute(_ path: String) -> String {
        let name = path.utf8.lastIndex(of: slash).map { String(path[path.utf8.index(after: $0)...]) } ?? path
        return join(resolved(parent(of: path)), name)
    }

    /// The folders in which files that patterns name may appear.
    static func folders(of patterns: [String]) -> Set<String> {
        Set(
            patterns.flatMap { pattern in
                if kind(ofPath: pattern) == .folder { return LogFolder(pattern).folders }
                if let (base, _) = split(pattern) { return LogFolder(base).folders }
                // Of a pattern, all folders that its part before the last slash names, and where more may appear.
                var folder = parent(of: pattern)
                var folders = isPattern(folder) ? paths(matching: folder).found : []
                while isPattern(folder) { folder = parent(of: folder) }
                folders.append(folder)
                return folders.filter { kind(ofPath: $0) == .folder }
            })
    }

    private static let slash = UInt8(ascii: "/")

    private static func isPattern(_ path: String) -> Bool { path.utf8.contains { "*?[".utf8.contains($0) } }

    private static func expand(_ pattern: String) -> (paths: [String], problems: [(name: String, error: FileError)]) {
        if pattern == "-" { return ([pattern], []) }
        let kind = kind(ofPath: pattern)
        if kind == .folder {
            let folder = LogFolder(pattern)
            return (folder.logs, folder.problems)
        }
        if kind == .missing, let (base, name) = split(pattern) {
            let folder = LogFolder(base)
            let below = folder.folders.map { expand(join($0, name)) }
            // Where some folders have no such file, others have.
            let problems = below.flatMap(\.problems).filter { if case .missing = $0.error { false } else { true } }
            return (below.flatMap(\.paths), folder.problems + problems)
        }
        // A file that is named like a pattern is that file; the pattern may name others beside it.
        var found = kind == .missing ? [] : [pattern]
        var problems: [(name: String, error: FileError)] = []
        if isPattern(pattern) {
            let matching = paths(matching: pattern)
            found += matching.found.filter { Files.kind(ofPath: $0) != .folder }
            problems = matching.problems.map { (absolute(pattern), $0) }
        }
        if found.isEmpty, problems.isEmpty { problems.append((absolute(pattern), .missing(path: pattern))) }
        return (found, problems)
    }

    /// `logs/**/*.json` in two: the folder of which all folders are meant, and what is looked for in each.
    private static func split(_ pattern: String) -> (base: String, name: String)? {
        guard let range = pattern.firstRange(of: "/**/") else { return nil }
        let (base, name) = (String(pattern[..<range.lowerBound]), String(pattern[range.upperBound...]))
        return isPattern(base) || name.isEmpty ? nil : (base.isEmpty ? "/" : base, name)
    }

    /// The input that a path stands for, under the name of the file itself.
    static func input(_ path: String) -> Input {
        if path == "-" { return .standardInput }
        let real = resolved(path)
        return isGzip(Array(real.utf8)) ? .gzip(path: real) : .file(path: real)
    }

    /// Whether a name says that a file is compressed, in small letters or capitals.
    static func isGzip(_ name: [UInt8]) -> Bool { lowercased(name.suffix(gzip.count)) == gzip }

    /// `auth.ndjson`, `auth.log.gz`, `auth.log.3`, `auth.log-20260426`, `auth.log.2026-04-26.gz`; nothing hidden.
    static func isLog(_ name: String) -> Bool {
        var stem = lowercased(Array(name.utf8)[...])
        guard stem.first != UInt8(ascii: ".") else { return false }
        if stem.suffix(gzip.count) == gzip[...] { stem.removeLast(gzip.count) }
        // A rotation's number or date.
        let rotation = stem.reversed().prefix { (0x30...0x39).contains($0) || $0 == 0x2D || $0 == 0x5F }
        stem.removeLast(rotation.count)
        if !rotation.isEmpty, stem.last == UInt8(ascii: ".") { stem.removeLast() }
        return endings.contains { stem.suffix($0.count) == $0[...] }
    }

    private static func lowercased(_ name: ArraySlice<UInt8>) -> [UInt8] {
        name.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
    }

    static func join(_ folder: String, _ name: String) -> String {
        folder.utf8.last == slash ? folder + name : folder + "/" + name
    }
}
