// swift-tools-version:6.2
import PackageDescription

let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let sqlite: Target.Dependency = .product(name: "GRDBSQLite", package: "GRDB.swift")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")

// The layers, from what knows nothing of auth to the program; `Sources/` has a folder for each, and in it one for each
// module. A module may use only modules that stand above it: the check at the end of this file holds that, CI builds
// with `--explicit-target-dependency-import-check error`, and a test compares imports with dependencies.
let layers: [(folder: String, modules: [Target])] = [
    (
        "Base",
        [
            .systemLibrary(
                name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
            // How the C library keeps freed memory.
            .systemLibrary(name: "CMalloc"),
            // What Swift cannot call of SQLite.
            .systemLibrary(name: "CSQLite"),
            .target(name: "Columns"),
            .target(name: "Console"),
            .target(name: "ConfigFiles", dependencies: ["Console", yams]),
            .target(name: "Files", dependencies: ["CZlib"]),
        ]
    ),
    ("Model", [.target(name: "Model")]),
    (
        "Lines",
        [
            .target(name: "Events", dependencies: ["Columns", "Model"]),
            .target(name: "MappingFiles", path: "Mappings", resources: [.embedInCode("shipped")]),
            .target(
                name: "Mappings", dependencies: ["Columns", "Model", "ConfigFiles", "Events", "MappingFiles", yams]),
        ]
    ),
    (
        "Storage",
        [
            .target(name: "Parquet", dependencies: ["CZlib", "Columns"]),
            .target(name: "Segments", dependencies: ["Columns", "Events", "Parquet"]),
            .target(name: "Rollups", dependencies: ["CZlib", "Columns", "Events"]),
            .target(
                name: "Catalog",
                dependencies: ["CZlib", "CSQLite", "Columns", "Files", "Model", "Events", "Rollups", grdb, sqlite]),
            .target(
                name: "Trail",
                dependencies: ["Model", "Columns", "Files", "Events", "Segments", "Rollups", "Catalog", crypto]),
        ]
    ),
    (
        "Ingest",
        [
            .target(
                name: "Ingest",
                dependencies: [
                    "Model", "Columns", "Console", "Files", "Events", "Mappings", "Segments", "Catalog", "Trail",
                    crypto,
                ])
        ]
    ),
    (
        "Analysis",
        [
            .target(name: "Detection", dependencies: ["Columns", "Model", "Events", "Rollups", crypto]),
            .target(name: "Policies", dependencies: ["Console", "ConfigFiles", "Events", "Detection", yams]),
            .target(
                name: "Runs",
                dependencies: [
                    "Model", "Columns", "Console", "Files", "Events", "Mappings", "Segments", "Rollups", "Catalog",
                    "Trail", "Detection", "Policies",
                ]),
        ]
    ),
    (
        "Output",
        [
            .target(name: "QueryFiles", path: "Queries", resources: [.embedInCode("sql")]),
            .target(
                name: "Queries",
                dependencies: [
                    "Columns", "Files", "Events", "Rollups", "Catalog", "Trail", "QueryFiles", grdb, sqlite,
                ]),
            .target(
                name: "Reports",
                dependencies: [
                    "Model", "Columns", "Console", "Files", "Events", "Mappings", "Catalog", "Trail", "Ingest",
                    "Detection", "Runs", "Queries",
                ]),
        ]
    ),
    (
        "App",
        [
            .target(name: "Demo"),
            .executableTarget(
                name: "authtrail",
                dependencies: [
                    "Model", "CMalloc", "Columns", "Console", "Files", "Events", "Mappings", "Segments", "Catalog",
                    "Trail",
                    "Ingest", "Detection", "Policies", "Runs", "Queries", "Reports", "Demo", arguments, logging, grdb,
                ]),
        ]
    ),
]

for (folder, modules) in layers {
    for module in modules where module.path == nil { module.path = "Sources/\(folder)/\(module.name)" }
}

let tests: [Target] = [
    // What tests of several modules share; the second makes folders with logs and a trail.
    .target(name: "TestSupport", path: "Tests/TestSupport"),
    .target(
        name: "TrailSupport",
        dependencies: ["TestSupport", "Catalog", "Columns", "Events", "Ingest", "Rollups", "Trail"],
        path: "Tests/TrailSupport"),
    // Runs the Python scripts of Tests/Engines, in which other engines read our files.
    .target(name: "EngineChecks", dependencies: ["TestSupport"], path: "Tests/Engines/Checks"),
    // What must hold for all bytes; `swift test` tries some, libFuzzer (Fuzz/run.sh) many.
    .target(
        name: "FuzzProperties",
        dependencies: ["Model", "Columns", "Events", "Mappings", "Segments", "TestSupport"],
        path: "Fuzz/Properties"),
    .testTarget(name: "FuzzTests", dependencies: ["FuzzProperties"]),
    .testTarget(name: "ColumnsTests", dependencies: ["Columns"]),
    .testTarget(name: "ConsoleTests", dependencies: ["Console", "TestSupport"]),
    .testTarget(name: "FilesTests", dependencies: ["Files", "TestSupport"]),
    .testTarget(name: "EventsTests", dependencies: ["Model", "Columns", "Console", "Events", "TestSupport"]),
    .testTarget(
        name: "MappingsTests", dependencies: ["Columns", "Model", "Events", "Mappings", "MappingFiles", "TestSupport"]),
    .testTarget(name: "ParquetTests", dependencies: ["CZlib", "Columns", "Parquet", "EngineChecks", "TestSupport"]),
    .testTarget(
        name: "SegmentsTests",
        dependencies: ["Columns", "Events", "Parquet", "Segments", "EngineChecks", "TestSupport"]),
    .testTarget(name: "RollupsTests", dependencies: ["Columns", "Events", "Rollups", "TestSupport"]),
    .testTarget(
        name: "CatalogTests",
        dependencies: ["Model", "Events", "Catalog", "FuzzProperties", "TestSupport", grdb]),
    .testTarget(
        name: "TrailTests",
        dependencies: [
            "Model", "Events", "Files", "Rollups", "Catalog", "Trail", "Ingest", "TrailSupport", grdb,
        ]),
    .testTarget(
        name: "IngestTests",
        dependencies: [
            "Model", "Columns", "Events", "Files", "Mappings", "Segments", "Rollups", "Catalog", "Trail", "Ingest",
            "TestSupport", "TrailSupport", grdb,
        ]),
    .testTarget(
        name: "DetectionTests",
        dependencies: ["Model", "Columns", "Events", "Rollups", "Detection", "Policies", "TestSupport"]),
    .testTarget(name: "PoliciesTests", dependencies: ["Console", "Events", "Detection", "Policies"]),
    .testTarget(
        name: "RunsTests",
        dependencies: [
            "Columns", "Model", "Events", "Files", "Rollups", "Catalog", "Trail", "Ingest", "Detection", "Policies",
            "Runs", "TestSupport", "TrailSupport", grdb,
        ]),
    .testTarget(name: "QueriesTests", dependencies: ["Queries"]),
    .testTarget(name: "ReportsTests", dependencies: ["Model", "Console", "Events", "Detection", "Runs", "Reports"]),
    .testTarget(name: "DemoTests", dependencies: ["Demo"]),
    // These run the built program itself.
    .testTarget(
        name: "CommandTests",
        dependencies: ["TestSupport", "Console", "Detection", "Policies", "authtrail", "EngineChecks"]),
    // These damage trails and ask everything that can be asked of them, in their own process.
    .testTarget(
        name: "DamageTests",
        dependencies: [
            "Columns", "Console", "Events", "Parquet", "Catalog", "Trail", "Ingest", "FuzzProperties", "TestSupport",
            "authtrail", grdb, arguments,
        ]),
    .testTarget(name: "HouseTests", dependencies: ["Detection", "Queries", "QueryFiles"]),
]

let package = Package(
    name: "AuthTrail",
    platforms: [.macOS("26.0")],
    products: [.executable(name: "authtrail", targets: ["authtrail"])],
    dependencies: [
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: layers.flatMap(\.modules) + tests,
    swiftLanguageModes: [.v6]
)

var above: Set<String> = []
for module in layers.flatMap(\.modules) {
    for case .byNameItem(let name, _) in module.dependencies {
        precondition(above.contains(name), "\(module.name) uses \(name), which does not stand above it")
    }
    above.insert(module.name)
}

for target in package.targets where target.type == .regular || target.type == .executable || target.type == .test {
    target.swiftSettings = [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
    ]
    // These hold no pointer. What is below them reads bytes in place, or calls C.
    if ["Model", "Policies", "Detection", "Runs", "Reports"].contains(target.name) {
        target.swiftSettings?.append(.strictMemorySafety())
    }
}
