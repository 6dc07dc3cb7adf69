import Catalog
import Columns
import Events
import Files
import Foundation
import Ingest
import Testing
import Trail
import TrailSupport

/// A follower over a place, whose clock stands still until it is told to go on.
final class Followed {
    let place: Place
    private let words: [String]
    private let options: Follower.Options
    private(set) var notices: [FollowNotice] = []
    /// Is told what the follower tells.
    var trace: ((String) -> Void)?
    private var writer: TrailWriter?
    private var follower: Follower?
    /// Microseconds.
    private(set) var time: Int64 = 0

    init(_ place: Place, _ words: String..., options: Follower.Options = Follower.Options()) throws {
        self.place = place
        self.words = words.map { place.path($0) }
        self.options = options
        try start()
    }

    func start() throws {
        let writer = try Self.writer(place.trail)
        self.writer = writer
        follower = try Follower(
            words, into: writer, options: options, now: { [unowned self] in 1_780_272_000_000_000 + time },
            ticks: { [unowned self] in time },
            notify: { [unowned self] in
                notices.append($0)
                trace?("\(time / 1000) ms \($0)")
            })
    }

    /// A commit that was under way when the follower was killed may still hold the lock for a moment.
    private static func writer(_ path: String) throws -> TrailWriter {
        for _ in 0..<500 {
            do { return try TrailWriter(path: path) } catch FileError.locked { usleep(10_000) }
        }
        return try TrailWriter(path: path)
    }

    /// One poll after another until there is nothing more to do.
    func poll() throws {
        var polls = 0
        while try follower?.poll() ?? false {
            polls += 1
            try #require(polls < 1000, "a follower that never comes to rest")
        }
    }

    /// A poll that looks up the files first.
    func discover() throws {
        follower?.discoverAgain()
        try poll()
    }

    /// Lets time go by, with four polls a second.
    func pass(seconds: Int64) throws {
        try polls(seconds: seconds)
        try settle()
    }

    /// The same without waiting for commits, of which some may fail.
    func polls(seconds: Int64) throws {
        let end = time + seconds * 1_000_000
        while time < end {
            time = min(end, time + 250_000)
            try poll()
        }
    }

    func settle() throws { try follower?.settle() }

    /// The process is killed: what is not committed is gone. A commit on its way, which a process would take along,
    /// holds the lock here until it is done.
    func kill() {
        try? follower?.settle()
        follower = nil
        writer = nil
    }

    @discardableResult
    func stop() throws -> IngestSummary {
        let summary = try follower?.finish() ?? IngestSummary()
        try writer?.close()
        kill()
        return summary
    }

    /// The stored tokens, sorted; a token stands in one line only, so that twice stored shows.
    func tokens() throws -> [String] {
        var found: [String] = []
        try Trail(reading: place.trail).scan(EventScan()) { events in
            for row in 0..<events.count { found.append(events[.tokenID][row] ?? "") }
        }
        return found.sorted()
    }

    func sources() throws -> [SourceRecord] { try Trail(reading: place.trail).catalog.sources() }
}
