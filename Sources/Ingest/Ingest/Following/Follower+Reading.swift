internal import Catalog
internal import Files
internal import Segments
internal import Trail

// What a file that is open has to say.

extension Follower {
    /// Reads what is new in a file, and ends it when nothing more is to be awaited. What is wrong with it is reported,
    /// and keeps no other file from being read.
    /// - Returns: whether there is more to read at once.
    func read(_ file: LiveFile, _ time: Int64) throws -> Bool {
        if let retry = file.retry, time < retry.at { return false }
        do {
            let isBusy = try readNew(file, time)
            file.retry = nil
            let record = file.source.record
            // A compressed file was damaged where it ended, and stays so.
            if record.isBlind { tell(record.path, BlindError()) } else if !file.isDamaged { tellSolved(record.path) }
            return isBusy
        } catch let error as InputError {
            try giveUp(file, error.cause, time)
            return false
        }
    }

    /// Goes on without what cannot be read of a file now. A compressed one is read as far as it goes, and again when it
    /// looks different, or after a while where the system failed.
    private func giveUp(_ file: LiveFile, _ error: any Error, _ time: Int64) throws {
        tell(file.source.record.path, error)
        file.source.rest()
        file.retry = Retry(after: file.retry, time)
        guard files[file.identity] === file else { return }
        try keepState(of: file, size: file.source.record.size)
        guard file.source.isFinite else { return }
        file.isDamaged = true
        try end(file, nil, time)
        if case .damaged = error as? FileError { return }
        if let status = resting.removeValue(forKey: file.identity), let retry = file.retry {
            retries[file.identity] = (status, retry)
        }
    }

    /// Reads all that is there of a file, and of what stands in its place if it was written anew.
    func readToEnd(_ identity: FileIdentity, _ time: Int64, until latest: Int64 = .max) throws {
        while ticks() < latest, let file = files[identity], try read(file, time) {}
    }

    private func readNew(_ file: LiveFile, _ time: Int64) throws -> Bool {
        let status = try file.source.status()
        if let status {
            guard status != file.status || time - file.checkedAt >= options.checkInterval else {
                try endIfForsaken(file, status, time)
                return false
            }
            file.checkedAt = time
            if status == file.status, try file.source.isUntouched() {
                try endIfForsaken(file, status, time)
                return false
            }
            if status.size < file.source.record.checkpoint {
                try end(file, .truncated, time)
                return true
            }
            if status != file.status { file.changedAt = time }
            // A copy that has grown may only now be whole, and repeat more of its original.
            if let box = file.box, file.isOnlyCopy, status.size > file.source.record.checkpoint {
                try lookAgain(at: file, box, status, time)
                return false
            }
            // It may have been written to, copied and truncated while nobody looked.
            if file.source.record.checkpoint == 0, file.status.map({ $0 != status }) ?? false {
                awaitRotations(of: file.source.record)
            }
            // What was empty, or too short to tell, may hold a copy of another log now. It may have grown since it was
            // opened a moment ago.
            let seen = file.status?.size ?? file.openedSize
            if let box = file.box, file.source.record.checkpoint == 0, seen < Self.telling, status.size > seen {
                try goOn(box, after: file, status, time)
                return true
            }
        }
        guard let isAtEnd = try readLines(file) else {
            try end(file, .rewritten, time)
            return true
        }
        file.status = isAtEnd ? status : nil
        try keepState(of: file, size: status?.size ?? file.source.record.size)
        if isAtEnd, file.source.isFinite {
            if mayGoOn(file), try !takesLastLine(file) { return try waitForRest(of: file, time) }
            try end(file, file.isSuperseded ? .rotated : nil, time)
        }
        if isAtEnd, let status { try endIfForsaken(file, status, time) }
        return !isAtEnd
    }

    /// What a file must hold for its content to tell which source it is.
    private static var telling: Int64 { Int64(SourceFingerprint.headLength) }

