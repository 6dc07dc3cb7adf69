/// What `verify` looked at and what it found wrong.
package struct Verification: Sendable {
    /// One thing that is wrong: the object, what is and what should be, and what to do about it.
    package struct Problem: Sendable, Equatable {
        /// `segment`, `file`, `catalog`, `source` or `counters`.
        package var object: String
        /// A path below the trail's folder, the path of a source, or a table.
        package var name: String
        package var what: String
        package var advice: String
        /// Whether it could only not be read now: nothing is known to be damaged.
        package var isUnread = false
    }

    package var segments = 0
    package var events: Int64 = 0
    package var bytes: Int64 = 0
    package var problems: [Problem] = []
    /// What is as it may be and should be known all the same: what a killed writer left for the next one, what lies in
    /// `orphans/`.
    package var remarks: [Problem] = []
    package var orphans: Orphans?

    package init() {}

    /// Whether nothing worse was found than that something could not be read now.
    package var isUnread: Bool { !problems.isEmpty && problems.allSatisfy(\.isUnread) }

    /// Something that could not be looked at: it is damaged, or just now nobody can tell.
    mutating func add(_ object: String, _ name: String, _ error: any Error, otherwise advice: Advice) {
        let isUnread = error.isInputOutput
        let what = isUnread ? "could not be read now: \(error)" : "\(error)"
        add(object, name, what, isUnread ? .tryAgain : advice)
        problems[problems.count - 1].isUnread = isUnread
    }

    mutating func add(_ object: String, _ name: String, _ what: String, _ advice: Advice) {
        problems.append(Problem(object: object, name: name, what: what, advice: advice.rawValue))
    }

    mutating func remark(_ object: String, _ name: String, _ what: String, _ advice: Advice) {
        remarks.append(Problem(object: object, name: name, what: what, advice: advice.rawValue))
    }

    /// What to do.
    enum Advice: String {
        case restoreSegment = """
            restore the file from a backup; without one, authtrail rebuild --force --skip-damaged goes on without it
            """
        case tryAgain = "mend what the message names, then run authtrail verify again; nothing wrong was found with it"
        case restoreName = "give the file its own name back"
        case rebuild = """
            restore the catalog from a backup, or run authtrail rebuild (with --force), which makes it anew from the \
            segments
            """
        case restoreQuarantine = """
            restore the catalog from a backup; without one, the lines are where they were read from, if that is still \
            there, and authtrail rebuild --force makes a sound catalog without any quarantined lines
            """
        case nextWriter = "the next run of ingest or compact puts it aside; nothing need be done"
        case nextPrune = "the next run of authtrail prune makes it anew"
        case unlisted = """
            compare its lines with the log; the next run of ingest or compact puts it aside, into orphans/
            """
        case nothing = "nothing need be done"
        case foreign = "it is none of this program's files; move it out of the trail"
        case orphans = """
            after a crash its lines were read again and are stored; after the catalog was restored from an older \
            backup it may hold their only copy, so keep it until the log was read again (any reader of Parquet opens \
            it); authtrail prune removes it with its month
            """
        case oldCatalog = "it holds what was dropped since; delete it when you need its quarantine and findings no more"
        case key = "restore it from a backup: with another key, equal credentials get different marks"
        case asOwner = "run verify as the owner of the trail to have it checked"
        case readAgain = """
            compare the log with authtrail export; if it is still there, restore the trail from a backup and ingest \
            it again
            """
    }
}

extension Trail {
    /// Reads everything: each segment is there, whole, and equal to its hash, its counts and its rollups; the tokens
    /// are those that the events make; the lines of each source follow each other, each byte once; nothing lies beside
    /// the segments that does not belong there; the catalog is sound and its tables are what was written; the counters
    /// add up. Problems are returned, not thrown.
    package func verify(progress: (_ done: Int, _ of: Int) -> Void = { _, _ in }) throws -> Verification {
        let verifier = Verifier(self)
        verifier.checkCatalog()
        verifier.checkSegments(progress)
        verifier.checkTokens()
        verifier.checkSources()
        verifier.checkFiles()
        return verifier.result
    }
}
