import Catalog
import Events
import Foundation
import GRDB
import Ingest
import Model
import Testing
import Trail
import TrailSupport

struct FollowTests {
    let place = Place()

    @Test func `what is appended is stored after the flush interval`() throws {
        place.write("a.log", use("t1") + "\n")
        let followed = try Followed(place, "a.log")
        try followed.pass(seconds: 1)
        #expect(try followed.tokens() == ["t1"])
        place.append("a.log", use("t2") + "\n")
        try followed.poll()
        #expect(try followed.tokens() == ["t1"])
        try followed.pass(seconds: 1)
        #expect(try followed.tokens() == ["t1", "t2"])
        #expect(try followed.stop().counts.stored == 2)
    }

    @Test func `a line counts when its newline is there`() throws {
        place.write("a.log", use("t1"))
        let followed = try Followed(place, "a.log")
        try followed.pass(seconds: 300)
        #expect(try followed.tokens() == [])
        place.append("a.log", "\n")
        try followed.pass(seconds: 1)
        #expect(try followed.tokens() == ["t1"])
    }

    @Test func `a commit that fails is told of though no line follows, and is made again`() throws {
        place.write("a.log", use("t1") + "\n")
        let followed = try Followed(place, "a.log")
        try followed.pass(seconds: 1)
        let catalog = try DatabaseQueue(path: place.trail + "/catalog.sqlite")
        try catalog.writeWithoutTransaction { db in
            try db.execute(
                sql: """
                    CREATE TRIGGER refusal BEFORE INSERT ON batches BEGIN SELECT RAISE(FAIL, 'the disk is full'); END
                    """)
        }
        place.append("a.log", use("t2") + "\n")
        // The commit fails while the follower has long gone on to wait for lines.
        #expect(throws: CatalogError.self) { try followed.pass(seconds: 1) }
        try followed.poll()
        let told = followed.notices.contains { if case .blocked = $0 { true } else { false } }
        #expect(told)
        try catalog.writeWithoutTransaction { db in try db.execute(sql: "DROP TRIGGER refusal") }
        try followed.pass(seconds: 3)
        #expect(try followed.tokens() == ["t1", "t2"])
    }

    @Test func `files that appear later are found, also in a folder`() throws {
        try FileManager.default.createDirectory(atPath: place.path("logs"), withIntermediateDirectories: true)
        let followed = try Followed(place, "logs", "later.log", "x*.log")
        try followed.pass(seconds: 2)
        place.write("logs/a.log", use("t1") + "\n")
        place.write("later.log", use("t2") + "\n")
        place.write("x9.log", use("t3") + "\n")
        try followed.pass(seconds: 2)
        #expect(try followed.tokens() == ["t1", "t2", "t3"])
    }

    @Test func `a log that is renamed is read to its end, and the new one from its beginning`() throws {
        place.write("a.log", use("t1") + "\n")
        let followed = try Followed(place, "a.log")
        try followed.pass(seconds: 1)
        place.append("a.log", use("t2") + "\n")
        place.shell("mv a.log a.log.1")
        place.append("a.log.1", use("t3") + "\n")
        place.write("a.log", use("t4") + "\n")
        try followed.pass(seconds: 2)
        // The writer has not yet opened the new file.
        place.append("a.log.1", use("t5") + "\n" + use("t6"))
        try followed.pass(seconds: 2)
        #expect(try followed.tokens() == ["t1", "t2", "t3", "t4", "t5"])
        try followed.pass(seconds: 70)
        #expect(try followed.tokens() == ["t1", "t2", "t3", "t4", "t5", "t6"])
        let sources = try followed.sources()
        #expect(sources.map(\.ended) == [.rotated, nil])
        #expect(sources.map(\.generation) == [1, 2])
        #expect(Set(sources.map(\.log)).count == 1)
        #expect(sources.map(\.counts.flagged) == [1, 0])
    }