    /// Reads lines, at most so many bytes as one poll allows.
    /// - Returns: whether the end was reached; nil if the file is no longer what was read of it.
    private func readLines(_ file: LiveFile) throws -> Bool? {
        defer { if !file.source.isFinite { file.source.rest() } }
        guard try file.source.isUntouched() else { return nil }
        var budget = options.bytesPerTurn
        while budget > 0 {
            let count = try file.source.fill()
            guard try settle(file, isAtEnd: count == 0) else {
                if count == 0 { return true }
                continue
            }
            if count == 0, file.source.pending.isEmpty || !file.isNews { return true }
            file.isNews = false
            // Looked at after reading: what was written in place of it meanwhile must not be taken for its end.
            guard try file.source.isUntouched() else { return nil }
            try intake.readLines(&file.source, hasEnded: file.source.isFinite && !mayGoOn(file))
            budget -= count
            if intake.isFull {
                try keepState(of: file, size: file.source.record.size)
                try intake.commit()
            }
        }
        return false
    }

    /// Finds out what a file is, unless that is known.
    /// - Returns: false if more of it is needed to tell.
    private func settle(_ file: LiveFile, isAtEnd: Bool) throws -> Bool {
        if file.source.isSettled { return true }
        let isComplete = isAtEnd && file.source.isFinite && !mayGoOn(file)
        file.isNews = true
        let record = file.source.record
        let isKnown = try file.source.settle(
            choice, after: identity.generation(before: record), isAll: isComplete, now: now())
        if isKnown { return true }
        if isComplete { file.source.settleAsNative() }
        try file.source.growToSettle()
        return isComplete
    }

    /// Whether a compressed file that has an end may get another one: it was changed a short while ago.
    private func mayGoOn(_ file: LiveFile) -> Bool {
        file.source.isFinite && file.settledSince.map { ticks() - $0 < options.grace } ?? false
    }

    /// Whether the last line of a compressed file is a whole one.
    private func takesLastLine(_ file: LiveFile) throws -> Bool {
        intake.closeOpenLine(&file.source)
        return file.source.pending.isEmpty || file.source.holdsEvent
    }

    /// Closes a compressed file that ends within a line, to look at it again when it has been the same for long enough.
    private func waitForRest(of file: LiveFile, _ time: Int64) throws -> Bool {
        let status = FileStatus(path: file.source.record.path)
        drop(file)
        if let status, status.identity == file.identity, let since = file.settledSince {
            settling[file.identity] = Settling(status: status, since: since, isWhole: true)
            retries[file.identity] = (status, Retry(at: since + options.grace))
        }
        return false
    }

    /// Has the next commit carry the state of a file, if it has changed.
    private func keepState(of file: LiveFile, size: Int64) throws {
        let known = identity.source(file.id)
        guard known?.checkpoint != file.source.record.checkpoint || known?.hasOpenLine != file.source.record.hasOpenLine
        else { return }
        let time = now()
        file.source.note { $0.readAt = time }
        remember(file.source.state(size: size))
    }

    // MARK: Ends

    /// Nothing more is awaited of a file that no pattern names any more, or in whose place another one stands, once it
    /// has been silent for long enough. Its writer may keep it open for a while after it was renamed.
    private func endIfForsaken(_ file: LiveFile, _ status: FileStatus, _ time: Int64) throws {
        // Of many that are forsaken at once, nobody writes to the old ones.
        let patience = files.count > Self.many ? min(options.grace, 5_000_000) : options.grace
        guard time - file.changedAt >= patience, !file.isNamed || file.isSuperseded else { return }
        let isStanding = FileStatus(path: file.source.record.path)?.identity == file.identity
        let isOnlyUnnamed = isStanding && isSamePath(file.source.record.path, file.source.record.log)
        try end(file, status.names == 0 ? .deleted : isOnlyUnnamed ? nil : .rotated, time)
    }

    private static var many: Int { 256 }

