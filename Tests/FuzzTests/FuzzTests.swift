import Foundation
import FuzzProperties
import Testing

/// The properties that libFuzzer holds against many inputs (`make fuzz`), held against the corpus and some seeded
/// changes of it in every test run. `AUTHTRAIL_FUZZ_ROUNDS` says how many (300 unless said otherwise).
struct FuzzTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Fuzz")

    private static let rounds = ProcessInfo.processInfo.environment["AUTHTRAIL_FUZZ_ROUNDS"].flatMap { Int($0) } ?? 300

    private static func corpus(_ name: String) throws -> [(name: String, bytes: [UInt8])] {
        let path = folder.appendingPathComponent("corpus/" + name).path
        return try FileManager.default.contentsOfDirectory(atPath: path).sorted().map { file in
            (file, Array(try Data(contentsOf: URL(fileURLWithPath: path + "/" + file))))
        }
    }

    /// The words of libFuzzer's dictionary, which knows the escapes `\\`, `\"` and `\xAB`.
    private static func words() throws -> [String] {
        let text = try String(contentsOf: folder.appendingPathComponent("words.dict"), encoding: .utf8)
        return text.split(separator: "\n").filter { $0.hasPrefix("\"") }.map { line in
            line.dropFirst().dropLast().replacingOccurrences(of: "\\\"", with: "\"")
                .replacingOccurrences(of: "\\x00", with: "\0").replacingOccurrences(of: "\\\\", with: "\\")
        }
    }

    /// The corpus and its changes; `fault` must find nothing in any of them.
    private func hold(_ fault: ([UInt8]) -> String?, _ corpus: String, seed: UInt64, rounds: Int) throws {
        let files = try Self.corpus(corpus)
        #expect(files.count > 3)
        for (name, bytes) in files {
            let said = fault(bytes)
            #expect(said == nil, "\(name)")
        }
        var mutator = Mutator(corpus: files.map(\.bytes), words: try Self.words(), seed: seed)
        for round in 0..<rounds {
            let bytes = mutator.next()
            if let said = fault(bytes) {
                Issue.record("seed \(seed), round \(round): \(said); Base64 \(Data(bytes).base64EncodedString())")
            }
        }
    }

    @Test(arguments: [UInt64(1), 2])
    func `lines of any bytes are stored, quarantined or blank, and come back`(seed: UInt64) throws {
        try hold(LineProperty.fault, "lines", seed: seed, rounds: Self.rounds)
    }

    @Test(arguments: [UInt64(3), 4])
    func `a segment of any bytes gives its rows or an error with a name`(seed: UInt64) throws {
        try hold(SegmentProperty.fault, "segments", seed: seed, rounds: Self.rounds / 4)
    }

    @Test(arguments: [UInt64(7), 8])
    func `records of any bytes are events, skipped, quarantined or blank, wherever they are cut`(seed: UInt64) throws {
        var mutator = Mutator(corpus: MappingProperty.seeds, words: try Self.words(), seed: seed)
        for round in 0..<Self.rounds {
            let bytes = mutator.next()
            if let said = MappingProperty.fault(in: bytes) {
                Issue.record("seed \(seed), round \(round): \(said); Base64 \(Data(bytes).base64EncodedString())")
            }
        }
    }

    @Test(arguments: [UInt64(5), 6])
    func `the search for credentials changes nothing else, in any bytes, in linear time`(seed: UInt64) throws {
        try hold(SecretProperty.fault, "lines", seed: seed, rounds: Self.rounds / 4)
    }
}
