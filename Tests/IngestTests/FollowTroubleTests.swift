import Catalog
import Foundation
import Ingest
import Testing
import Trail
import TrailSupport

/// What goes wrong with some inputs, or with the trail, while others are followed.
struct FollowTroubleTests {
    let place = Place()

    @Test func `archives that are damaged in any way stop nothing, and each is told of once`() throws {
        place.shell("mkdir logs")
        place.write("logs/live.log", use("t1") + "\n")
        place.write("old", (0..<50).map { use("o\($0 + 10)", $0) + "\n" }.joined())
        place.shell(
            """
            gzip -c old > whole; size=$(stat -c %s whole)
            head -c $((size - 12)) whole > logs/cut.log.gz
            (head -c $((size - 8)) whole; printf '\\0\\0\\0\\0'; tail -c 4 whole) > logs/crc.log.gz
            (cat whole; printf 'garbage behind it') > logs/behind.log.gz
            cp old logs/plain.log.gz; : > logs/empty.log.gz
            """)
        let followed = try Followed(place, "logs")
        try followed.pass(seconds: 80)
        place.append("logs/live.log", use("t2") + "\n")
        try followed.pass(seconds: 2)
        #expect(Set(try followed.tokens()) == Set((0..<50).map { "o\($0 + 10)" } + ["t1", "t2"]))
        // All three that can be read hold the same lines.
        #expect(try followed.tokens().count == 52)
        let damaged = ["behind", "crc", "cut", "empty", "plain"].map { place.path("logs/\($0).log.gz") }
        #expect(try place.problems() == Dictionary(uniqueKeysWithValues: damaged.map { ($0, .damaged) }))
        try followed.pass(seconds: 300)
        #expect(followed.problems.sorted() == damaged)
        // Nobody can mend them, and what they have is stored.
        #expect(try followed.stop().problems.isEmpty)
        place.shell("rm logs/*.gz")
        try followed.start()
        try followed.pass(seconds: 2)
        #expect(try place.problems() == [:])
    }

    @Test func `a word that names nothing is told of, and forgotten when it appears`() throws {
        place.write("a.log", use("t1") + "\n")
        let followed = try Followed(place, "a.log", "later.log", "none/*.log")
        try followed.pass(seconds: 2)
        #expect(followed.problems == [place.path("later.log"), place.path("none/*.log")])
        #expect(try place.problems() == [place.path("later.log"): .missing, place.path("none/*.log"): .missing])
        place.write("later.log", use("t2") + "\n")
        // A log that is rotated is not there for a moment, which is nothing to tell.
        place.shell("mv a.log a.log.1")
        try followed.pass(seconds: 5)
        place.write("a.log", use("t3") + "\n")
        try followed.pass(seconds: 2)
        #expect(try followed.tokens() == ["t1", "t2", "t3"])
        #expect(followed.problems.count == 2)
        #expect(try followed.stop().problems.map(\.input) == [place.path("none/*.log")])
        #expect(try place.problems() == [place.path("none/*.log"): .missing])
    }

    @Test func `only a follower that looked says that there is nothing to follow`() throws {
        place.shell("mkdir logs")
        // Asked to stop as soon as it begins, it knows nothing yet.
        #expect(try Followed(place, "logs").stop().foundNothing == false)
        let followed = try Followed(place, "logs")
        try followed.pass(seconds: 1)
        #expect(try followed.stop().foundNothing)
        place.write("logs/a.log", use("t1") + "\n")
        try followed.start()
        try followed.pass(seconds: 2)
        // In the middle of a rotation.
        place.shell("rm logs/a.log")
        try followed.pass(seconds: 20)
        #expect(try followed.stop().foundNothing == false)
    }

    @Test func `a log of which no line is an event is told of once, as long as it is so`() throws {
        place.write("a.log", "no event\n")
        var options = Follower.Options()
        options.choice = .native
        let followed = try Followed(place, "a.log", options: options)
        try followed.pass(seconds: 2)
        place.append("a.log", "still none\n")
        try followed.pass(seconds: 2)
        let blind = followed.notices.compactMap { if case .blind(let path, _) = $0 { path } else { nil } }
        #expect(blind == [place.path("a.log")])
        #expect(try place.problems() == [place.path("a.log"): .blind])
        place.append("a.log", use("t1") + "\n")
        try followed.pass(seconds: 2)
        #expect(try place.problems() == [:])
    }