    @Test func `a log that is deleted is read to its end`() throws {
        place.write("a.log", use("t1") + "\n")
        let followed = try Followed(place, "a.log")
        try followed.poll()
        place.append("a.log", use("t2") + "\n")
        place.shell("rm a.log")
        place.write("a.log", use("t3") + "\n")
        try followed.pass(seconds: 70)
        #expect(try followed.tokens() == ["t1", "t2", "t3"])
        #expect(try followed.sources().map(\.ended) == [.deleted, nil])
    }

    @Test func `a log that is copied and truncated is read once, its copy not again`() throws {
        place.write("a.log", use("t1") + "\n" + use("t2") + "\n")
        let followed = try Followed(place, "a.log", "a.log.1")
        try followed.pass(seconds: 1)
        place.append("a.log", use("t3") + "\n")
        place.shell("cp a.log a.log.1")
        // The copy is there, the original is not truncated yet, and grows.
        try followed.pass(seconds: 3)
        place.append("a.log", use("t4") + "\n")
        try followed.pass(seconds: 1)
        place.shell(": > a.log")
        place.append("a.log", use("t5") + "\n")
        try followed.pass(seconds: 100)
        #expect(try followed.tokens() == ["t1", "t2", "t3", "t4", "t5"])
        #expect(try followed.sources().first?.ended == .truncated)
        #expect(try followed.sources().map(\.lost) == [0, 0, 0])
    }

    @Test(arguments: ["a.log", "."])
    func `a log that was truncated, written to and copied before anything of it was read is read once`(_ word: String)
        throws
    {
        place.write("a.log", use("t1") + "\n")
        let followed = try Followed(place, word)
        try followed.pass(seconds: 1)
        place.shell("cp a.log a.log.1 && : > a.log")
        try followed.pass(seconds: 1)
        place.append("a.log", use("t2") + "\n" + use("t3") + "\n")
        place.shell("cp a.log a.log.2")
        // Files are looked up before any is read.
        try followed.discover()
        try followed.pass(seconds: 3)
        place.shell(": > a.log")
        place.append("a.log", use("t4") + "\n")
        try followed.pass(seconds: 100)
        #expect(try followed.tokens() == ["t1", "t2", "t3", "t4"])
    }

    @Test(arguments: [false, true])
    func `a copy that is met while it is still being written is not read again`(_ isTruncated: Bool) throws {
        place.write("a.log", (1...4).map { use("t\($0)") + "\n" }.joined())
        let followed = try Followed(place, "a.log", "a.log.1")
        try followed.pass(seconds: 1)
        // A copy grows piece by piece, and a piece need not end with a line.
        place.shell("head -n 2 a.log > a.log.1")
        try followed.pass(seconds: 3)
        place.shell("head -c \(use("t1").utf8.count * 3 + 20) a.log > part && cat part > a.log.1")
        place.append("a.log", use("t5") + "\n")
        try followed.pass(seconds: 3)
        place.shell("cat a.log > a.log.1")
        place.append("a.log", use("t6") + "\n")
        try followed.pass(seconds: 3)
        if isTruncated {
            place.shell(": > a.log")
            place.append("a.log", use("t7") + "\n")
        } else {
            place.append("a.log", use("t7") + "\n")
        }
        try followed.pass(seconds: 100)
        let found = try followed.tokens()
        #expect(found == (1...7).map { "t\($0)" })
    }

    @Test func `a truncated log whose copy holds what was not read goes on in the copy`() throws {
        place.write("a.log", use("t1") + "\n")
        let followed = try Followed(place, "a.log", "a.log.1")
        try followed.pass(seconds: 1)
        place.append("a.log", use("t2") + "\n")
        place.shell("cp a.log a.log.1 && : > a.log")
        try followed.pass(seconds: 2)
        place.append("a.log", use("t3") + "\n")
        try followed.pass(seconds: 2)
        #expect(try followed.tokens() == ["t1", "t2", "t3"])
    }

