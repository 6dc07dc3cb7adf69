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

/// Which inputs the words of a command line name.
package enum Inputs {
    /// Files in a folder are taken when they end in one of these, or in one of these and `.gz`, or in a rotation
    /// number.
    private static let endings = [".ndjson", ".jsonl", ".json", ".log"]

    /// Expands files, folders (one level deep), shell patterns and `-`, in the order given and sorted within each; a
    /// file that is named twice, also by two paths, is read once. Throws `FileError.missing` for a path without a file.
    package static func resolve(_ words: [String]) throws(FileError) -> [Input] {
        var inputs: [Input] = []
        var seen: Set<String> = []
        for word in words {
            for path in try expand(word) {
                let input = input(path)
                if seen.insert(input.name).inserted { inputs.append(input) }
            }
        }
        return inputs
    }

    /// The same for words that may name nothing yet; what cannot be looked at is left out.
    static func present(_ words: [String]) -> [Input] {
        var seen: Set<String> = []
        return words.flatMap { word in
            ((try? expand(word)) ?? []).map(input).filter { seen.insert($0.name).inserted }
        }
    }

    /// The path of a file that may not be there, without symbolic links in its folder.
    static func absolute(_ path: String) -> String {
        let folder = resolved(parent(of: path))
        return join(folder, path.split(separator: "/").last.map(String.init) ?? "")
    }

    /// The folders in which files that words name may appear.
    static func folders(of words: [String]) -> Set<String> {
        Set(words.flatMap { word in
            if kind(ofPath: word) == .folder { return [word] }
            // Of a pattern, all folders that its part before the last slash names, and where more of them may appear.
            var folder = parent(of: word)
            var folders = isPattern(folder) ? paths(matching: folder) : []
            while isPattern(folder) { folder = parent(of: folder) }
            folders.append(folder)
            return folders.filter { kind(ofPath: $0) == .folder }
        })
    }

    private static func isPattern(_ path: String) -> Bool { path.contains { "*?[".contains($0) } }

    private static func expand(_ word: String) throws(FileError) -> [String] {
        if word == "-" { return [word] }
        switch kind(ofPath: word) {
        case .file, .other:
            return [word]
        case .folder:
            let found = try names(inFolder: word).filter(isLog).map { join(word, $0) }
            return found.filter { kind(ofPath: $0) == .file }
        case .missing:
            let found = paths(matching: word)
            guard !found.isEmpty else { throw .missing(path: word) }
            return found.filter { kind(ofPath: $0) != .folder }
        }
    }

    /// The input that a path stands for, under the name of the file itself.
    static func input(_ path: String) -> Input {
        if path == "-" { return .standardInput }
        let real = resolved(path)
        return real.hasSuffix(".gz") ? .gzip(path: real) : .file(path: real)
    }

    /// `auth.ndjson`, `auth.log.gz`, `auth.log.3`, `auth.log-20260426`, `auth.log.2026-04-26.gz`; nothing hidden.
    static func isLog(_ name: String) -> Bool {
        guard !name.hasPrefix(".") else { return false }
        var stem = name.lowercased()
        if stem.hasSuffix(".gz") { stem.removeLast(3) }
        // A rotation's number or date.
        let rotation = stem.reversed().prefix { $0.isASCII && ($0.isNumber || $0 == "-" || $0 == "_") }
        stem.removeLast(rotation.count)
        if !rotation.isEmpty, stem.hasSuffix(".") { stem.removeLast() }
        return endings.contains { stem.hasSuffix($0) }
    }

    private static func join(_ folder: String, _ name: String) -> String {
        folder.hasSuffix("/") ? folder + name : folder + "/" + name
    }
}
