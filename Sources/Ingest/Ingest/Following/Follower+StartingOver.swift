internal import Catalog
internal import Files
internal import Trail

// What happens after something could not be written.

extension Follower {
    /// Forgets what is not committed and begins again at the checkpoints of the catalog, as after a restart; but files
    /// stay open, whatever has become of their names.
    ///
    /// Nothing is kept that rests on what was not committed: numbers of sources, how far another file was read, which
    /// files need not be looked at. Each file is found out anew, as if it were met for the first time.
    func startOver(_ time: Int64) throws {
        intake.abandon()
        try writer.startOver()
        intake = try LineIntake(writer, options.deliveries, options.kept, options.limits, now: now)
        identity = try SourceIdentity(of: writer.catalog, holdsLines: intake.holdsLines)
        // Of one file, only its present content can be read again.
        var open = leaving.filter { files[$0.identity] == nil } + files.values
        let isKnown = open.map { file in identity.source(file.id)?.identity == file.identity }
        open = zip(open, isKnown).sorted { left, right in
            left.1 != right.1 ? left.1 : left.0.id < right.0.id
        }.map(\.0)
        (files, leaving, resting, settling, retries) = ([:], [], [:], [:], [:])
        waitingSince = nil
        // What is not yet found out when something fails is still open for the next time.
        defer { leaving += open }
        while let file = open.first {
            try meetAgain(file, time)
            open.removeFirst()
        }
        discoverAgain()
    }

    /// Finds out anew which source a file is that is open. A compressed one is found by its name.
    private func meetAgain(_ file: LiveFile, _ time: Int64) throws {
        guard let box = file.box else { return }
        let old = file.source.record
        do {
            let status = try InputError.wrapping { try box.file.status() }
            try open(old.path, status, isNamed: file.isNamed, time, known: old.id) {
                var opened = try identity.openFile(box, old.path)
                identity.assign(old.log, to: &opened.record)
                opened.record.readAt = opened.record.readAt ?? old.readAt
                return opened
            }
        } catch let error as InputError {
            tell(old.path, error.cause)
        }
    }
}
