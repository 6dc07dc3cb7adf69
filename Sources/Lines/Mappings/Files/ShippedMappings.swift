internal import MappingFiles

extension Mapping {
    /// The mappings that the program knows, in the order in which they are listed.
    package static let shipped: [Mapping] = MappingFiles.all.compactMap { file in
        // A test compiles each of them, so none is missing here.
        try? Mapping(String(decoding: file.text, as: UTF8.self), file: "\(file.name).yaml")
    }

    /// The shipped mapping of a name, or nil.
    package static func named(_ name: String) -> Mapping? { shipped.first { $0.name == name } }

    /// Records of a shipped mapping and what must come of them, as `MappingTrial.lines` has it.
    package static func sample(of name: String) -> (records: [UInt8], events: [UInt8])? {
        MappingFiles.all.first { $0.name == name }.map { ($0.sample, $0.events) }
    }
}
