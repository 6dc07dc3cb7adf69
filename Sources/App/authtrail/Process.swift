#if canImport(Glibc)
internal import CMalloc
internal import Glibc
#else
internal import Darwin
#endif
internal import Files
internal import Synchronization

/// What the process needs before it does anything.
enum Process {
    /// Whether whoever started it closed its standard output.
    static var outputWasClosed: Bool { wasClosed.load(ordering: .relaxed) }
    private static let wasClosed = Atomic(false)

    /// The words behind the program's name. A name of a file may be no UTF-8, and is still that file's (`pathText`).
    static var arguments: [String] {
        (1..<max(1, Int(CommandLine.argc))).compactMap { place in
            CommandLine.unsafeArgv[place].map { pathText(UnsafePointer($0)) }
        }
    }

    /// Makes a broken pipe an error number, and sees to it that the three standard descriptors are taken: a file that
    /// is opened later would otherwise get one of their numbers, and be read as input or written over with messages.
    static func prepare() {
        signal(SIGPIPE, SIG_IGN)
        wasClosed.store(fcntl(STDOUT_FILENO, F_GETFD) == -1, ordering: .relaxed)
        for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) == -1 {
            _ = open("/dev/null", descriptor == STDIN_FILENO ? O_RDONLY : O_WRONLY)
        }
    }

    /// Who runs it: the environment's word, or else the name of the account; cron and systemd set no USER.
    static var user: String? {
        if let name = getenv("USER"), name.pointee != 0 { return String(cString: name) }
        return getpwuid(getuid()).flatMap { $0.pointee.pw_name }.map { String(cString: $0) }
    }

    /// Has large blocks go back to the system when they are freed, and threads share their heaps. Otherwise glibc keeps
    /// both: ingestion then holds twice the memory that it uses, and a search in a flood of failures 1.4 times. Some
    /// megabytes of small blocks stay, which would else be asked for again at once. Call it before there are other
    /// threads.
    static func keepLittleMemory() {
        #if canImport(Glibc)
        mallopt(M_MMAP_THRESHOLD, 1 << 19)
        mallopt(M_ARENA_MAX, 2)
        mallopt(M_TRIM_THRESHOLD, 16 << 20)
        #endif
    }

    /// Raises the number of files that may be open to what the system allows: every log that is followed is one.
    /// - Returns: how many may be open, or a guess.
    static func allowManyFiles() -> Int {
        var limit = rlimit()
        #if canImport(Glibc)
        let kind = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        #else
        let kind = RLIMIT_NOFILE
        #endif
        guard getrlimit(kind, &limit) == 0 else { return 256 }
        let before = limit.rlim_cur
        limit.rlim_cur = min(limit.rlim_max, 65_536)
        return Int(clamping: setrlimit(kind, &limit) == 0 ? limit.rlim_cur : before)
    }

    /// Gives back what lies free between blocks in use: after hours of reading it would be a hundred megabytes.
    static func returnFreeMemory() {
        #if canImport(Glibc)
        malloc_trim(0)
        #endif
    }
}
