internal import Catalog
internal import Detection
internal import Events
internal import Model
package import Trail

/// What a trail says of itself beside its findings: how much is stored, how new it is, what is open, what no run has
/// looked at.
package struct TrailFacts: Sendable {
    /// Version of the program.
    package var version: String
    /// The clock, microseconds since the epoch.
    package var now: Int64
    /// Time of the newest event that lies not in the future; nil when there is none.
    var newest: Int64?
    var events: Int64 = 0
    var quarantined: Int64 = 0
    var sources: Int64 = 0
    /// Open findings of the ledger by detector and severity.
    var open: [OpenCount: Int] = [:]
    /// Microseconds at which no scheduled run has looked.
    var unseen: Int64 = 0
    /// The last days before `end`, each with its events and its failures, without gaps.
    var days: [Day] = []

    struct OpenCount: Hashable {
        var detector: String
        var severity: Severity
    }

    struct Day: Sendable {
        var day: Int32
        var events: Int64 = 0
        var failures: Int64 = 0
    }

    /// Days that a report draws.
    private static let drawn: Int32 = 30

    /// Nothing of the trail, for formats that do not tell of it.
    package init(version: String, now: Int64) { (self.version, self.now) = (version, now) }

    /// How long some spans are together, without what a run is just looking at.
    private static func length(of spans: [Range<Int64>], less looked: Range<Int64>?) -> Int64 {
        var (sum, end) = (Int64(0), Int64.min)
        for span in spans.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            let from = max(span.lowerBound, end)
            guard from < span.upperBound else { continue }
            let seen = looked.map { max(0, min($0.upperBound, span.upperBound).minus(max($0.lowerBound, from))) } ?? 0
            sum = sum.plus(span.upperBound.minus(from).minus(seen))
            end = span.upperBound
        }
        return sum
    }

    /// - Parameters:
    ///   - end: the days before this time are counted.
    ///   - looked: what a scheduled run is just looking at.
    ///   - now: the clock, microseconds since the epoch.
    package init(
        _ trail: Trail, until end: Int64, looked: Range<Int64>? = nil, version: String, now: Int64
    ) throws {
        self.init(version: version, now: now)
        let catalog = trail.catalog
        newest = try catalog.newest().map { $0 - 1 }
        events = try catalog.segments().reduce(0) { $0 + $1.rows }
        let all = try catalog.sources()
        sources = Int64(all.count)
        quarantined = all.reduce(0) { $0 + $1.counts.quarantined }
        for (detector, severity, findings) in try catalog.openFindings() {
            open[OpenCount(detector: detector, severity: severity)] = findings
        }
        unseen = try Self.length(
            of: catalog.unseenSpans() + catalog.lateSpans(recent: DetectionWindow.recent), less: looked)
        let last = Timestamp.day(of: max(end - 1, 0))
        let first = max(last - Self.drawn + 1, 0)
        days = (first...max(first, last)).map { Day(day: $0) }
        for (day, count) in try catalog.eventsByDay(of: .all) where day >= first && day <= last {
            days[Int(day - first)].events = count
        }
        for (day, count) in try catalog.eventsByDay(of: .failed) where day >= first && day <= last {
            days[Int(day - first)].failures = count
        }
    }
}
