import Columns
internal import Model

/// Reads NDJSON: every line becomes an event in the columns of its month, a line in quarantine, or is blank.
///
/// What becomes of a line depends on the line alone, never on its neighbors or on how the input is cut into chunks.
package struct LineReader: Sendable {
    /// A longer line is quarantined unread.
    package static var longestLine: Int { 32 << 20 }
    /// So many zero bytes at the start of a line are a line of their own: blocks that were never written, or the hole
    /// that a truncated log has when its writer goes on at the old place. Fewer are a damage of the line.
    package static var fewestNULs: Int { 16 }
    /// Longer chunks are read in several calls.
    private static var longestChunk: Int { 1 << 30 }

    /// Events after this time (microseconds) are stored, but flagged and counted as future.
    package var latest = Int64.max

    /// What replaces credentials before anything is kept; nil keeps lines as they are.
    package var secrets: SecretMarker?

    /// Whether the record that a line was made from is kept beside the event.
    package var keepsRecords = true

    var scanner = LineScanner()
    var times = TimeReader()
    var scratch: [UInt8] = []
    // Copies, because a global constant costs a check at every use.
    let names = LineNames.texts
    let required = EventKind.allCases.map(LineNames.required)
    var shapes = ShapeTable()
    /// How the values of the line are written, as far as it is read.
    var styles = LineStyles.open
    private var call = 0
    private var source = ""
    private var sourceID: Int64 = 0
    // The month of the last event, its first microsecond and that of the next one, and its place in the batch.
    private var month = Int32.min
    private var monthStart = Int64.max
    private var monthEnd = Int64.min
    private var place = 0

    package init() {}

    /// Reads whole lines from the start of a chunk and returns how many bytes they were.
    ///
    /// Reading ends after the last newline of the chunk, or as soon as the batch is full: then take something out of
    /// the batch and go on with the rest. What follows the last newline is not looked at.
    /// - Parameters:
    ///   - offset: where the chunk starts in its source, in bytes.
    ///   - source: the name of the file or stream, stored with every event.
    ///   - sourceID: its number, stored with every event too.
    package mutating func read(
        _ chunk: RawSpan, at offset: Int64, source: String, sourceID: Int64 = 0, into batch: inout EventBatch
    ) -> Int {
        let length = min(chunk.byteCount, Self.longestChunk)
        guard batch.full == nil, let last = chunk.lastNewline(before: length) else { return 0 }
        begin(source, sourceID)
        let lines = chunk.extracting(..<(last + 1))
        var at = 0
        while at <= last, batch.full == nil {
            at = readLine(lines, from: at, offset: offset, terminated: true, into: &batch)
        }
        batch.flush(lines, lines, shapes.shapes, secrets)
        return at
    }

    /// Reads a last line that has no newline, once its source is known to get no more. An event is flagged.
    ///
    /// The line must hold no newline; an empty one is not counted. The batch must not be full.
    package mutating func readLast(
        _ line: RawSpan, at offset: Int64, source: String, sourceID: Int64 = 0, into batch: inout EventBatch
    ) {
        guard line.byteCount > 0 else { return }
        if line.byteCount > Self.longestLine {
            var kept: [UInt8] = []
            kept.append(line, 0..<QuarantinedLine.keptBytes)
            let line = QuarantinedLine(
                sourceID: sourceID, source: source, offset: offset, length: Int64(line.byteCount),
                reason: .lineTooLong, bytes: kept)
            return batch.add(line.redacted(by: secrets))
        }
        begin(source, sourceID)
        var copy: [UInt8] = []
        copy.reserveCapacity(line.byteCount + 1)
        copy.append(line, 0..<line.byteCount)
        copy.append(Byte.newline)
        var at = 0
        // More than one only if the line starts with zero bytes, which are a line of their own.
        while at < line.byteCount {
            at = readLine(copy.span.bytes, from: at, offset: offset, terminated: false, into: &batch)
        }
        batch.flush(copy.span.bytes, copy.span.bytes, shapes.shapes, secrets)
    }

    /// Reads lines that were made from records of another format, and returns how many they were: all, or those up to
    /// the one by which the batch became full.
    /// - Parameters:
    ///   - bytes: what the places of the lines are in.
    ///   - records: what the places of their records are in.
    package mutating func read(
        _ lines: ArraySlice<MadeLine>, in bytes: RawSpan, records: RawSpan, source: String, sourceID: Int64,
        into batch: inout EventBatch
    ) -> Int {
        guard batch.full == nil else { return 0 }
        begin(source, sourceID)
        var count = 0
        for line in lines where batch.full == nil {
            read(line, bytes, records, into: &batch)
            count += 1
        }
        batch.flush(bytes, records, shapes.shapes, secrets)
        return count
    }

    private mutating func read(
        _ made: MadeLine, _ bytes: RawSpan, _ records: RawSpan, into batch: inout EventBatch
    ) {
        do throws(LineFault) {
            let end = try scanner.scan(bytes, from: made.line.lowerBound)
            let (time, kind) = try interpret(bytes, isMade: true)
            if time < monthStart || time >= monthEnd { open(Timestamp.month(of: time), in: &batch) }
            note(time, &batch)
            let (cost, isFull) = store(
                bytes, made.line.lowerBound..<end, time, kind, made.offset, record: made, among: records,
                in: &batch.open[place], batch.limits)
            batch.count(cost: cost, in: month, isFull: isFull, flagged: scanner.flagged)
        } catch {
            let kept = made.record.map { Array(records, $0) } ?? Array(bytes, made.line)
            batch.add(
                QuarantinedLine(
                    sourceID: sourceID, source: source, offset: made.offset, length: made.length,
                    reason: error.reason, field: error.field, bytes: kept
                ).redacted(by: secrets))
        }
    }

    /// Notes what the time of an event says about the batch.
    @inline(__always)
    private mutating func note(_ time: Int64, _ batch: inout EventBatch) {
        if time > latest {
            scanner.flagged = true
            batch.future &+= 1
        } else if time > batch.newest {
            batch.newest = time
        }
    }

    /// Forgets what the last call knew about the batch, which may be another one now.
    private mutating func begin(_ source: String, _ id: Int64) {
        call += 1
        monthStart = .max
        monthEnd = .min
        self.source = source
        sourceID = id
    }

    /// Reads one line and returns where the next one starts.
    @inline(__always)
    private mutating func readLine(
        _ bytes: RawSpan, from start: Int, offset: Int64, terminated: Bool, into batch: inout EventBatch
    ) -> Int {
        do throws(LineFault) {
            let end = try scanner.scan(bytes, from: start)
            if end &- start > Self.longestLine { throw LineFault(.lineTooLong) }
            let (time, kind) = try interpret(bytes)
            if time < monthStart || time >= monthEnd { open(Timestamp.month(of: time), in: &batch) }
            if !terminated { scanner.flagged = true }
            note(time, &batch)
            let (cost, isFull) = store(
                bytes, start..<end, time, kind, offset &+ Int64(start), among: bytes, in: &batch.open[place],
                batch.limits)
            batch.count(cost: cost, in: month, isFull: isFull, flagged: scanner.flagged)
            return end &+ 1
        } catch {
            return refuse(bytes, start, offset, error, into: &batch)
        }
    }

    /// Makes a month the one that rows are added to.
    @inline(never)
    private mutating func open(_ month: Int32, in batch: inout EventBatch) {
        self.month = month
        monthStart = Timestamp.start(ofMonth: month)
        monthEnd = Timestamp.start(ofMonth: month + 1)
        place = batch.place(of: month)
        if batch.open[place].call != call {
            batch.open[place].call = call
            batch.open[place].source = batch.open[place].columns[.source].entry(source)
            batch.open[place].sourceID = sourceID
        }
    }

    /// Counts a blank line or puts a line into quarantine; returns where the next one starts.
    @inline(never)
    private func refuse(
        _ bytes: RawSpan, _ start: Int, _ offset: Int64, _ fault: LineFault, into batch: inout EventBatch
    ) -> Int {
        if let end = refuseNULs(bytes, start, offset, into: &batch) { return end }
        let end = bytes.newline(from: start) ?? bytes.byteCount
        if JSONGrammar.afterSpaces(bytes, start) == end {
            batch.counts.lines += 1
            batch.counts.blank += 1
            if end > start {
                batch.add(
                    BlankLine(sourceID: sourceID, offset: offset &+ Int64(start), bytes: Array(bytes, start..<end)))
            }
            return end + 1
        }
        let judged =
            end - start > Self.longestLine
            ? LineFault(.lineTooLong)
            : fault.position < 0 ? fault : fault.judged(bytes, start..<end)
        let most = judged.reason == .lineTooLong ? QuarantinedLine.keptBytes : end - start
        batch.add(
            QuarantinedLine(
                sourceID: sourceID, source: source, offset: offset &+ Int64(start), length: Int64(end - start),
                reason: judged.reason, field: judged.field,
                position: judged.position < 0 ? nil : judged.position - start,
                bytes: Array(bytes, start..<start + most)
            ).redacted(by: secrets))
        return end + 1
    }

    /// Puts many zero bytes at the start of a line into quarantine as a line of their own, so that they cost what
    /// follows nothing; returns where that starts, or nil if there are few. Unless a newline follows, the line ends
    /// with the last of them, which is told by the missing position.
    private func refuseNULs(_ bytes: RawSpan, _ start: Int, _ offset: Int64, into batch: inout EventBatch) -> Int? {
        var end = start
        while end < bytes.byteCount, bytes.byte(end) == 0 { end += 1 }
        guard end - start >= Self.fewestNULs else { return nil }
        let isLine = end < bytes.byteCount && bytes.byte(end) == Byte.newline
        batch.add(
            .zeros(
                end - start, sourceID: sourceID, source: source, offset: offset &+ Int64(start), isLine: isLine))
        return isLine ? end + 1 : end
    }
}
