import Columns
import Console
import Events
import Model
import Testing
import TestSupport

/// What holds for all input, tried on seeded input of many kinds.
struct EventLineProperties {
    @Test(arguments: 1...20)
    func `a written event reads back equal`(_ seed: UInt64) throws {
        var random = SeededRandom(seed)
        for _ in 0..<100 {
            let event = Made.event(&random)
            let line = written(event)
            let reading = Reading(line + "\n")
            var read = try #require(reading.allEvents.first, "\(line)")
            #expect(read[.source] == "auth.log")
            read.texts[.source] = nil
            #expect(read == event, "\(line)")
            #expect(reading.counts.flagged == 0, "\(line)")
            #expect(!line.utf8.contains { $0 < 0x20 || $0 == 0x7F }, "\(line)")
        }
    }

    @Test(arguments: 1...20)
    func `a line that was read and written reads the same again`(_ seed: UInt64) throws {
        var random = SeededRandom(seed)
        var stored = 0
        for _ in 0..<150 {
            let first = Reading(Made.line(&random) + "\n")
            guard let event = first.allEvents.first else { continue }
            stored += 1
            var second = try #require(Reading(written(event) + "\n").allEvents.first, "\(written(event))")
            // Unknown members of which one has the name of a field stand one deeper.
            if let extra = event[.extra], second[.extra] == "{\"extra\":\(extra)}" { second.texts[.extra] = extra }
            #expect(second == event, "\(written(event))")
            #expect(written(second) == written(event))
        }
        #expect(stored > 50)
    }

    @Test(arguments: 1...20)
    func `no name of a field stands twice in a line that is written`(_ seed: UInt64) throws {
        var random = SeededRandom(seed)
        let others: Set<EventField> = [.extra, .sourceID, .shape, .raw, .redacted, .sourceLength]
        let ours = Set(EventField.allCases.filter { !others.contains($0) }.map(\.name))
        var moved = 0
        for _ in 0..<150 {
            guard let event = Reading(Made.line(&random) + "\n").allEvents.first else { continue }
            let line = written(event, includesSource: true)
            // Numbers beyond a double stay as they came, and this parser refuses them.
            guard let names = try? JSONParser.parse(line).members?.map(\.key) else { continue }
            let twice = Dictionary(grouping: names) { $0 }.filter { $0.value.count > 1 }.keys
            #expect(ours.isDisjoint(with: twice), "\(line)")
            if names.last == "extra", event[.extra]?.hasPrefix("{\"extra\"") == false { moved += 1 }
        }
        #expect(moved > 10)
    }

    @Test(arguments: 1...30)
    func `how the input is cut into chunks changes nothing`(_ seed: UInt64) {
        var random = SeededRandom(seed)
        let text = (0..<60).map { _ in Made.line(&random) + "\n" }.joined()
        var bytes = Array(text.utf8)
        for _ in 0..<Int.random(in: 0...8, using: &random) {
            bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
        }
        let whole = Reading(bytes)
        for _ in 0..<4 {
            let cuts = (0..<Int.random(in: 1...40, using: &random)).map { _ in
                Int.random(in: 0...bytes.count, using: &random)
            }
            #expect(Reading(bytes, cuts: cuts.sorted()) == whole)
        }
        #expect(Reading(bytes, cuts: Array(1...min(bytes.count, 3000))) == whole)
    }

    @Test(arguments: 1...20)
    func `full batches change nothing about what is stored`(_ seed: UInt64) {
        var random = SeededRandom(seed)
        let bytes = Array((0..<400).map { _ in Made.line(&random) + "\n" }.joined().utf8)
        let whole = Reading(bytes)
        var limits = EventBatch.Limits()
        limits.rowsPerMonth = Int.random(in: 1...200, using: &random)
        limits.bytesPerMonth = Int.random(in: 1...9000, using: &random)
        limits.months = Int.random(in: 1...5, using: &random)
        limits.bytes = Int.random(in: 1...20_000, using: &random)
        #expect(Reading(bytes, limits: limits) == whole)
        #expect(Reading(bytes, cuts: Array(stride(from: 0, to: bytes.count, by: 97)), limits: limits) == whole)
    }

    @Test(arguments: 1...40)
    func `a damaged line is an event or in quarantine and costs its neighbors nothing`(_ seed: UInt64) {
        var random = SeededRandom(seed)
        let neighbor = Array("{\"ts\":1,\"event\":\"used\",\"token_id\":\"tok_1\",\"ip\":\"::1\"}\n".utf8)
        for _ in 0..<100 {
            var line = Array(Made.line(&random).utf8)
            Made.damage(&line, &random)
            let lines = line.split(separator: 0x0A, omittingEmptySubsequences: false).count
            let reading = Reading(neighbor + line + [0x0A] + neighbor)
            let counts = reading.counts
            #expect(counts.lines == lines + 2)
            #expect(counts.lines == counts.stored + counts.quarantined + counts.blank)
            #expect(reading.allEvents.filter { $0[.tokenID] == "tok_1" }.count == 2, "\(line)")
            #expect(reading.quarantined.reduce(0) { $0 + Int($1.length) } <= line.count)
        }
    }

    @Test(arguments: 1...10)
    func `every line is stored, quarantined or blank at its place`(_ seed: UInt64) {
        var random = SeededRandom(seed)
        var bytes: [UInt8] = []
        var starts: [Int64] = []
        for _ in 0..<200 {
            var line = Array(Made.line(&random).utf8)
            if random.chance(30) { Made.damage(&line, &random) }
            line.removeAll { $0 == 0x0A }
            if !line.allSatisfy({ [0x20, 0x09, 0x0D].contains($0) }) { starts.append(Int64(bytes.count)) }
            bytes += line + [0x0A]
        }
        let reading = Reading(bytes)
        let found = reading.allEvents.map(\.sourceOffset) + reading.quarantined.map(\.offset)
        #expect(found.sorted() == starts)
    }
}
