internal import Files
internal import GRDB
internal import Rollups
#if canImport(Glibc)
internal import Glibc
#else
internal import Darwin
#endif

/// What can go wrong with the catalog.
package enum CatalogError: Error, Sendable, Equatable, CustomStringConvertible {
    /// There is no catalog where one was expected.
    case missing(path: String)
    /// The file is no catalog, or is damaged.
    case damaged(path: String, reason: String)
    /// The catalog was written by a newer authtrail.
    case newer(path: String)
    /// The catalog is not finished, or was written by an older authtrail.
    case older(path: String)
    /// The system, or another program, did not let SQLite do what was asked. It says nothing of what is stored.
    case failed(operation: String, path: String, reason: String)

    package var description: String {
        switch self {
        case .missing(let path):
            "cannot open the trail: there is no catalog at \(path); run authtrail ingest first, or give --trail DIR"
        case .damaged(let path, let reason):
            "cannot use the catalog \(path): \(reason); run authtrail rebuild, which makes it anew from the segments, "
                + "or restore it from a backup"
        case .newer(let path):
            "cannot use the catalog \(path): a newer authtrail wrote it; use that version"
        case .older(let path):
            "cannot use the catalog \(path): it lacks tables of this version; "
                + "if an older authtrail wrote it, run authtrail ingest once, else restore it from a backup"
        case .failed(let operation, let path, let reason):
            "cannot \(operation) in the catalog \(path): \(reason)"
        }
    }

    /// Whether it may pass by itself or by somebody's help, and nothing stored is damaged.
    package var isInputOutput: Bool {
        if case .failed = self { true } else { false }
    }
}

extension CatalogError {
    /// SQLite was refused one of its files, and does not say by what.
    static func cannotOpenFiles(of path: String) -> CatalogError {
        .failed(
            operation: "open files", path: path,
            reason: "the system refused to open or make it, or its -wal or -shm; look for a full disk, used up inodes "
                + "or descriptors (df, df -i, ulimit -n) and for permissions, then run it again")
    }

    static func noTurn(_ operation: String, _ path: String) -> CatalogError {
        .failed(
            operation: operation, path: path,
            reason: "others are writing to it and do not end; nothing is lost: see what they do (ps), and run the same "
                + "again")
    }

    /// An error of a database that is none of the trail's: it says nothing about the trail.
    static func inScratch(_ error: any Error) -> CatalogError {
        let place = "a temporary file"
        let error = CatalogError(error, "note tokens", place)
        if case .failed = error { return error }
        return .failed(operation: "note tokens", path: place, reason: "\(error)")
    }

    /// What an error of SQLite means.
    package init(_ error: any Error, _ operation: String, _ path: String) {
        switch error {
        case let error as CatalogError: self = error
        case let error as DamagedRollup: self = .damaged(path: path, reason: error.description)
        case let error as DamagedQuarantine: self = .damaged(path: path, reason: error.description)
        case let error as ImpossibleNumber: self = .damaged(path: path, reason: error.description)
        case is RowDecodingError:
            self = .damaged(
                path: path, reason: "a row of it is not what it must be (\(operation)); run authtrail verify")
        case FileError.missing: self = .missing(path: path)
        case let error as DatabaseError: self.init(error, operation, path)
        default: self = .failed(operation: operation, path: path, reason: "\(error)")
        }
    }

    private init(_ error: DatabaseError, _ operation: String, _ path: String) {
        func failed(_ reason: String) -> CatalogError {
            .failed(operation: operation, path: path, reason: reason)
        }
        let again = "nothing is lost: run the same again"
        func unread(_ code: String) -> CatalogError {
            failed(
                "the system could not read or write its files (\(code)); look for a full disk (df, df -i) and for a "
                    + "failing one (dmesg); \(again) when that is mended")
        }
        let code = SystemCalls.takeFailure()
        if let code, [.SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_ERROR].contains(error.resultCode) {
            self = unread(String(cString: strerror(code)))
            return
        }
        switch error.resultCode {
        case .SQLITE_CANTOPEN:
            // What cannot be looked at is not missing.
            self = access(path, F_OK) != 0 && errno == ENOENT ? .missing(path: path) : .cannotOpenFiles(of: path)
        case .SQLITE_NOTADB: self = .damaged(path: path, reason: "it is no SQLite database")
        case .SQLITE_ERROR where error.message?.hasPrefix("no such ") == true:
            let what = error.message ?? "something is not there"
            self = .damaged(path: path, reason: "its definitions are not those that were written (\(what))")
        case .SQLITE_CORRUPT: self = .damaged(path: path, reason: "SQLite finds it malformed")
        case .SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_PROTOCOL:
            self = failed(
                "another program holds its lock and does not let go of it (a sqlite3 shell, a database browser or a "
                    + "backup in the middle of a transaction?); have it end that; \(again)")
        case .SQLITE_IOERR:
            self = unread(
                code.map { String(cString: strerror($0)) } ?? "SQLite code \(error.extendedResultCode.rawValue)")
        case .SQLITE_FULL: self = failed("no space left on the disk; free some space; \(again) then")
        case .SQLITE_NOMEM: self = failed("there is not enough memory; \(again) when there is")
        case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH:
            self = failed("you may read it, but not write to it; run it as its owner")
        default: self = failed(error.message ?? "SQLite code \(error.resultCode.rawValue)")
        }
    }
}
