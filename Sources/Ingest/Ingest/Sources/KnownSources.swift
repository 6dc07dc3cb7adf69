internal import Catalog
internal import Crypto
internal import Files
internal import Trail

/// The sources that are known, to be asked by number, by file, by content and by log: a folder may hold thousands of
/// archives, and each of them is asked for in every run.
struct KnownSources {
    /// In the order in which they were first kept.
    private(set) var all: [SourceRecord] = []
    private var places: [Int64: Int] = [:]
    private var byFile: [FileIdentity: Set<Int64>] = [:]
    /// By the first half of the hash of the head.
    private var byHead: [UInt64: Set<Int64>] = [:]
    private var byStart: [String: Set<Int64>] = [:]
    private var byLog: [PathKey: Set<Int64>] = [:]
    /// The lengths of heads, and how many sources have each, by the hash of the first 64 bytes.
    private var lengths: [String: [Int64: Int]] = [:]
    /// Sources whose head is not what was read of them, as far as heads go; damage and older versions have them.
    private var oddHeads = 0

    init(_ sources: [SourceRecord] = []) { for source in sources { keep(source) } }

    subscript(id: Int64) -> SourceRecord? { places[id].map { all[$0] } }

    /// Keeps a source as it stands now.
    mutating func keep(_ source: SourceRecord) {
        if let place = places[source.id] {
            list(all[place], isKept: false)
            all[place] = source
        } else {
            places[source.id] = all.count
            all.append(source)
        }
        list(source, isKept: true)
    }

    /// The sources that were last read from a file.
    func ofFile(_ identity: FileIdentity) -> [SourceRecord] { sources(byFile[identity]) }

    /// The generations of a log.
    func ofLog(_ path: String) -> [SourceRecord] { sources(byLog[PathKey(path)]) }

    /// The sources whose first 64 bytes have a hash.
    func starting(with hash: String) -> [SourceRecord] { hash.isEmpty ? [] : sources(byStart[hash]) }

    /// The sources of which the first bytes, as many as are known of each, are these.
    func beginning(with head: ArraySlice<UInt8>) -> [SourceRecord] {
        // Those of older versions have no hash of their start.
        let starts = Set([SourceFingerprint.startHash(head), ""])
        let wanted = Set(starts.flatMap { lengths[$0].map { Array($0.keys) } ?? [] })
        var hash = SHA256(), at = head.startIndex
        return wanted.sorted().flatMap { length -> [SourceRecord] in
            guard length > 0, length <= head.count else { return [] }
            let end = head.startIndex + Int(length)
            head[at..<end].withUnsafeBytes { hash.update(bufferPointer: $0) }
            at = end
            guard let ids = byHead[SourceFingerprint.half(of: hash)] else { return [] }
            let whole = SourceFingerprint.hash(hash)
            return sources(ids).filter { $0.headLength == length && $0.headHash == whole }
        }
    }

    /// The sources that have all of a head, and of which something was read, if no others were read further that begin
    /// like it; else none.
    func furthest(with head: ArraySlice<UInt8>) -> [SourceRecord] {
        guard oddHeads == 0, !head.isEmpty, let ids = byHead[SourceFingerprint.half(of: head)] else { return [] }
        let whole = SourceFingerprint.hash(head)
        return sources(ids).filter { $0.headLength == Int64(head.count) && $0.headHash == whole && $0.wasRead }
    }

    private func sources(_ ids: Set<Int64>?) -> [SourceRecord] { ids.map { $0.compactMap { self[$0] } } ?? [] }

    private mutating func list(_ source: SourceRecord, isKept: Bool) {
        func change<Key>(_ index: inout [Key: Set<Int64>], _ key: Key) {
            if isKept {
                index[key, default: []].insert(source.id)
            } else {
                index[key]?.remove(source.id)
            }
        }
        if let identity = source.identity { change(&byFile, identity) }
        change(&byLog, PathKey(source.log))
        guard source.headLength > 0 else { return }
        change(&byHead, SourceFingerprint.half(of: source.headHash))
        if source.wasRead, source.headLength != min(source.checkpoint, Int64(SourceFingerprint.headLength)) {
            oddHeads += isKept ? 1 : -1
        }
        change(&byStart, source.startHash)
        let count = (lengths[source.startHash]?[source.headLength] ?? 0) + (isKept ? 1 : -1)
        lengths[source.startHash, default: [:]][source.headLength] = count > 0 ? count : nil
    }
}
