import Columns
import Events
import MappingFiles
import Model
import TestSupport
import Testing

@testable import Mappings

/// The mappings that are built in, each with its sample.
struct ShippedMappingTests {
    static let names = MappingFiles.all.map(\.name)

    private func sample(_ name: String) throws -> (mapping: Mapping, records: [UInt8], events: [UInt8]) {
        let mapping = try #require(Mapping.named(name))
        let sample = try #require(Mapping.sample(of: name))
        return (mapping, sample.records, sample.events)
    }

    @Test func `every file compiles, is called by its name and says what it reads`() throws {
        for file in MappingFiles.all {
            let mapping = try Mapping(String(decoding: file.text, as: UTF8.self), file: file.name)
            #expect(mapping.name == file.name)
            #expect(!mapping.title.isEmpty && mapping.about.hasSuffix("."), "\(file.name)")
        }
        #expect(Mapping.shipped.count == MappingFiles.all.count)
    }

    @Test(arguments: names)
    func `a sample gives the events that stand beside it`(_ name: String) throws {
        let (mapping, records, events) = try sample(name)
        let lines = MappingTrial(mapping, records, reference: MappingTrial.sampleReference).lines
        #expect(lines == String(decoding: events, as: UTF8.self).split(separator: "\n").map(String.init))
        #expect(lines.count >= 4)
    }

    @Test(arguments: names)
    func `a sample is recognized as what it is, and as nothing else`(_ name: String) throws {
        let (_, records, _) = try sample(name)
        guard case .mapped(let mapping, _) = Recognition(of: records.span.bytes, isAll: true, among: Mapping.shipped)
        else {
            Issue.record("\(name) is \(Recognition(of: records.span.bytes, isAll: true, among: Mapping.shipped))")
            return
        }
        #expect(mapping.name == name)
    }

    @Test(arguments: names)
    func `each event of a sample is an event of ours, with its record`(_ name: String) throws {
        let (mapping, records, events) = try sample(name)
        let expected = String(decoding: events, as: UTF8.self).split(separator: "\n")
        let batch = Reading(mapping, records).batch
        #expect(batch.counts.stored == Int64(expected.count { $0.hasPrefix("{") }))
        #expect(batch.counts.unmapped == Int64(expected.count { $0.hasPrefix("unmapped") }))
        let quarantined = expected.count { $0.hasPrefix("quarantined") }
        #expect(batch.counts.quarantined == Int64(quarantined))
        #expect(batch.counts.skipped == Int64(expected.count { !$0.hasPrefix("{") } - quarantined))
        #expect(batch.counts.flagged <= batch.counts.stored)
        for month in batch.months {
            let columns = try #require(batch[month])
            for row in 0..<columns.count {
                let raw = try #require(columns[.raw].bytes(at: row))
                let start = Int(columns.sourceOffset[row])
                let there = records[start..<start + raw.count].map { $0 == 0x0A ? 0x20 : $0 }
                #expect(there == Array(raw))
            }
        }
    }

    @Test(arguments: names)
    func `chunks of any size give the same events`(_ name: String) throws {
        let (mapping, records, _) = try sample(name)
        let whole = Reading(mapping, records)
        for size in [1, 7, 100, 1000] {
            let cut = Reading(mapping, records, chunk: size)
            #expect(cut.lines == whole.lines, "\(size)")
            #expect(cut.batch.counts == whole.batch.counts, "\(size)")
        }
    }

    @Test(arguments: names)
    func `no change of a record breaks anything, and each is counted`(_ name: String) throws {
        let (mapping, records, _) = try sample(name)
        var random = SeededRandom(UInt64(name.count))
        for _ in 0..<300 {
            var bytes = records
            for _ in 0...random.below(4) {
                let place = random.below(bytes.count)
                switch random.below(4) {
                case 0: bytes[place] = UInt8(random.below(256))
                case 1: bytes.remove(at: place)
                case 2: bytes.removeSubrange(place..<min(bytes.count, place + random.below(200)))
                default: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + random.below(60))], at: place)
                }
            }
            let counts = Reading(mapping, bytes, chunk: 1 + random.below(3000)).batch.counts
            #expect(counts.lines == counts.stored + counts.quarantined + counts.skipped + counts.blank)
        }
    }
}

/// What the first records show.
struct RecognitionTests {
    private static let okta = #"{"published":"2026-04-26T00:00:00Z","eventType":"a","actor":{"id":"u"},"outcome":{}}"#
    private static let other = #"{"eventName":"A","eventSource":"s","userIdentity":{"type":"x"}}"#

    private func mapping(_ lines: [String]) -> String? {
        let bytes = Array(lines.joined(separator: "\n").utf8)
        guard case .mapped(let mapping, _) = Recognition(of: bytes.span.bytes, isAll: true, among: Mapping.shipped)
        else { return nil }
        return mapping.name
    }

    @Test func `32 records of one kind say what a log is, fewer do not if others follow`() {
        let others = Array(repeating: Self.other, count: 300)
        #expect(mapping(Array(repeating: Self.okta, count: 32) + others) == "okta")
        #expect(mapping(Array(repeating: Self.okta, count: 31) + others) == "cloudtrail")
    }
}

/// What comes of a source by a mapping.
struct Reading {
    var batch = EventBatch()
    /// The events as canonical lines, in the order of months.
    private(set) var lines: [String] = []
    private(set) var types: [[UInt8]: RecordReader.TypeCount] = [:]

    init(_ mapping: Mapping, _ bytes: [UInt8], chunk: Int = .max) {
        let form = mapping.form(of: bytes.span.bytes, isAll: true) ?? .lines
        var records = RecordReader(mapping, frame: RecordFrame(form), reference: MappingTrial.sampleReference)
        var reader = LineReader()
        var start = 0, end = 0
        repeat {
            end = min(bytes.count, end + min(chunk, bytes.count))
            let part = Array(bytes[start..<end])
            start += records.read(
                part.span.bytes, at: Int64(start), isLast: end == bytes.count, source: "s", sourceID: 1, with: &reader,
                into: &batch)
        } while end < bytes.count
        types = records.takeTypes(nil)
        let writer = EventLineWriter()
        for month in batch.months {
            guard let columns = batch[month] else { continue }
            for row in 0..<columns.count {
                var line: [UInt8] = []
                writer.append(columns, row: row, to: &line)
                lines.append(String(decoding: line, as: UTF8.self))
            }
        }
    }
}