    /// Takes what is left of a file; it is closed when all of it is committed.
    /// - Parameter ending: how it ended; nil if it may go on some day.
    func end(_ file: LiveFile, _ ending: SourceRecord.Ending?, _ time: Int64) throws {
        let status = try? file.source.status()
        var lost: Int64 = 0
        switch ending {
        case .truncated, .rewritten: lost = file.unread
        case .rotated, .deleted, .missing: try takeLastLine(file)
        // What stands before a damage is the beginning of a line.
        case nil: if file.source.isFinite, !file.isDamaged { try takeLastLine(file) }
        }
        let path = file.source.record.path
        let ended = ending == nil ? nil : now()
        file.source.note {
            $0.ended = ending
            $0.endedAt = ended
            $0.lost += lost
        }
        remember(file.source.state(size: max(status?.size ?? 0, file.source.record.size)))
        leave(file)
        files[file.identity] = nil
        if let ending { notify(.ended(path: path, ending, lost: lost)) }
        if let box = file.box, let status, ending == .truncated || ending == .rewritten {
            awaitRotations(of: file.source.record)
            try goOn(box, after: file, status, time)
        } else {
            resting[file.identity] = FileStatus(path: path).flatMap { $0.identity == file.identity ? $0 : nil }
        }
        discoverAgain()
    }

    /// Reads a file that holds something else now as the next generation of its log, whatever its name is by now.
    private func goOn(_ box: InputFileBox, after file: LiveFile, _ status: FileStatus, _ time: Int64) throws {
        let (path, log) = (file.source.record.path, file.source.record.log)
        files[file.identity] = nil
        try open(path, status, isNamed: file.isNamed, time, known: file.id) {
            var opened = try identity.openFile(box, path)
            identity.assign(log, to: &opened.record)
            return opened
        }
    }

    /// Finds out anew what a copy repeats. It stays the source that it is as long as it has no line of its own.
    private func lookAgain(at file: LiveFile, _ box: InputFileBox, _ status: FileStatus, _ time: Int64) throws {
        let old = file.source.record
        files[file.identity] = nil
        try open(old.path, status, isNamed: file.isNamed, time, known: old.id) {
            var opened = try identity.openFile(box, old.path)
            if identity.source(opened.record.id) == nil {
                opened.record.id = old.id
                opened.record.log = old.log
                opened.record.generation = old.generation
            }
            return opened
        }
    }

    /// Has the rotations beside a log read that may hold what was not read of a generation.
    func awaitRotations(of source: SourceRecord) {
        let rotations = identity.rotations(of: [source], beside: source.log)
        for (input, log) in rotations.found { awaited[PathKey(input.name)] = log }
        // Looked for again, and said, by the next discovery.
        if !rotations.unlisted.isEmpty { turning[PathKey(source.log)] = source.readAt ?? now() }
    }

    private func takeLastLine(_ file: LiveFile) throws {
        do {
            while try file.source.fill() > 0 { try intake.readLines(&file.source, hasEnded: true) }
        } catch let error as InputError {
            // What was not read of its last line stays unread.
            return tell(file.source.record.path, error.cause)
        }
        intake.closeOpenLine(&file.source)
        if !file.source.pending.isEmpty { try intake.readLast(&file.source) }
    }

    /// Closes a file of which another one holds everything, the last line too.
    func drop(_ file: LiveFile) {
        remember(file.source.state(size: file.source.record.size))
        leave(file)
        files[file.identity] = nil
    }

    /// A file stays open until all that was read of it is committed, so that a full disk finds it still there. A
    /// compressed one is found by its name.
    private func leave(_ file: LiveFile) {
        if !file.source.isFinite { leaving.append(file) }
    }

    // MARK: Bookkeeping

    func remember(_ state: SourceRecord) {
        guard !identity.knows(state) else { return }
        intake.update(state)
        identity.remember(state)
    }

    func tell(_ path: String, _ error: any Error) {
        guard problems.add(path, error) else { return }
        notify(error is BlindError ? .blind(path: path, error) : .problem(path: path, error))
    }

    func tellSolved(_ path: String) {
        if problems.remove(path) { notify(.solved(path: path)) }
    }
}

extension Error {
    /// Whether an error of the trail may pass, by itself or by somebody's help: a full or failing disk, a folder that
    /// may not be written, too few descriptors, a catalog that is locked. Reading waits for that, and loses nothing.
    var mayPass: Bool {
        switch self as any Error {
        case let error as FileError:
            if case .cannotWrite = error { true } else { error.isShortage }
        case let error as SegmentError: error.isInputOutput
        case CatalogError.failed, is InputError: true
        default: false
        }
    }
}
