import Detection
import Foundation
import Queries
import QueryFiles
import Testing

/// Rules of the house that a compiler does not hold.
struct HouseRulesTests {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path

    private func files(_ folder: String, _ ending: String) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: Self.root + "/" + folder)
            .filter { $0.hasSuffix(ending) }.map { folder + "/" + $0 }.sorted()
    }

    private func text(_ file: String) throws -> String {
        try String(contentsOfFile: Self.root + "/" + file, encoding: .utf8)
    }

    @Test func `every SQL file is a report, and its header parses`() throws {
        let names = try files("Queries/sql", ".sql").map { String($0.dropFirst("Queries/sql/".count).dropLast(4)) }
        #expect(QueryFiles.all.map(\.name).sorted() == names.sorted())
        for query in try NamedQuery.all() {
            #expect(query.question.hasSuffix("?"), "\(query.name)")
            for column in query.columns { #expect(!column.explanation.isEmpty, "\(query.name).\(column.name)") }
            for parameter in query.parameters {
                #expect(!parameter.explanation.isEmpty, "\(query.name).\(parameter.name)")
            }
        }
    }

    @Test func `every file of a detector is in the list, with an example that fires and one that stays quiet`() throws {
        let source = try text("Sources/Analysis/Detection/Detectors.swift")
        for file in try files("Sources/Analysis/Detection/Detectors", ".swift") where !file.contains("+") {
            let name = (file as NSString).lastPathComponent.dropLast(6)
            #expect(source.contains("\(name)("), "\(name) is in no list")
        }
        for detector in Detectors.all() {
            let examples = type(of: detector).examples
            #expect(examples.contains { !$0.expected.isEmpty })
            #expect(examples.contains { $0.expected.isEmpty })
        }
    }

    @Test func `a module does not import Foundation in the hot path`() throws {
        let modules = [
            "Base/Columns", "Base/Console", "Lines/Events", "Storage/Parquet", "Storage/Segments", "Storage/Rollups",
        ]
        for folder in modules {
            for file in try files("Sources/" + folder, ".swift") {
                #expect(try !text(file).contains("import Foundation"), "\(file)")
            }
        }
    }

    @Test func `a row of the catalog is read by what throws, because a subscript ends the program at a damaged value`()
        throws
    {
        for file in try files("Sources/Storage/Catalog", ".swift") {
            #expect(try text(file).firstMatch(of: /(\$[0-9]|row|known|found)\[("|[0-9])/) == nil, "\(file)")
        }
    }

    @Test func `nothing throws to the right of ??, where the compiler loses errors of the arguments of an enum's case`()
        throws
    {
        // Swift 6.3: `try x ?? .case(try f(), 1)` goes on with garbage when f throws, and the program ends by a signal.
        for file in try files("Sources", ".swift") {
            #expect(try text(file).firstMatch(of: /\?\?[^\n]*\btry\b/) == nil, "\(file)")
        }
    }

    @Test func `source files are one room each`() throws {
        for file in try files("Sources", ".swift") {
            let lines = try text(file).split(separator: "\n", omittingEmptySubsequences: false)
            #expect(lines.count <= 320, "\(file) has \(lines.count) lines")
            for (number, line) in lines.enumerated() {
                #expect(line.count <= 120, "\(file):\(number + 1) has \(line.count) columns")
            }
        }
    }

    @Test func `no dependency is pinned to a file of one machine`() throws {
        #expect(try text(".gitignore").contains("Package.resolved"))
    }
}
