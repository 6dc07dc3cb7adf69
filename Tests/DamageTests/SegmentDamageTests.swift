import Foundation
import FuzzProperties
import Testing
import TestSupport

/// Segments that are damaged, or prepared by somebody who also makes the checksums right, read by everything that reads
/// them. `AUTHTRAIL_FUZZ_ROUNDS` says how many points are tried. What must come of each is an answer or an error with an
/// exit code: a trap would end these tests.
struct SegmentDamageTests {
    private static let rounds = ProcessInfo.processInfo.environment["AUTHTRAIL_FUZZ_ROUNDS"].flatMap { Int($0) } ?? 24

    /// Damages a segment, asks some questions, and sometimes does what changes the trail.
    private func hold(seed: UInt64, _ damage: (inout SeededRandom, [UInt8]) throws -> (bytes: [UInt8], what: String))
        throws
    {
        let trail = try DamagedTrail()
        var dice = SeededRandom(seed)
        for round in 0..<Self.rounds {
            let file = trail.segments[dice.below(trail.segments.count)]
            let (bytes, what) = try damage(&dice, trail.bytes(file))
            try trail.write(file, bytes)
            func point() -> String { "seed \(seed), round \(round), \(file): \(what)" }
            if ProcessInfo.processInfo.environment["AUTHTRAIL_FUZZ_TELL"] != nil { print(point()) }
            for _ in 0..<3 { trail.ask(trail.questions[dice.below(trail.questions.count)], point()) }
            if round % 8 == 0 {
                trail.ask(["verify", "-q", "--output", "/dev/null"], point())
                trail.ask(trail.changes[dice.below(trail.changes.count)], point())
                trail.ask(trail.questions[dice.below(trail.questions.count)], point())
                try trail.restore()
            } else {
                try trail.write(file, trail.bytes(file))
            }
        }
    }

    @Test(arguments: [UInt64(1), 2])
    func `a flipped bit of a segment ends nothing but the question`(seed: UInt64) throws {
        try hold(seed: seed) { dice, bytes in
            var bytes = bytes
            let at = dice.below(bytes.count), bit = dice.below(8)
            bytes[at] ^= 1 << UInt8(bit)
            return (bytes, "bit \(bit) of byte \(at)")
        }
    }

    @Test(arguments: [UInt64(3), 4, 5])
    func `a segment that was prepared, with all checksums right, ends nothing but the question`(seed: UInt64) throws {
        try hold(seed: seed) { dice, bytes in
            var forgery = try Forgery(bytes)
            let what = forgery.change(&dice)
            return (forgery.bytes(), what)
        }
    }

    @Test func `taken apart and put together, a segment says what it said`() throws {
        let trail = try DamagedTrail()
        for file in trail.segments { try trail.write(file, Forgery(trail.bytes(file)).bytes()) }
        // A log of which lines were dropped is not given back, and the hash of the file is another one.
        for question in trail.questions where question[0] != "verify" && !question.contains(trail.logs[0]) {
            #expect(DamagedTrail.run(question, trail: trail.trail) == 0, "\(question)")
        }
        #expect(DamagedTrail.run(["rebuild", "--force", "-q", "--output", "/dev/null"], trail: trail.trail) == 0)
        #expect(DamagedTrail.run(["verify", "-q", "--output", "/dev/null"], trail: trail.trail) == 0)
    }
}
