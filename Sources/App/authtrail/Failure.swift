internal import Catalog
internal import Console
internal import Detection
internal import Events
internal import Files
internal import GRDB
internal import Ingest
internal import Mappings
internal import Policies
internal import Queries
internal import Reports
internal import Segments
internal import Trail

/// Why the program ends with another exit code than 0, and what it says about it.
struct Failure: Error {
    /// The exit codes of the contract.
    static let findings: Int32 = 1
    static let usage: Int32 = 64
    static let data: Int32 = 65
    static let cannotCreate: Int32 = 73
    static let inputOutput: Int32 = 74
    static let locked: Int32 = 75

    /// For questions about a log that has none.
    static var noEvents: Failure {
        Failure(code: data, messages: ["the trail holds no events; authtrail status says what was read"])
    }

    var code: Int32
    /// Sentences for standard error; none when the output has said everything.
    var messages: [String] = []

    init(code: Int32, messages: [String] = []) {
        self.code = code
        self.messages = messages
    }

    /// The failure that an error of a module means, or nil for errors of the command line.
    init?(_ error: any Error) {
        guard let code = Self.code(of: error) else { return nil }
        self.init(code: code, messages: Self.messages(of: error))
    }

    /// What kept inputs from being read, each said; the exit code is that of the first.
    init(ofInputs problems: [(input: String, error: any Error)]) {
        self.init(
            code: problems.first.flatMap { Self.code(of: $0.error) } ?? Self.inputOutput,
            // The error of a file names it.
            messages: problems.map { $0.error is UnknownSource ? "\($0.input): \($0.error)" : "\($0.error)" })
    }

    /// Some errors are lists; whatever else holds a newline has it from a name or a line.
    private static func messages(of error: any Error) -> [String] {
        guard error is PolicyError || error is MappingError || error is LineExportError else { return ["\(error)"] }
        return "\(error)".split(separator: "\n").map { String($0) }
    }

    /// The exit code of an error.
    static func code(of error: any Error) -> Int32? {
        switch error {
        case let error as FileError: code(error)
        case let error as ConsoleError: code(error)
        case let error as CatalogError: code(error)
        case TrailError.catalogSound: usage
        case TrailError.inUse: locked
        case TrailError.keyNotReadable: cannotCreate
        case let error as SegmentError: error.isInputOutput ? inputOutput : data
        case is TrailError, is LineRenderError: data
        case is PolicyError, is MappingError, is UnknownSource: data
        case is PolicyFileError: inputOutput
        case let error as LineExportError: code(error)
        case DetectionError.badSetting, DetectionError.unknownTokenNumber: data
        case is QueryError, is DetectionError: usage
        case let error as DatabaseError: code(CatalogError(error, "work", "a temporary file"))
        default: nil
        }
    }

    private static func code(_ error: FileError) -> Int32 {
        switch error {
        case .missing, .damaged, .notRegular, .unfinished: data
        case .cannotRead: inputOutput
        case .cannotWrite(let operation, _, _):
            isCreation(operation) && !error.isShortage ? cannotCreate : inputOutput
        case .untrusted: cannotCreate
        case .locked: locked
        }
    }

    /// Making a file or a folder is one thing, filling it another: a full or failing disk is 74.
    private static func isCreation(_ operation: String) -> Bool {
        operation.hasPrefix("create") || operation.hasPrefix("open") || operation == "lock"
    }

    private static func code(_ error: ConsoleError) -> Int32 {
        switch error {
        case .cannotCreate: cannotCreate
        case .cannotWrite, .cannotRename: inputOutput
        case .notJSON: data
        }
    }

    private static func code(_ error: LineExportError) -> Int32 {
        switch error {
        case .noSource, .severalSources: usage
        case .mapped, .cutLine, .readElsewhere, .overlap, .gap, .pruned, .lost: data
        }
    }

    private static func code(_ error: CatalogError) -> Int32 {
        switch error {
        case .missing, .damaged, .newer, .older: data
        case .failed: inputOutput
        }
    }
}
