internal import Catalog
internal import Files

// Which files there are, and which source each of them is.

extension Follower {
    /// Looks up what the patterns name, opens what is new, and notes what has lost its name.
    func discover(_ time: Int64) throws {
        let begun = now()
        for file in files.values { file.isNamed = false }
        let found = Inputs.resolve(patterns)
        judgeWords(found, time)
        let named = found.inputs
        for input in named where !wantsStop() && !isShort { try meet(input, log: nil, time) }
        // Only then what was rotated: whatever moves from here on is missed under its name, and looked for next time.
        let logs = Set((named.map(\.name) + patterns.map(Inputs.absolute)).map(PathKey.init)).sorted().map(\.path)
        let rotations = identity.rotations(of: logs, turning: turning) { source, status in
            files[status.identity].map { $0.id == source.id } ?? (resting[status.identity] == status)
        }
        tellUnlisted(rotations.unlisted, among: Set(named.map { PathKey(parent(of: $0.name)) }))
        let unknown = rotations.found.filter { FileStatus(path: $0.input.name).map { !isKnown($0) } ?? false }
        for (input, log) in unknown { awaited[PathKey(input.name)] = log }
        turning = Dictionary(
            unknown.map { unknown in
                let log = PathKey(unknown.log)
                return (log, turning[log] ?? listedAt ?? now())
            }
        ) { min($0, $1) }
        listedAt = begun
        if !turning.isEmpty { discoverAgain() }
        // Known ones may have new names.
        for (input, log) in rotations.found where awaited[PathKey(input.name)] == nil {
            try meet(input, log: log, time)
        }
        for (key, log) in awaited.sorted(by: { $0.key < $1.key }) where !wantsStop() && !isShort {
            try meet(Inputs.input(key.path), log: log, time)
            if let status = FileStatus(path: key.path), files[status.identity] == nil,
                resting[status.identity] != status
            {
                continue
            }
            awaited[key] = nil
        }
        let atRest = identity.sources.filter { source in source.identity.map { resting[$0] != nil } ?? false }
        let met = Set(files.values.map(\.id) + atRest.map(\.id))
        let late = Set(awaited.values.map(PathKey.init))
        for record in identity.superseded(by: met, at: now())
        where !met.contains(record.id) && !late.contains(PathKey(record.log))
            && !unlisted.contains(PathKey(parent(of: record.log)))
        {
            remember(record)
            notify(.ended(path: record.path, record.ended ?? .missing, lost: record.lost))
        }
    }

    /// Says of patterns that name nothing that this is so: at once in the beginning, later when it lasts, since a log
    /// that is rotated is not there for a moment.
    private func judgeWords(_ found: Inputs.Found, _ time: Int64) {
        let wrong = Dictionary(found.problems.map { (PathKey($0.name), $0.error) }) { first, _ in first }
        for name in patterns.map(Inputs.absolute) {
            let pattern = PathKey(name)
            guard let error = wrong[pattern] else {
                // A file that is there may still be one that cannot be read.
                if absent.removeValue(forKey: pattern) != nil { tellSolved(name) }
                continue
            }
            let since = absent[pattern] ?? (listedAt == nil ? time - options.grace : time)
            absent[pattern] = since
            if case .missing = error, time - since < options.grace { continue }
            tell(name, error)
        }
        seesNothing = found.isNothing
        if seesNothing, listedAt == nil { notify(.nothingFound(patterns)) }
    }

    /// Says of folders that they could not be looked at, where rotations may wait, and of others that they can again.
    private func tellUnlisted(_ folders: [(folder: String, error: FileError)], among all: Set<PathKey>) {
        unlisted = Set(folders.map { PathKey($0.folder) })
        // What is wrong with a pattern is said of the pattern.
        for folder in all.subtracting(unlisted) where absent[folder] == nil { tellSolved(folder.path) }
        for (folder, error) in folders { tell(folder, error) }
    }

