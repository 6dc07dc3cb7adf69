internal import Catalog
internal import Files

/// What is wrong with inputs, and with patterns that name nothing: reported once, kept in the catalog for `status`, and
/// gone from there when it is over.
struct ProblemList {
    private var now: [PathKey: any Error] = [:]
    /// What the catalog holds, by the path.
    private var stored: [PathKey: InputProblem] = [:]
    /// Those of them that are over.
    private var solved: Set<PathKey> = []
    private var isChanged = false

    init() {}

    /// Begins with what the catalog holds, of this run or of others.
    init(of catalog: Catalog) throws {
        for problem in try catalog.inputProblems() { stored[PathKey(problem.path)] = problem }
    }

    /// Notes what is wrong. Returns whether that is new, so that somebody is to be told.
    mutating func add(_ path: String, _ error: any Error) -> Bool {
        let key = PathKey(path)
        defer { now[key] = error }
        solved.remove(key)
        if let known = now[key], "\(known)" == "\(error)" { return false }
        isChanged = true
        return true
    }

    /// Notes that an input was read, or that a pattern names something. Returns whether something was wrong before.
    mutating func remove(_ path: String) -> Bool {
        let key = PathKey(path)
        if stored[key] != nil, solved.insert(key).inserted { isChanged = true }
        return now.removeValue(forKey: key) != nil
    }

    /// What is still wrong and keeps something from being read that may be there: damaged files are read as far as they
    /// go, and that is that.
    var unsolved: [IngestSummary.Problem] {
        now.filter { ![.damaged, .blind].contains(InputProblem.Kind($0.value)) }.sorted { $0.key < $1.key }
            .map { .init(input: $0.key.path, error: $0.value) }
    }

    /// Keeps in the catalog what has changed. What is known of other inputs stays, unless they are gone.
    ///
    /// A catalog that cannot be written now is no reason to stop; it is tried again with the next change or poll.
    mutating func save(in catalog: Catalog, at time: Int64) {
        let gone = stored.values.filter { problem in
            let key = PathKey(problem.path)
            guard now[key] == nil else { return false }
            return problem.kind != .missing && kind(ofPath: problem.path) == .missing
        }
        guard isChanged || !gone.isEmpty else { return }
        var wanted = stored
        for problem in gone { wanted[PathKey(problem.path)] = nil }
        for key in solved { wanted[key] = nil }
        for (key, error) in now {
            let known = stored[key]
            let text = "\(error)"
            wanted[key] = InputProblem(
                path: key.path, kind: InputProblem.Kind(error), reason: text,
                since: known?.reason == text ? known?.since ?? time : time)
        }
        do {
            try catalog.save(wanted.values.sorted { PathKey($0.path) < PathKey($1.path) })
            (stored, solved, isChanged) = (wanted, [], false)
        } catch {
            isChanged = true
        }
    }

}

extension InputProblem.Kind {
    init(_ error: any Error) {
        switch error as? FileError {
        case .missing: self = .missing
        case .damaged: self = .damaged
        case .unfinished: self = .unfinished
        default: self = error is ComparisonError ? .uncertain : error is BlindError ? .blind : .unreadable
        }
    }
}
