internal import Files

/// The rows of a result, in order. What exceeds some megabytes lies in a temporary file without a name, so that a
/// statement may give any number of them.
package final class ResultRows {
    private enum Block {
        case held([UInt8])
        case stored(offset: Int64, count: Int)
    }

    /// What stands in a column.
    private struct Content {
        var hasIntegers = false
        var hasDecimals = false
        var hasTexts = false
    }

    /// Rows are put into blocks of this size, or of one row that is larger.
    private static let blockBytes = 1 << 20
    /// So many blocks stay in memory.
    private static let heldBlocks = 16

    private let width: Int
    /// Number of rows.
    package private(set) var count = 0
    private var blocks: [Block] = []
    private var last: [UInt8] = []
    private var content: [Content]
    private var file: ScratchFile?

    /// - Parameter width: the values of a row.
    init(width: Int) {
        self.width = width
        content = Array(repeating: Content(), count: width)
    }

    /// Adds a row. Throws `FileError`.
    func append(_ row: some Collection<QueryResult.Value>) throws {
        precondition(row.count == width, "a row of \(row.count) values in a result of \(width) columns")
        for (column, value) in row.enumerated() { append(value, column) }
        count += 1
        if last.count >= Self.blockBytes { try endBlock() }
    }

    private func endBlock() throws {
        if blocks.count < Self.heldBlocks {
            blocks.append(.held(last))
        } else {
            if file == nil { file = try ScratchFile() }
            blocks.append(.stored(offset: file?.size ?? 0, count: last.count))
            try file?.append(last)
        }
        last = []
        last.reserveCapacity(Self.blockBytes + 4096)
    }

    /// Hands over the rows. Throws `FileError` and what `body` throws.
    package func each(_ body: ([QueryResult.Value]) throws -> Void) throws {
        for block in blocks + [.held(last)] {
            let bytes =
                switch block {
                case .held(let bytes): bytes
                case .stored(let offset, let count): try file?.bytes(at: offset, count: count) ?? []
                }
            var at = 0
            while at < bytes.count { try body((0..<width).map { _ in Self.value(bytes, &at) }) }
        }
    }

    // MARK: What is in the columns

    /// Whether all values of a column are whole numbers, those apart that are missing, and there is one.
    package func isInteger(_ column: Int) -> Bool {
        content[column].hasIntegers && !content[column].hasDecimals && !content[column].hasTexts
    }

    /// Whether all values of a column are numbers, those apart that are missing, and one is a decimal.
    package func isDecimal(_ column: Int) -> Bool { content[column].hasDecimals && !content[column].hasTexts }

    // MARK: Values as bytes

    private enum Tag { static let null: UInt8 = 0, integer: UInt8 = 1, decimal: UInt8 = 2, text: UInt8 = 3 }

    private func append(_ value: QueryResult.Value, _ column: Int) {
        switch value {
        case .null: last.append(Tag.null)
        case .integer(let number):
            content[column].hasIntegers = true
            last.append(Tag.integer)
            append(UInt64(bitPattern: number))
        case .decimal(let number):
            content[column].hasDecimals = true
            last.append(Tag.decimal)
            append(number.bitPattern)
        case .text(let text):
            content[column].hasTexts = true
            last.append(Tag.text)
            append(UInt64(text.utf8.count))
            last.append(contentsOf: text.utf8)
        }
    }

    private func append(_ number: UInt64) {
        withUnsafeBytes(of: number.littleEndian) { last.append(contentsOf: $0) }
    }

    private static func value(_ bytes: [UInt8], _ at: inout Int) -> QueryResult.Value {
        let tag = bytes[at]
        at += 1
        switch tag {
        case Tag.integer: return .integer(Int64(bitPattern: number(bytes, &at)))
        case Tag.decimal: return .decimal(Double(bitPattern: number(bytes, &at)))
        case Tag.text:
            let count = Int(number(bytes, &at))
            at += count
            return .text(String(decoding: bytes[(at - count)..<at], as: UTF8.self))
        default: return .null
        }
    }

    private static func number(_ bytes: [UInt8], _ at: inout Int) -> UInt64 {
        at += 8
        return bytes.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: at - 8, as: UInt64.self)) }
    }
}
