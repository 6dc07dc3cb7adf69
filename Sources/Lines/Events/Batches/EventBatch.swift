import Columns
package import Model

/// What was read since the last commit: events by UTC month, lines in quarantine, blank lines, and counts that add up.
///
/// `LineReader` fills it and stops as soon as it is `full`; whoever commits takes months out of it. So a month never
/// has more rows than its limit, and memory stays bounded whatever comes. One reader fills a batch, whose
/// numbers the shapes of its rows have.
package struct EventBatch: Sendable {
    /// When a batch is full.
    package struct Limits: Sendable, Equatable {
        /// Rows of one month: exactly so many, never more.
        package var rowsPerMonth = 32_768
        /// Bytes of the lines of one month; at most one line more. A line that is kept in `raw` as well counts twice.
        /// Columns need it to be far below 4 GiB.
        package var bytesPerMonth = 128 << 20
        /// Months open at once; at most one more.
        package var months = 256
        /// Bytes of memory for everything: those of every line and `bytesPerLine`; at most one line more.
        package var bytes = 256 << 20
        /// What a line costs in memory apart from its own bytes.
        package static var bytesPerLine: Int { 128 }

        package init() {}
    }

    /// What is to be taken out before reading goes on.
    package enum Full: Sendable, Equatable {
        /// One month has reached its rows or bytes.
        case month(Int32)
        /// Months or bytes altogether; everything is to be taken, quarantine and blank lines too.
        case all
    }

    /// One open month.
    struct Month: Sendable {
        let number: Int32
        var columns: EventColumns
        /// Rows that follow those in `columns`. Empty except while lines are read.
        var block = RowBlock()
        /// Bytes of the lines whose events are here; those in `raw` count twice.
        var bytes = 0
        /// The source of the lines being read, as an index into that column's dictionary.
        var source = TextColumn.none
        /// Its number.
        var sourceID: Int64 = 0
        /// The call of the reader that `source` is of.
        var call = 0
        /// Rows in which credentials were replaced and that are not counted yet.
        var redacted = 0
        /// Rows that `review` has shown, and those behind them that are flagged.
        var reviewed = 0
        var flagged: [Int] = []

        var rows: Int { columns.count &+ block.count }

        /// What the month counts for in `EventBatch.bytes`.
        var weight: Int { bytes + rows * Limits.bytesPerLine }

        /// Moves the rows of the block, whose texts and records stand in these bytes, into the columns.
        @inline(never)
        mutating func flush(
            _ bytes: RawSpan, _ records: RawSpan, _ limits: Limits, _ shapes: [LineShape], _ secrets: SecretMarker?
        ) {
            let before = columns.count
            columns.shapes = shapes
            redacted += block.flush(
                into: &columns, bytes, records, source: source, sourceID: sourceID, secrets)
            // A month that has come so far will likely fill up: growing at once is cheaper than doubling three times.
            let eighth = limits.rowsPerMonth / 8
            if before < eighth, columns.count >= eighth { columns.reserve(limits.rowsPerMonth) }
        }
    }

    package let limits: Limits
    package var counts = LineCounts()
    /// Of the flagged lines, those with a time after `LineReader.latest`.
    package internal(set) var future: Int64 = 0
    /// Of the flagged lines, those whose kind, time and `event_id` another line has that says something else.
    package internal(set) var reused: Int64 = 0
    /// The lines in quarantine, in the order in which they were read.
    package internal(set) var quarantined: [QuarantinedLine] = []
    /// The blank lines that are not simply empty, in the order in which they were read.
    package internal(set) var blanks: [BlankLine] = []
    /// Set while the batch is full; `LineReader` then reads nothing.
    package internal(set) var full: Full?

    /// The newest event since `takeNewest` was called, those in the future left out.
    var newest = Int64.min
    var open: [Month] = []
    /// Whether rows are to be reviewed.
    private var isReviewed: Bool
    /// Of `open`, `quarantined` and `blanks`, as `Limits.bytes` counts them.
    var bytes = 0
    private var places: [Int32: Int] = [:]
    private var spares: [EventColumns] = []

    /// - Parameter isReviewed: whether `review` is called after lines were read, which needs to know more about them.
    package init(limits: Limits = Limits(), isReviewed: Bool = false) {
        self.limits = limits
        self.isReviewed = isReviewed
    }

    /// From now on `review` is called. The rows that are there are not shown to it.
    package mutating func beginReviews() {
        isReviewed = true
        for place in open.indices { open[place].reviewed = open[place].columns.count }
    }

    /// The months that have events, ascending; months since January 1970, UTC.
    package var months: [Int32] { places.keys.sorted() }

    /// The events of a month, or nil if it has none.
    package subscript(month: Int32) -> EventColumns? { places[month].map { open[$0].columns } }

    /// Events of all months.
    package var rows: Int { open.reduce(0) { $0 + $1.columns.count } }

    /// Bytes that columns and quarantined lines hold, about.
    package var memory: Int {
        open.reduce(0) { $0 + $1.columns.memory } + quarantined.reduce(0) { $0 + $1.bytes.count + 128 }
            + blanks.reduce(0) { $0 + $1.bytes.count + 128 }
    }

    /// Takes the events of a month out, or nil if it has none.
    package mutating func take(month: Int32) -> EventColumns? {
        guard let place = places.removeValue(forKey: month) else { return nil }
        let last = open.count - 1
        open.swapAt(place, last)
        let taken = open.removeLast()
        if place < last { places[open[place].number] = place }
        bytes -= taken.weight
        full = nil
        look()
        return taken.columns
    }

    /// Takes the events of all months out, ascending.
    package mutating func takeMonths() -> [(month: Int32, columns: EventColumns)] {
        let taken = open.sorted { $0.number < $1.number }.map { (month: $0.number, columns: $0.columns) }
        for month in open { bytes -= month.weight }
        open = []
        places = [:]
        full = nil
        look()
        return taken
    }

    /// Gives columns that were taken out and are no longer needed back, so that a later month can use their memory.
    package mutating func reuse(_ columns: consuming EventColumns) {
        guard spares.count < 2, columns.fields == .all else { return }
        columns.removeAll()
        spares.append(columns)
    }

    /// Takes the lines in quarantine out.
    package mutating func takeQuarantined() -> [QuarantinedLine] {
        defer { quarantined = [] }
        for line in quarantined { bytes -= line.bytes.count + Limits.bytesPerLine }
        full = nil
        look()
        return quarantined
    }

    /// Takes the blank lines that are not simply empty out. Empty ones show as gaps between the other lines.
    package mutating func takeBlanks() -> [BlankLine] {
        defer { blanks = [] }
        for line in blanks { bytes -= line.bytes.count + Limits.bytesPerLine }
        full = nil
        look()
        return blanks
    }

    /// Takes the counts, which start again at 0.
    package mutating func takeCounts() -> (counts: LineCounts, future: Int64, reused: Int64) {
        defer { (counts, future, reused) = (LineCounts(), 0, 0) }
        return (counts, future, reused)
    }

    /// Takes the time of the newest event since the last call, or nil if there was none. Events in the future, as
    /// `LineReader.latest` has it, do not count.
    package mutating func takeNewest() -> Int64? {
        defer { newest = .min }
        return newest == .min ? nil : newest
    }

    /// Adds a line that is no event and counts it: what `LineReader` does, and whoever skips an over-long line.
    package mutating func add(_ line: QuarantinedLine) {
        counts.lines += 1
        counts.quarantined += 1
        if line.redacted != nil { counts.redacted += 1 }
        bytes += line.bytes.count + Limits.bytesPerLine
        quarantined.append(line)
        if bytes >= limits.bytes { full = .all }
    }

    /// Keeps a blank line; it is counted elsewhere.
    mutating func add(_ line: BlankLine) {
        bytes += line.bytes.count + Limits.bytesPerLine
        blanks.append(line)
        if bytes >= limits.bytes { full = .all }
    }

    /// Counts a line whose event was stored in the given month.
    @inline(__always)
    mutating func count(cost: Int, in month: Int32, isFull: Bool, flagged: Bool) {
        counts.lines &+= 1
        counts.stored &+= 1
        if flagged { noteFlagged(month) }
        bytes &+= cost &+ Limits.bytesPerLine
        if bytes >= limits.bytes { full = .all }
        if isFull { full = .month(month) }
    }

    @inline(never)
    private mutating func noteFlagged(_ month: Int32) {
        counts.flagged &+= 1
        guard isReviewed, let place = places[month] else { return }
        open[place].flagged.append(open[place].rows - 1)
    }

    /// Moves the rows that wait in blocks into their columns. Their texts and records stand in these bytes.
    mutating func flush(_ bytes: RawSpan, _ records: RawSpan, _ shapes: [LineShape], _ secrets: SecretMarker?) {
        for place in open.indices {
            if open[place].block.count > 0 { open[place].flush(bytes, records, limits, shapes, secrets) }
            counts.redacted += Int64(open[place].redacted)
            open[place].redacted = 0
        }
    }

    /// The place in `open` of a month, which is opened if it is not.
    mutating func place(of month: Int32) -> Int {
        if let place = places[month] { return place }
        places[month] = open.count
        open.append(Month(number: month, columns: spares.popLast() ?? EventColumns()))
        if open.count > limits.months { full = .all }
        return open.count - 1
    }

    /// Finds out again whether the batch is full.
    mutating func look() {
        let isFull = { (month: Month) in
            month.columns.count >= limits.rowsPerMonth || month.bytes >= limits.bytesPerMonth
        }
        if let month = open.first(where: isFull) {
            full = .month(month.number)
        } else if open.count > limits.months || bytes >= limits.bytes {
            full = .all
        }
    }
}