    @Test func `a log that was truncated and has grown past the checkpoint is read from its beginning`() throws {
        place.write("a.log", use("t1") + "\n")
        let followed = try Followed(place, "a.log")
        try followed.pass(seconds: 1)
        place.shell(": > a.log")
        place.append("a.log", use("u1", 1) + "\n" + use("u2", 2) + "\n" + use("u3", 3) + "\n")
        try followed.pass(seconds: 2)
        #expect(try followed.tokens() == ["t1", "u1", "u2", "u3"])
        #expect(try followed.sources().map(\.ended) == [.rewritten, nil])
    }

    @Test func `a compressed rotation is no new log, and one that is being written waits`() throws {
        place.write("a.log", (0..<50).map { use("t\($0 + 100)", $0) + "\n" }.joined())
        let followed = try Followed(place, "a.log*")
        try followed.pass(seconds: 1)
        place.append("a.log", use("t150") + "\n")
        place.shell("mv a.log a.log.1 && gzip -k a.log.1 && head -c 60 a.log.1.gz > part && mv part a.log.1.gz")
        place.write("a.log", use("t200") + "\n")
        try followed.pass(seconds: 10)
        place.shell("rm a.log.1.gz && gzip a.log.1")
        try followed.pass(seconds: 100)
        #expect(try followed.tokens() == (100...150).map { "t\($0)" } + ["t200"])
    }

    @Test func `what was rotated three times while nobody followed is found beside the log`() throws {
        place.write("a.log", use("t1") + "\n")
        let followed = try Followed(place, "a.log")
        try followed.pass(seconds: 1)
        try followed.stop()
        place.append("a.log", use("t2") + "\n")
        place.shell("gzip -c a.log > a.log.3.gz && rm a.log")
        place.write("a.log.2", use("t3") + "\n")
        place.write("a.log.1", use("t4") + "\n")
        place.write("a.log", use("t5") + "\n")
        try followed.start()
        try followed.pass(seconds: 5)
        #expect(try followed.tokens() == ["t1", "t2", "t3", "t4", "t5"])
        let sources = try followed.sources()
        #expect(sources.allSatisfy { $0.ended != .missing }, "\(sources)")
    }

    @Test func `a generation that is gone is counted with the bytes that were known to be unread`() throws {
        place.write("a.log", use("t1") + "\n" + "half a line")
        let followed = try Followed(place, "a.log")
        try followed.pass(seconds: 1)
        try followed.stop()
        place.write("other", use("t2") + "\n")
        place.shell("mv other a.log")
        try followed.start()
        try followed.pass(seconds: 1)
        let gone = try #require(try followed.sources().first)
        #expect(gone.ended == .missing)
        #expect(gone.lost == 11)
    }

    @Test func `a log that was copied and truncated while nobody followed goes on in its copy`() throws {
        place.write("a.log", "")
        let followed = try Followed(place, "a.log*")
        try followed.pass(seconds: 1)
        place.append("a.log", use("t1") + "\n" + use("t2") + "\n")
        try followed.pass(seconds: 2)
        followed.kill()
        place.append("a.log", use("t3") + "\n")
        place.shell("cp a.log a.log.1 && : > a.log")
        try followed.start()
        try followed.pass(seconds: 5)
        #expect(try followed.tokens() == ["t1", "t2", "t3"])
    }

    @Test func `a killed follower goes on at its last commit`() throws {
        place.write("a.log", use("t1") + "\n")
        let followed = try Followed(place, "a.log")
        try followed.pass(seconds: 1)
        place.append("a.log", use("t2") + "\n")
        try followed.poll()
        followed.kill()
        place.append("a.log", use("t3") + "\n")
        try followed.start()
        try followed.pass(seconds: 1)
        #expect(try followed.tokens() == ["t1", "t2", "t3"])
    }

