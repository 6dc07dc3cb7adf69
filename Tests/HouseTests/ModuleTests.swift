import Foundation
import Testing

/// A module imports what it declares, and declares what it imports.
///
/// The compiler lets a module import what its dependencies depend on, and nobody notices a dependency that is no longer
/// used; then the manifest is no map of the house any more.
struct ModuleTests {
    private func manifest() throws -> Manifest {
        try Manifest(at: HouseRulesTests.root)
    }

    private func imports(of module: Manifest.Module) throws -> Set<String> {
        let folder = HouseRulesTests.root + "/" + module.folder
        let statement = /(?m)^\s*(?:@\w+ )?(?:public |package |internal |private |fileprivate )?import (?:\w+ )?(\w+)/
        var names: Set<String> = []
        for file in try FileManager.default.subpathsOfDirectory(atPath: folder) where file.hasSuffix(".swift") {
            let text = try String(contentsOfFile: folder + "/" + file, encoding: .utf8)
            names.formUnion(text.matches(of: statement).map { String($0.1) })
        }
        return names
    }

    @Test func `every module imports exactly the modules that it declares`() throws {
        let manifest = try manifest()
        #expect(manifest.modules.count > 30, "the manifest was not understood")
        for module in manifest.modules {
            let imports = try imports(of: module).intersection(manifest.names)
            // Whoever runs the program wants it built, and imports nothing of it.
            let declared = module.isTest ? module.dependencies.subtracting(["authtrail"]) : module.dependencies
            let ofC = declared.filter { $0.hasPrefix("C") && !manifest.names.contains($0) }
            #expect(imports.subtracting(module.dependencies).sorted() == [], "\(module.name) does not declare these")
            #expect(declared.subtracting(imports).subtracting(ofC).sorted() == [], "\(module.name) does not use these")
        }
    }

    @Test func `arrows go one way: no module uses one that stands below it`() throws {
        var above: Set<String> = []
        let manifest = try manifest()
        for module in manifest.modules where !module.isTest {
            let below = module.dependencies.intersection(manifest.modules.map(\.name)).subtracting(above)
            #expect(below.sorted() == [], "\(module.name) stands above these")
            above.insert(module.name)
        }
    }
}
