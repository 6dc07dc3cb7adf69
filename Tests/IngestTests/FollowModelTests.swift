import Catalog
import Foundation
import Ingest
import Model
import Testing
import TestSupport
import Trail
import TrailSupport

/// Random lists of what happens to a log, played to a follower on a real folder and to a model that knows which lines
/// must be stored. A list is its seed: `AUTHTRAIL_FOLLOW_LISTS=5000` plays so many.
struct FollowModelTests {
    static let lists = number("AUTHTRAIL_FOLLOW_LISTS") ?? 120
    /// Plays one list only.
    static let first = number("AUTHTRAIL_FOLLOW_SEED")

    private static func number(_ name: String) -> UInt64? {
        ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) }
    }

    @Test func `whatever happens to a log, no line is lost and none is stored twice`() throws {
        for seed in Self.first.map({ $0...$0 }) ?? 1...Self.lists {
            let play = try Play(seed)
            try play.run()
            #expect(
                play.twice.isEmpty && play.lost.isEmpty && play.faults.isEmpty,
                """
                seed \(seed): twice \(play.twice), lost \(play.lost), faults \(play.faults)
                \(play.steps.joined(separator: "\n"))
                \(play.sources.joined(separator: "\n"))
                """)
        }
    }
}

/// One list of events in the life of a log.
private final class Play {
    private let place = Place()
    private var random: SeededRandom
    private let followed: Followed
    private let disk: FailingDisk
    private var arrivals: [Arrival] = []
    private(set) var steps: [String] = []
    private(set) var twice: [String] = []
    private(set) var lost: [String] = []
    private(set) var faults: [String] = []
    private var count = 0
    /// Lines that were written whole.
    private var written: Set<String> = []
    /// Lines of the current file that may not be stored yet.
    private var unread: Set<String> = []
    /// Lines that exist only in files that have no name any more: they are lost if the follower dies now.
    private var fragile: Set<String> = []
    /// Lines that nobody could have saved.
    private var mayBeLost: Set<String> = []
    /// Lines of which the newline was never written.
    private var halves: Set<String> = []
    private var partial: (token: String, rest: String)?
    private var isRunning = true
    /// Whether the follower has met the current file.
    private var isMet = false
    /// Whether the log is known from an earlier commit. Before, nobody asks for what was rotated.
    private var isKnown = false
    private let isAlone: Bool

    init(_ seed: UInt64) throws {
        random = SeededRandom(seed)
        place.shell("mkdir logs && : > logs/a.log")
        let words = ["logs/a.log", "logs", "logs/a.log*"]
        isAlone = seed % 3 == 0
        followed = try Followed(place, words[Int(seed % 3)])
        disk = FailingDisk(place.trail)
        steps.append("follow \(words[Int(seed % 3)])")
        followed.trace = { [unowned self] in if FollowModelTests.first != nil { steps.append("  " + $0) } }
    }

    func run() throws {
        for _ in 0..<Int.random(in: 5...30, using: &random) { try step() }
        try mend()
        if !isRunning { try restart() }
        finishPartial()
        while !arrivals.isEmpty { send(all: true) }
        try followed.pass(seconds: 200)
        try followed.stop()
        let stored = try followed.tokens()
        twice = Dictionary(grouping: stored) { $0 }.filter { $0.value.count > 1 }.map(\.key).sorted()
        lost = written.subtracting(stored).subtracting(mayBeLost).sorted()
        let invented = Set(stored).subtracting(written).subtracting(halves)
        faults = invented.map { "stored but never written: \($0)" }
        faults += try Trail(reading: place.trail).verify().problems.map { "\($0)" }
    }

    /// What the catalog says about the sources, for whoever looks for the fault.
    var sources: [String] {
        ((try? followed.sources()) ?? []).map { source in
            "source \(source.id) \(source.path) inode \(source.inode ?? 0) \(source.start)...\(source.checkpoint)"
                + " of \(source.size), \(source.counts.stored) stored, \(source.ended?.rawValue ?? "open")"
        }
    }

    private func step() throws {
        switch Int.random(in: 0..<20, using: &random) {
        case 0...3: writeLines()
        case 4: writePartial()
        case 5, 6: try poll()
        case 7, 8: try pass()
        case 9: rename()
        case 10: copyAndTruncate()
        case 11: random.isTrue ? truncate() : delete()
        case 12: compress()
        case 15, 16: try disk.isFailing ? mend() : fail()
        case 17: beginCompressing()
        case 18: beginCopying()
        case 19: send(all: false)
        case 13: try isRunning ? halt() : restart()
        default: try isRunning ? halt() : restart(); if !isRunning { try restart() }
        }
    }

    private func say(_ step: String) { steps.append(step) }

    private func newLine() -> (token: String, line: String) {
        count += 1
        let token = "t\(count)"
        return (token, use(token, count))
    }

    private func writeLines() {
        finishPartial()
        let lines = (0..<Int.random(in: 1...5, using: &random)).map { _ in newLine() }
        say("write \(lines.map(\.token).joined(separator: " "))")
        place.append("logs/a.log", lines.map { $0.line + "\n" }.joined())
        for line in lines { note(line.token) }
    }

    private func note(_ token: String) {
        written.insert(token)
        unread.insert(token)
    }