    private func isKnown(_ status: FileStatus) -> Bool {
        files[status.identity] != nil || resting[status.identity] == status
    }

    /// A file that has a name: perhaps one that is open already, under a new name; perhaps one that rests.
    private func meet(_ input: Input, log: String?, _ time: Int64) throws {
        guard let status = FileStatus(path: input.name) else { return }
        if let file = files[status.identity] {
            // A rotation of a log is looked up, not named: patience with it ends.
            if log == nil { file.isNamed = true }
            return rename(file, input.name)
        }
        guard resting[status.identity] != status else { return }
        if let known = retries[status.identity], known.status == status, time < known.retry.at { return }
        do {
            if case .gzip = input, try !isReady(input, status, time) { return }
            try open(input.name, status, isNamed: log == nil, time) { try identity.open(input, log: log) }
            retries[status.identity] = nil
            if let file = files[status.identity] { try beginReading(file, time) }
        } catch let error as InputError {
            fail(input, status, error.cause, time)
        }
    }

    /// Reads of a file that is new before the next one is met, which may be its copy. A compressed one is read to its
    /// end and closed: thousands of them take no more memory than one.
    private func beginReading(_ file: LiveFile, _ time: Int64) throws {
        if file.source.isFinite {
            while files[file.identity] === file, !wantsStop(), try read(file, time) {
                try commitIfDue(ticks(), mayWait: true)
            }
        } else if file.source.record.checkpoint == 0 {
            _ = try read(file, time)
        }
        try commitIfDue(ticks(), mayWait: true)
    }

    private func rename(_ file: LiveFile, _ path: String) {
        let old = file.source.record.path
        guard !isSamePath(old, path) else { return }
        // A hard link or a second path is no new name while the first one stands.
        if FileStatus(path: old)?.identity == file.identity { return }
        file.source.note { $0.path = path }
        remember(file.source.state(size: file.status?.size ?? file.source.record.size))
        notify(.renamed(from: old, to: path))
    }

    /// Begins to read a file, unless what it holds is another one's to tell.
    /// - Parameters:
    ///   - known: the source that it was until now.
    ///   - find: finds out which source it is.
    func open(
        _ path: String, _ status: FileStatus, isNamed: Bool, _ time: Int64, known: Int64? = nil,
        find: () throws -> OpenedSource
    ) throws {
        if files.count >= options.mostOpen { throw InputError(cause: FileError.tooManyOpen(path: path)) }
        // Between the look and the opening, the name may have become another file's: that one is met next time, and
        // the file that was looked at under its new name.
        func isOther(_ opened: OpenedSource) -> Bool { opened.record.identity != status.identity }
        var opened = try find()
        if isOther(opened) { return discoverAgain() }
        if opened.origin == nil, opened.size > 0, let log = unreadLog(of: path, status.identity) {
            try readToEnd(log, time)
            opened = try find()
            if isOther(opened) { return discoverAgain() }
        }
        if let original = openOrigin(of: opened), original.identity != status.identity {
            // What it continues or repeats is open: that one is read first, as far as it goes.
            try readToEnd(original.identity, time)
            opened = try find()
            if files[original.identity] === original, original.id == opened.origin {
                guard mayTakeOver(from: original, opened, status, time) else { return }
                opened = try find()
            }
        }
        if isOther(opened) { return discoverAgain() }
        // Nothing of it was read, and yet it was written to: what was there may lie beside it.
        if opened.record.wasUsed(status) { awaitRotations(of: opened.record) }
        let settled = settling.removeValue(forKey: status.identity)
        resting[status.identity] = nil
        let file = LiveFile(opened, status.identity, chunkBytes: options.limits.chunkBytes, at: time)
        if let settled { file.settledSince = settled.since }
        file.isNamed = isNamed
        files[status.identity] = file
        noteInput(path)
        // Also without a line it is known from here on, so that its rotations are.
        hasNewcomers = true
        let opening = now()
        file.source.note { $0.readAt = $0.readAt ?? opening }
        remember(file.source.state(size: opened.size))
        if opened.record.id != known { notify(.opened(path: path, offset: opened.record.checkpoint)) }
    }

