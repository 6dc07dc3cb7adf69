#if canImport(Glibc)
internal import Glibc
#else
internal import Darwin
#endif

/// Who may read what lies in a folder beside its owner: nobody, or one group. Nobody but the owner may write there.
package struct FolderReaders: Sendable, Equatable {
    package static let nobody = FolderReaders(group: nil)

    /// The group's number.
    package let group: UInt32?

    package init(group: UInt32?) { self.group = group }

    /// As the folder's own mode says.
    package init(of folder: String) throws(FileError) {
        var information = stat()
        guard stat(folder, &information) == 0 else { throw FileError.reading("look at", folder, errno) }
        group = information.st_mode & 0o040 != 0 ? information.st_gid : nil
    }

    var fileMode: mode_t { group == nil ? 0o600 : 0o640 }

    /// What is made in a folder of the group belongs to the group (set-group-ID), also if SQLite makes it.
    var folderMode: mode_t { group == nil ? 0o700 : 0o2750 }

    /// Gives the group an open file or folder, whatever the process lets files be made with.
    func admit(to file: Int32, _ path: String) throws(FileError) {
        var information = stat()
        guard fstat(file, &information) == 0 else { throw .cannotRead(operation: "look at", path: path, code: errno) }
        try admit(path, information, own: { fchown(file, uid_t.max, $0) }, mode: { fchmod(file, $0) })
    }

    /// The same for what a path names; a symbolic link is left alone. Nothing is opened: to close a file of a database
    /// would take away the locks that SQLite has on it.
    func admit(_ path: String) throws(FileError) {
        var information = stat()
        guard lstat(path, &information) == 0 else {
            if errno == ENOENT { return }
            throw .cannotRead(operation: "look at", path: path, code: errno)
        }
        guard information.st_mode & S_IFMT != S_IFLNK else { return }
        try admit(path, information, own: { lchown(path, uid_t.max, $0) }, mode: { chmod(path, $0) })
    }

    private func admit(
        _ path: String, _ information: stat, own: (gid_t) -> Int32, mode change: (mode_t) -> Int32
    ) throws(FileError) {
        guard let group else { return }
        let mode = information.st_mode & S_IFMT == S_IFDIR ? folderMode : fileMode
        // In this order, since another group takes set-group-ID away.
        if information.st_gid != group, own(group) != 0 {
            // Before the group is looked up, which leaves an error number of its own.
            let code = errno
            let whose = code == EPERM ? " (only its members and root may)" : ""
            throw .cannotWrite(operation: "give the group \(groupName(group))\(whose)", path: path, code: code)
        }
        guard information.st_gid != group || information.st_mode & 0o7777 != mode else { return }
        // A sandbox may forbid set-group-ID; the group is then that of whoever makes a file.
        guard change(mode) == 0 || change(mode & 0o777) == 0 else {
            throw .cannotWrite(operation: "change the mode of", path: path, code: errno)
        }
    }

    /// Gives the group all that lies in a folder but the files of one name, and the folder last: as long as that is not
    /// done, the group cannot look into it.
    package func admit(toAllOf folder: String, but secret: String) throws(FileError) {
        guard group != nil else { return }
        for name in try names(inFolder: folder) where name != secret {
            let path = folder + "/" + name
            var information = stat()
            guard lstat(path, &information) == 0 else { continue }
            switch information.st_mode & S_IFMT {
            case S_IFDIR: try admit(toAllOf: path, but: secret)
            case S_IFREG: try admit(path)
            default: break
            }
        }
        try admit(folder)
    }
}

/// The number of a group by its name, or by its number as text; nil if there is none.
package func groupNumber(named name: String) -> UInt32? {
    if let group = getgrnam(name) { return group.pointee.gr_gid }
    return UInt32(name)
}

func groupName(_ number: UInt32) -> String {
    getgrgid(number).flatMap { $0.pointee.gr_name }.map { String(cString: $0) } ?? String(number)
}

/// The name of an account; nil if it has none.
private func userName(_ number: UInt32) -> String? {
    getpwuid(number).flatMap { $0.pointee.pw_name }.map { String(cString: $0) }
}

/// Does something as the owner of a folder where root asks for it: what is made meanwhile belongs to the owner, and
/// whatever the owner has laid there, root does nothing that the owner could not do.
///
/// It holds for the whole process, so `body` must be short and nothing else may open files meanwhile.
package func asOwner<Result>(of folder: String, _ body: () throws -> Result) throws -> Result {
    var information = stat()
    guard lstat(folder, &information) == 0 else { throw FileError.reading("look at", folder, errno) }
    guard geteuid() == 0, information.st_uid != 0 else { return try body() }
    let group = getegid()
    var groups = [gid_t](repeating: 0, count: Int(max(0, getgroups(0, nil))))
    groups = Array(groups.prefix(Int(max(0, getgroups(Int32(groups.count), &groups)))))
    defer {
        _ = seteuid(0)
        _ = setegid(group)
        _ = setgroups(numericCast(groups.count), groups)
    }
    var own = information.st_gid
    guard setgroups(1, &own) == 0, setegid(own) == 0, seteuid(information.st_uid) == 0 else {
        throw FileError.untrusted(path: folder, reason: Ownership(information).isOfSomebodyElse)
    }
    return try body()
}

/// That a folder belongs to somebody else than us, and what to do; nil if it is ours, or if we are root.
package func otherOwner(of folder: String) -> String? {
    var information = stat()
    guard stat(folder, &information) == 0, geteuid() != 0, information.st_uid != geteuid() else { return nil }
    return Ownership(information).isOfSomebodyElse
}

/// Whose a folder is, and what somebody else can do about it.
struct Ownership {
    private let owner: String
    private let mine: String
    private let asOwner: String

    init(_ information: stat) {
        let name = userName(information.st_uid)
        owner = name ?? "user \(information.st_uid)"
        mine = userName(geteuid()) ?? "user \(geteuid())"
        asOwner = "run: sudo -u \(name ?? "'#\(information.st_uid)'") authtrail …"
    }

    var isOfSomebodyElse: String { "it belongs to \(owner), not to you (\(mine)); \(asOwner)" }

    var isNotReadable: String {
        "it belongs to \(owner), and you (\(mine)) are in no group that may read it; \(asOwner), or have \(owner) let "
            + "a group of yours read it: authtrail ingest --group NAME …"
    }

    var isOnlyReadable: String {
        "you (\(mine)) may read it, but what this notes belongs to \(owner); \(asOwner)"
    }
}