    private func writePartial() {
        guard partial == nil else { return }
        let (token, line) = newLine()
        let cut = Int.random(in: 1...line.count, using: &random)
        say("write \(cut) of \(line.count) bytes of \(token)")
        place.append("logs/a.log", String(line.prefix(cut)))
        partial = (token, line.dropFirst(cut) + "\n")
    }

    private func finishPartial() {
        guard let (token, rest) = partial else { return }
        say("write the rest of \(token)")
        place.append("logs/a.log", rest)
        partial = nil
        note(token)
    }

    /// The current file gets no more: what was begun stays a half.
    private func leaveFile() {
        if isAlone, !isKnown, !(isRunning && isMet) { mayBeLost.formUnion(unread) }
        if let partial { halves.insert(partial.token) }
        partial = nil
        isMet = false
    }

    private func shift() {
        // Logs are rotated again when all of them are compressed.
        while arrivals.contains(where: { $0.original != nil }) { send(all: true) }
        for number in (1...20).reversed() {
            for ending in ["", ".gz"] {
                let (old, new) = ("logs/a.log.\(number)\(ending)", "logs/a.log.\(number + 1)\(ending)")
                guard FileManager.default.fileExists(atPath: place.path(old)) else { continue }
                try? FileManager.default.moveItem(atPath: place.path(old), toPath: place.path(new))
            }
        }
    }

    private func rename() {
        say("rename")
        shift()
        if random.isTrue { finishPartial() }
        place.shell("mv logs/a.log logs/a.log.1")
        if random.isTrue {
            // The writer opens the new file a little later.
            let late = newLine()
            say("write \(late.token) to the old file")
            if partial == nil {
                place.append("logs/a.log.1", late.line + "\n")
                note(late.token)
            }
        }
        leaveFile()
        unread = []
        place.shell(": > logs/a.log")
    }

    private func copyAndTruncate() {
        say("copy and truncate")
        finishPartial()
        shift()
        place.shell("cp logs/a.log logs/a.log.1 && : > logs/a.log")
        leaveFile()
        unread = []
    }

    private func truncate() {
        say("truncate")
        place.shell(": > logs/a.log")
        mayBeLost.formUnion(unread)
        leaveFile()
        unread = []
    }

    private func delete() {
        say("delete")
        if isRunning, isMet { fragile.formUnion(unread) } else { mayBeLost.formUnion(unread) }
        place.shell("rm logs/a.log; : > logs/a.log")
        leaveFile()
        unread = []
    }

    private func compress() {
        let number = Int.random(in: 1...3, using: &random)
        say("compress a.log.\(number)")
        place.shell("[ ! -e logs/a.log.\(number) ] || gzip -f logs/a.log.\(number)")
    }

    private func poll() throws {
        guard isRunning else { return }
        say("turn")
        try followed.discover()
        isMet = true
    }

    private func pass() throws {
        guard isRunning else { return }
        let seconds = Int64([2, 3, 5, 80].randomElement(using: &random)!)
        say("pass \(seconds) s")
        if disk.isFailing {
            // What was read is true only when writing works again.
            isMet = true
            return try followed.polls(seconds: seconds)
        }
        try followed.pass(seconds: seconds)
        isMet = true
        isKnown = true
        unread = []
        fragile = []
    }

    private func fail() throws {
        let kind = random.isTrue ? FailingDisk.Kind.segments : .catalog
        say("nothing can be written any more (\(kind))")
        if isRunning { try followed.settle() }
        try disk.fail(kind)
    }

    private func mend() throws {
        guard disk.isFailing else { return }
        say("writing works again")
        try disk.mend()
        guard isRunning else { return }
        // More than the longest patience.
        try followed.polls(seconds: 35)
        try followed.settle()
    }

    /// `gzip` begins to compress a rotation, which stays until all is written.
    private func beginCompressing() {
        let number = Int.random(in: 1...3, using: &random)
        let original = place.path("logs/a.log.\(number)")
        guard let arrival = Arrival(of: original, at: original + ".gz", place, removes: true) else { return }
        say("begin to compress a.log.\(number)")
        arrivals.append(arrival)
        send(all: false)
    }

    /// An archive of a rotation begins to come from elsewhere.
    private func beginCopying() {
        let number = Int.random(in: 1...3, using: &random)
        let archive = place.path("logs/a.log-202601\(10 + arrivals.count + steps.count % 80).gz")
        guard let arrival = Arrival(of: place.path("logs/a.log.\(number)"), at: archive, place, removes: false) else {
            return
        }
        say("begin to copy an archive of a.log.\(number)")
        arrivals.append(arrival)
        send(all: false)
    }

    private func send(all: Bool) {
        guard let place = arrivals.indices.randomElement(using: &random) else { return }
        say("send \(all ? "the rest" : "a part") of \(arrivals[place].name)")
        arrivals[place].send(all ? .max : Int.random(in: 1...80, using: &random))
        if arrivals[place].isComplete { arrivals.remove(at: place) }
    }

    private func halt() throws {
        if disk.isFailing || random.isTrue {
            say("kill")
            followed.kill()
            mayBeLost.formUnion(fragile)
            if isAlone, !isKnown { mayBeLost.formUnion(written.subtracting(unread)) }
        } else {
            say("stop")
            try followed.stop()
            isKnown = isKnown || isMet
        }
        fragile = []
        isRunning = false
        isMet = false
    }

    private func restart() throws {
        // A trail without a folder for segments is refused.
        if disk.kind == .segments { try mend() }
        say("start")
        try followed.start()
        isRunning = true
    }
}