    /// The open file that an opened one goes on with or repeats.
    private func openOrigin(of opened: OpenedSource) -> LiveFile? {
        guard let origin = opened.origin, let identity = identity.source(origin)?.identity else { return nil }
        return files[identity].flatMap { $0.id == origin ? $0 : nil }
    }

    /// A log that is open, of which nothing is read yet and of which a file may be a copy.
    ///
    /// Truncated, written to and copied again before its first poll, it has the same lines as its copy, and nothing
    /// that is known of it would tell.
    private func unreadLog(of path: String, _ other: FileIdentity) -> FileIdentity? {
        for log in SourceIdentity.logs(ofRotation: path) {
            for source in identity.known.ofLog(log) {
                guard let found = source.identity, found != other, let file = files[found] else { continue }
                if file.source.record.checkpoint == 0, isSamePath(file.source.record.log, log) { return found }
            }
        }
        return nil
    }

    /// Whether a file that goes on with one that is open may be read now.
    ///
    /// A copy beside its original would be read twice as soon as the original grows, so it waits until the original was
    /// truncated, or until both show that only the copy goes on. A compressed file in place of one that was deleted
    /// takes over at once.
    private func mayTakeOver(
        from original: LiveFile, _ opened: OpenedSource, _ status: FileStatus, _ time: Int64
    ) -> Bool {
        let isInPlace = FileStatus(path: original.source.record.path)?.identity == original.identity
        if !isInPlace {
            drop(original)
            return true
        }
        if !opened.isFinite, opened.record.checkpoint >= opened.size { return true }
        let known =
            settling[status.identity].flatMap { $0.status == status ? $0 : nil }
            ?? Settling(status: status, since: time)
        settling[status.identity] = known
        return time - max(known.since, original.changedAt) >= options.grace
    }

    /// Whether a compressed file is written to its end: it looks the same for some time, and its last member is whole.
    /// One that never becomes whole is read as far as it goes.
    private func isReady(_ input: Input, _ status: FileStatus, _ time: Int64) throws(InputError) -> Bool {
        guard var known = settling[status.identity], known.status == status else {
            // One that lay here unchanged before it was met has waited already.
            let age = max(0, min(now() - status.touched / 1000, options.grace))
            settling[status.identity] = Settling(status: status, since: time - age)
            if age < options.settling { return false }
            return try isReady(input, status, time)
        }
        let age = time - known.since
        if age < options.settling { return false }
        if age >= options.grace { return true }
        if known.isWhole == nil {
            known.isWhole = try InputError.wrapping { try GzipStream.ending(of: input.name) != .early }
            settling[status.identity] = known
        }
        return known.isWhole ?? true
    }

    private func fail(_ input: Input, _ status: FileStatus, _ error: any Error, _ time: Int64) {
        if let error = error as? FileError, error.isTooManyOpen {
            isShort = true
            if files.values.contains(where: { !$0.isDeleted }) { return }
        }
        tell(input.name, error)
        retries[status.identity] = (status, Retry(after: retries[status.identity]?.retry, time))
        // What is no log at all is not tried again before it changes.
        if case .notRegular = error as? FileError { resting[status.identity] = status }
    }

    /// Closes some files at whose end nothing is read, those first that have been silent longest.
    func closeIdle() -> Bool {
        let idle = files.values.filter { $0.status != nil && !$0.isDeleted }.sorted { $0.changedAt < $1.changedAt }
        for file in idle.prefix((idle.count + 1) / 2) {
            resting[file.identity] = file.status
            files[file.identity] = nil
        }
        return !idle.isEmpty
    }
}
