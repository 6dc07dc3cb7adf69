import Foundation

/// The modules that `Package.swift` declares, and what each of them says that it uses.
struct Manifest {
    struct Module {
        let name: String
        let folder: String
        let isTest: Bool
        let dependencies: Set<String>
    }

    private(set) var modules: [Module] = []

    /// The modules of products, by the names that the manifest gives them.
    private static let products = [
        "grdb": "GRDB", "sqlite": "GRDBSQLite", "crypto": "Crypto", "yams": "Yams", "arguments": "ArgumentParser",
        "logging": "Logging",
    ]

    /// - Parameter root: of the repository.
    init(at root: String) throws {
        let text = try String(contentsOfFile: root + "/Package.swift", encoding: .utf8)
        let target = /(?s)\.(target|executableTarget|testTarget)\(\s*name: "(\w+)"(.*?)\)(?=,\n|\n\])/
        for match in text.matches(of: target) {
            let (_, kind, name, rest) = match.output
            let list = rest.firstMatch(of: /(?s)dependencies: \[(.*?)\]/).map { String($0.1) } ?? ""
            var dependencies = Set(list.matches(of: /"(\w+)"/).map { String($0.1) })
            for word in list.replacing(/"\w+"/, with: "").matches(of: /\w+/) {
                dependencies.insert(Self.products[String(word.0)] ?? "\(word.0), which is no product")
            }
            let path = rest.firstMatch(of: /path: "([^"]+)"/).map { String($0.1) }
            let home = try kind == "testTarget" ? "Tests/" : Self.layer(of: String(name), in: root)
            modules.append(
                Module(
                    name: String(name), folder: path ?? home + name, isTest: kind == "testTarget",
                    dependencies: dependencies))
        }
    }

    /// The folder in `Sources` in which a module lies, with a slash behind.
    private static func layer(of module: String, in root: String) throws -> String {
        let layers = try FileManager.default.contentsOfDirectory(atPath: root + "/Sources")
        let layer = layers.first { FileManager.default.fileExists(atPath: "\(root)/Sources/\($0)/\(module)") }
        return "Sources/\(layer ?? "?")/"
    }

    /// What some file may import that must be declared.
    var names: Set<String> { Set(modules.map(\.name)).union(Self.products.values) }
}
