import Catalog
import Events
import Foundation
import Ingest
import Model
import Testing
import TestSupport
import Trail
import TrailSupport

/// Random redeliveries against a plain model: the set of distinct lines.
struct DeliveryModelTests {
    /// A few hundred lines over three months, some with one id and other words, with blank lines and lines that are no
    /// events between them.
    private static func lines() -> [String] {
        (0..<200).map { number in
            // Some have kind, time and id alike.
            if number % 17 == 0 { return failure("one", month: 3, rest: ",\"note\":\"\(number)\"") }
            let rest = number % 23 == 0 ? ",\"x\":  1.50" : ""
            return failure("id\(number)", number / 3 * 40, month: 3 + number % 3, rest: rest)
        }
    }

    private static func file(_ lines: [String], _ random: inout SeededRandom) -> String {
        var text = ""
        var next = Int.random(in: 0..<200, using: &random)
        for _ in 0..<Int.random(in: 0..<120, using: &random) {
            switch Int.random(in: 0..<12, using: &random) {
            case 0: next = Int.random(in: 0..<200, using: &random)
            case 1: text += ["\n", "  \n", "no event\n"].randomElement(using: &random)!
            default: break
            }
            text += lines[next % 200] + "\n"
            if Int.random(in: 0..<10, using: &random) == 0 { text += lines[next % 200] + "\n" }
            next += 1
        }
        return text
    }

    @Test(arguments: 0..<12)
    func `whatever is delivered again, each line is stored once and each file comes back`(seed: UInt64) throws {
        var random = SeededRandom(seed)
        let place = Place(), lines = Self.lines()
        var delivered: Set<String> = [], names: [String] = []
        for round in 0..<6 {
            var limits = IngestLimits()
            limits.chunkBytes = [200, 1000, 1 << 20].randomElement(using: &random)!
            limits.rowsPerBatch = [3, 50, 32_768].randomElement(using: &random)!
            limits.batchRows = [7, 64, 1 << 20].randomElement(using: &random)!
            for file in 0..<Int.random(in: 1...2, using: &random) {
                let name = "\(round)-\(file).log"
                // Its first line tells a file from all others.
                let text = failure(name, 1) + "\n" + Self.file(lines, &random)
                place.write(name, text)
                names.append(name)
                delivered.formUnion(Self.events(text))
            }
            if Int.random(in: 0..<3, using: &random) == 0 {
                let text = Self.file(lines, &random)
                place.append(names.randomElement(using: &random)!, text)
                delivered.formUnion(Self.events(text))
            }
            try place.ingestAgain(names, limits: limits)
            if Int.random(in: 0..<3, using: &random) == 0 { try place.merge() }
        }
        #expect(try place.storedLines() == delivered.sorted())
        try expectBack(place, names)
        #expect(try place.faults() == [])
        let sources = try Trail(reading: place.trail).catalog.sources()
        for source in sources {
            #expect(
                source.counts.lines == source.counts.stored + source.counts.quarantined + source.counts.blank
                    + source.counts.duplicate)
        }
    }

    private static func events(_ text: String) -> [String] {
        text.split(separator: "\n").map(String.init).filter { $0.hasPrefix("{") }
    }

    private func expectBack(_ place: Place, _ names: [String]) throws {
        for name in names where try !place.content(name).isEmpty {
            #expect(try place.givenBack(name) == place.content(name), "\(name)")
        }
    }
}
