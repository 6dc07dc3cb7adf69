import Foundation

/// Writes bytes to a new file and gives its path.
func temporaryFile(_ bytes: [UInt8], name: String = "file.parquet") throws -> String {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent("parquet-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    let file = directory.appendingPathComponent(name)
    try Data(bytes).write(to: file)
    return file.path
}

/// Removes a file that `temporaryFile` made, with its directory.
func remove(_ path: String) {
    try? FileManager.default.removeItem(at: URL(fileURLWithPath: path).deletingLastPathComponent())
}