    @Test func `a hole of zero bytes is one line of quarantine and costs the lines behind it nothing`() throws {
        place.write("a.log", use("t1") + "\n")
        let followed = try Followed(place, "a.log")
        try followed.pass(seconds: 1)
        place.shell("truncate -s 0 a.log && truncate -s 3M a.log")
        try followed.pass(seconds: 1)
        #expect(try followed.tokens() == ["t1"])
        place.append("a.log", use("t2") + "\n")
        try followed.pass(seconds: 2)
        #expect(try followed.tokens() == ["t1", "t2"])
        #expect(try followed.sources().map(\.counts.quarantined) == [0, 1])
        try followed.stop()
        #expect(try Trail(reading: place.trail).verify().problems.isEmpty)
    }

    @Test func `one file under several names is read once`() throws {
        place.write("a.log", use("t1") + "\n")
        place.shell("ln a.log b.log && ln -s a.log c.log && ln -s nowhere d.log && ln -s e.log e.log && mkfifo f.log")
        let followed = try Followed(place, "*.log", "a.log")
        try followed.pass(seconds: 3)
        #expect(try followed.tokens() == ["t1"])
        place.shell("rm c.log && ln -s g.txt c.log")
        place.write("g.txt", use("t2") + "\n")
        place.append("a.log", use("t3") + "\n")
        try followed.pass(seconds: 3)
        #expect(try followed.tokens() == ["t1", "t2", "t3"])
        let told = followed.notices.filter { if case .problem = $0 { true } else { false } }
        #expect(told.count == 1, "the pipe, once")
    }

    private func used(_ day: String, _ token: String) -> String {
        #"{"ts":"\#(day)T08:00:00Z","event":"used","token_id":"\#(token)"}"# + "\n"
    }

    private func keeping60Days() throws -> Followed {
        var options = Follower.Options()
        options.keep = 60 * Timestamp.day
        return try Followed(place, "a.log", options: options)
    }

    /// The clock of `Followed` begins on 1 June 2026.
    @Test func `months older than it is to keep are dropped while it reads on`() throws {
        place.write("a.log", used("2026-05-31", "c"))
        let followed = try keeping60Days()
        try followed.pass(seconds: 2)
        place.append("a.log", used("2026-02-03", "old") + used("2026-03-30", "b"))
        try followed.pass(seconds: 2)
        #expect(try followed.tokens() == ["b", "c", "old"])
        // Looked at again after an hour: 60 days before are in April.
        try followed.pass(seconds: 3600)
        #expect(try followed.tokens() == ["c"])
        place.append("a.log", used("2026-06-01", "d"))
        try followed.pass(seconds: 2)
        #expect(try followed.tokens() == ["c", "d"])
        let dropped = followed.notices.compactMap { notice in
            if case .pruned(let plan) = notice { plan.months.map(\.month) } else { nil }
        }
        #expect(dropped == [[673, 674]])
        try followed.stop()
        #expect(try Trail(reading: place.trail).verify().problems.isEmpty)
    }

    @Test func `a newest event long ago keeps what a clock that runs ahead would drop`() throws {
        place.write("a.log", used("2025-03-01", "a"))
        let followed = try keeping60Days()
        try followed.pass(seconds: 3700)
        #expect(try followed.tokens() == ["a"])
    }

    @Test func `a missing segment ends the dropping and not the reading`() throws {
        place.write("a.log", used("2026-05-31", "b"))
        let followed = try keeping60Days()
        try followed.pass(seconds: 2)
        place.append("a.log", used("2026-02-03", "a"))
        try followed.pass(seconds: 2)
        try FileManager.default.removeItem(atPath: place.trail + "/segments/month=2026-02")
        try followed.pass(seconds: 3700)
        place.append("a.log", used("2026-06-01", "c"))
        try followed.pass(seconds: 2)
        try followed.stop()
        #expect(try Trail(reading: place.trail).catalog.sources().map(\.counts.stored) == [3])
        let told = followed.notices.contains { if case .problem = $0 { true } else { false } }
        #expect(told)
    }
}
