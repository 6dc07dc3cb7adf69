package import Catalog
internal import Columns
package import Events
internal import Foundation
package import Ingest
package import Rollups
internal import Trail
internal import TestSupport

/// A folder with logs and a trail, gone with its owner.
package final class Place {
    package let folder: String
    package var trail: String { folder + "/trail" }

    package init() {
        folder = NSTemporaryDirectory() + "authtrail-ingest-" + UUID().uuidString
        try! FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    package func path(_ name: String) -> String { folder + "/" + name }

    @discardableResult package func write(_ name: String, _ text: String) -> String {
        try! Data(text.utf8).write(to: URL(fileURLWithPath: path(name)))
        return path(name)
    }

    package func append(_ name: String, _ text: String) { append(name, bytes: Array(text.utf8)[...]) }

    package func append(_ name: String, bytes: ArraySlice<UInt8>) {
        let handle = FileHandle(forWritingAtPath: path(name))!
        handle.seekToEndOfFile()
        handle.write(Data(bytes))
        try! handle.close()
    }

    package func shell(_ command: String) {
        try! Command(shell: command, in: folder).run()
    }

    /// What runs of ingestion take for now: 2026-06-01T00:00:00Z, before any file of a test was written.
    package var clock: Int64 = 1_780_272_000_000_000
    /// Long after that: 2096.
    package static let farAhead: Int64 = 3_976_272_000_000_000

    /// One run of ingestion, of our own format unless a test says otherwise: of lines that are no events nobody else can
    /// tell what they are.
    @discardableResult
    package func ingest(
        _ words: String..., final: Bool = false, choice: SourceChoice.Word = .native,
        limits: IngestLimits = IngestLimits()
    ) throws -> IngestSummary {
        let writer = try TrailWriter(path: trail)
        return try Ingestor(
            writer, choice: choice, takesUnfinishedLines: final, limits: limits, now: { [clock] in clock }
        ).ingest(Inputs.resolve(words))
    }

    /// What the catalog keeps of inputs that could not be read.
    package func problems() throws -> [String: InputProblem.Kind] {
        try Trail(reading: trail).catalog.inputProblems().reduce(into: [:]) { $0[$1.path] = $1.kind }
    }

    /// The stored tokens, sorted.
    package func tokens() throws -> [String] {
        try lines().compactMap { line in
            line.firstRange(of: "\"token_id\":\"").map { String(line[$0.upperBound...].prefix { $0 != "\"" }) }
        }.sorted()
    }

    /// Who was let in from where with what on which days, over all segments.
    private static func principals(_ trail: Trail) throws -> [String] {
        var days: [String: UInt32] = [:]
        let isWhole = try trail.catalog.principalDays(in: 0...2_000_000) { block in
            days.merge(block.daysByName, uniquingKeysWith: |)
        }
        precondition(isWhole, "each segment has its rollup")
        return days.map { "\($0.key) \(String($0.value, radix: 2))" }.sorted()
    }

    /// Everything that a reader can know, apart from where it lies and what number a token has.
    package func facts(withLines: Bool = true) throws -> [String] {
        let opened = try Trail(reading: trail)
        let names = try opened.catalog.tokenNames().map { String(decoding: $0, as: UTF8.self) }
        var facts = try lines()
        for source in try opened.catalog.sources() {
            facts.append("\(source)")
            guard withLines else { continue }
            var lines = try SourceLines(of: source, in: opened), all: [UInt8] = []
            while let bytes = try lines.next() { all += bytes }
            facts.append(String(decoding: all, as: UTF8.self))
        }
        for day in try opened.catalog.daysWithUses() {
            var uses: [String: (UInt32, Int64, Int64)] = [:]
            for piece in try opened.catalog.tokenDays(on: day) {
                for (row, token) in piece.tokens.enumerated() {
                    let old = uses[names[Int(token)]] ?? (0, .max, .min)
                    uses[names[Int(token)]] = (
                        old.0 + piece.uses[row], min(old.1, piece.first[row]), max(old.2, piece.last[row])
                    )
                }
            }
            facts.append("\(day) \(uses.sorted { $0.key < $1.key })")
        }
        for day in try opened.catalog.daysWithFailures() {
            var failures: [String: UInt32] = [:]
            for piece in try opened.catalog.ipHours(on: day) {
                for row in 0..<piece.count {
                    failures["\(piece.ips[row]) \(piece.hours[row])", default: 0] += piece.failures.reduce(0) {
                        $0 + $1[row]
                    }
                }
            }
            facts.append("\(day) \(failures.sorted { $0.key < $1.key })")
        }
        facts += try Self.principals(opened)
        facts.append("\(try opened.catalog.eventsByDay(of: .all))")
        for name in names.sorted() {
            guard let number = try opened.catalog.number(ofToken: name),
                var life = try opened.catalog.life(ofToken: number)
            else { continue }
            life.number = 0
            facts.append("\(life)")
        }
        return facts
    }

    /// The stored events as canonical lines, in stored order.
    package func lines() throws -> [String] {
        var bytes: [UInt8] = []
        try Trail(reading: trail).scan(EventScan()) { columns in
            for row in 0..<columns.count { EventLineWriter().append(columns, row: row, to: &bytes) }
        }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }
}

/// `{"ts":…,"event":"used","token_id":…}` `second` seconds and `micros` microseconds after midnight of 1 May 2026.
package func use(_ token: String, _ second: Int = 0, micros: Int = 0) -> String {
    let time = Timestamp.text(1_777_593_600_000_000 + Int64(second) * 1_000_000 + Int64(micros))
    return "{\"ts\":\"\(time)\",\"event\":\"used\",\"token_id\":\"\(token)\"}"
}

extension PrincipalDays {
    /// The days of each combination as bits, under a name that says all of it.
    package var daysByName: [String: UInt32] {
        let named = (0..<count).map { row in
            let who = Int(principal[row])
            let name =
                "\(firstDay) \(isToken[who]) \(principals.string(at: who)) "
                + "\(networks.string(at: Int(network[row]))) \(programs.string(at: Int(program[row])))"
            return (name, days[row])
        }
        return Dictionary(named, uniquingKeysWith: |)
    }
}