    @Test(arguments: [FailingDisk.Kind.segments, .catalog])
    func `commits that fail while a log rotates twice lose nothing and store nothing twice`(
        _ kind: FailingDisk.Kind
    ) throws {
        place.shell("mkdir logs")
        place.write("logs/a.log", use("t10") + "\n")
        let followed = try Followed(place, "logs")
        try followed.pass(seconds: 2)
        let disk = FailingDisk(place.trail)
        try disk.fail(kind)
        for turn in 1...3 {
            place.append("logs/a.log", use("t\(turn)1") + "\n")
            try followed.polls(seconds: 1)
            place.shell(
                "cd logs; for n in 3 2 1; do [ ! -e a.log.$n ] || mv a.log.$n a.log.$((n + 1)); done; mv a.log a.log.1")
            place.write("logs/a.log", use("t\(turn)2") + "\n")
            try followed.polls(seconds: 1)
        }
        // One of them has no name any more.
        place.shell("rm logs/a.log.2")
        try followed.polls(seconds: 1)
        try disk.mend()
        try followed.pass(seconds: 40)
        #expect(try followed.tokens() == ["t10", "t11", "t12", "t21", "t22", "t31", "t32"])
        let sources = try followed.sources()
        #expect(sources.map(\.generation) == [1, 2, 3, 4])
        #expect(Set(sources.map(\.inode)).count == 4)
        try followed.stop()
        #expect(try Trail(reading: place.trail).verify().problems.isEmpty)
    }

    @Test func `equal files that are met in the same moment are read once, plain and compressed`() throws {
        place.shell("mkdir logs")
        place.write("logs/a.log", (0..<20).map { use("t\($0 + 10)", $0) + "\n" }.joined())
        place.shell("cd logs; cp a.log b.log; gzip -c a.log > c.log.gz; gzip -c a.log > d.log.gz")
        let followed = try Followed(place, "logs")
        try followed.pass(seconds: 80)
        #expect(try followed.tokens() == (0..<20).map { "t\($0 + 10)" })
    }

    @Test(arguments: ["", "; gzip logs/*"])
    func `many files that are met in the same moment are committed together`(_ compressing: String) throws {
        place.shell("mkdir logs")
        for number in 100..<200 { place.write("logs/\(number).log", use("t\(number)") + "\n") }
        place.shell(":" + compressing)
        let followed = try Followed(place, "logs")
        try followed.pass(seconds: 15)
        #expect(try followed.tokens() == (100..<200).map { "t\($0)" })
        #expect(try Trail(reading: place.trail).catalog.segments().count == 1)
    }

    @Test func `a compressed file that ends within a line waits for the rest of it, but not for ever`() throws {
        let (first, second) = (use("t1") + "\n" + use("t2").prefix(20), use("t2").dropFirst(20) + "\n")
        place.write("first", String(first))
        place.write("second", String(second))
        place.shell("gzip -c first > a.log.gz; gzip -c first > b.log.gz")
        let followed = try Followed(place, "a.log.gz")
        try followed.pass(seconds: 15)
        #expect(try followed.tokens() == ["t1"])
        place.shell("gzip -c second >> a.log.gz")
        try followed.pass(seconds: 15)
        #expect(try followed.tokens() == ["t1", "t2"])
        #expect(try followed.sources().map(\.counts.lines) == [2])
        place.append("first", "x")
        place.shell("gzip -c first > a.log.gz")
        try followed.pass(seconds: 100)
        try followed.stop()
        #expect(try Trail(reading: place.trail).verify().problems.isEmpty)
    }

    @Test func `a file that cannot be held against what is stored waits, and the others go on`() throws {
        place.shell("mkdir logs")
        place.write("logs/a.log", (1...3).map { use("t\($0)") + "\n" }.joined())
        try place.ingest(place.path("logs"))
        // What was stored cannot be read; the copy ends before what was read.
        place.shell(
            """
            f=$(ls trail/segments/*/*.parquet); cp $f kept; head -c 100 kept > $f
            head -n 2 logs/a.log > logs/a.log.1
            """)
        place.write("logs/b.log", use("t9") + "\n")
        let followed = try Followed(place, "logs")
        try followed.pass(seconds: 3)
        #expect(try place.problems() == [place.path("logs/a.log.1"): .uncertain])
        place.shell("cat kept > $(ls trail/segments/*/*1.parquet)")
        try followed.pass(seconds: 90)
        #expect(try followed.tokens() == ["t1", "t2", "t3", "t9"])
        #expect(try place.problems() == [:])
    }
}

extension Followed {
    /// The inputs of which something was told that is wrong, in the order in which it was told.
    var problems: [String] {
        notices.compactMap { if case .problem(let path, _) = $0 { path } else { nil } }
    }
}
