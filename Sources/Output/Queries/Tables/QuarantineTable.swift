internal import Catalog
internal import Trail

/// `quarantine` in SQL: lines that are no events, from their blocks in the catalog. Blocks in which no line can be
/// asked for are passed over, and the texts of a block are decompressed when one of them is asked for.
final class QuarantineTable: VirtualTable {
    static let declaration = """
        CREATE TABLE quarantine(source TEXT, generation INTEGER, source_offset INTEGER, length INTEGER, reason TEXT,
            detail TEXT, redacted TEXT, text TEXT)
        """
    private static let source: Int32 = 0, generation: Int32 = 1, offset: Int32 = 2, reason: Int32 = 4

    static let helpfulColumns: Set<Int32> = [source, generation, offset, reason]
    static let timeColumns: Set<Int32> = []
    static let leastCost = 1e4

    /// The order of the blocks, unless two files bear one name and number: a file that was found under the name that
    /// another one was rotated to.
    func order() throws -> [Int32] {
        if let known { return known }
        let blocks = try trail.catalog.quarantineSummaries()
        let isMixed = zip(blocks, blocks.dropFirst()).contains {
            $0.source == $1.source && $0.generation == $1.generation && $0.sourceID != $1.sourceID
        }
        let order = isMixed ? [] : [Self.source, Self.generation, Self.offset]
        known = order
        return order
    }
    private var known: [Int32]?

    /// Not owned: the trail's connection owns the table.
    private unowned let trail: Trail

    init(_ trail: Trail) { self.trail = trail }

    func open(_ conditions: [SQLCondition], columns: UInt64) throws -> any VirtualCursor {
        let blocks = try trail.catalog.quarantineSummaries().filter { block in
            conditions.allSatisfy { Self.mayHold($0, block) }
        }
        return Cursor(trail, blocks)
    }

    private static func mayHold(_ condition: SQLCondition, _ block: QuarantineSummary) -> Bool {
        switch (condition.column, condition.value) {
        case (source, .text(let text)): condition.holds(Array(block.source.utf8), Array(text.utf8))
        case (source, .anyText(let texts)): texts.contains { $0.utf8.elementsEqual(block.source.utf8) }
        case (reason, .text(let text)): block.reasons.contains { condition.holds($0, Array(text.utf8)) }
        case (reason, .anyText(let texts)): texts.contains { block.reasons.contains(Array($0.utf8)) }
        case (generation, .integer(let number)):
            condition.mayHold(block.generation...block.generation, number)
        case (offset, .integer(let number)): condition.mayHold(block.offsets, number)
        default: true
        }
    }

    /// Walks block after block.
    private final class Cursor: VirtualCursor {
        private let trail: Trail
        /// The next ones are last.
        private var blocks: [QuarantineSummary]
        private var opened: OpenQuarantine?
        private var line = -1

        init(_ trail: Trail, _ blocks: [QuarantineSummary]) {
            self.trail = trail
            self.blocks = blocks.reversed()
        }

        func next() throws -> Bool {
            line += 1
            while let block = blocks.last {
                if line < block.lines { return true }
                blocks.removeLast()
                opened = nil
                line = 0
            }
            return false
        }

        /// A block has at most 4,096 lines.
        var rowID: Int64 { (blocks.last?.id ?? 0) << 12 | Int64(line) }

        func give(_ column: Int32, to result: SQLResult) throws {
            guard let block = blocks.last else { return result.setNull() }
            switch column {
            case QuarantineTable.source: return result.set(block.source)
            case QuarantineTable.generation: return result.set(block.generation)
            default: break
            }
            let lines = try opened ?? trail.catalog.quarantineBlock(block.id)
            opened = lines
            guard line < lines.count else { return result.setNull() }
            switch column {
            case QuarantineTable.offset: result.set(lines.offset(line))
            case 3: result.set(lines.length(line))
            case QuarantineTable.reason: result.set(lines.reason(line))
            case 5: result.set(lines.detail(line))
            case 6: result.set(lines.redacted(line))
            default: result.set(try lines.text(line))
            }
        }
    }
}

extension SQLCondition {
    /// Whether a text satisfies it, compared as SQLite compares texts: byte by byte.
    fileprivate func holds(_ text: [UInt8], _ value: [UInt8]) -> Bool {
        switch comparison {
        case .equal: text == value
        case .greater: value.lexicographicallyPrecedes(text)
        case .greaterOrEqual: !text.lexicographicallyPrecedes(value)
        case .less: text.lexicographicallyPrecedes(value)
        case .lessOrEqual: !value.lexicographicallyPrecedes(text)
        }
    }

    /// Whether a number of a range may satisfy it.
    fileprivate func mayHold(_ range: ClosedRange<Int64>, _ number: Int64) -> Bool {
        switch comparison {
        case .equal: range.contains(number)
        case .greater: range.upperBound > number
        case .greaterOrEqual: range.upperBound >= number
        case .less: range.lowerBound < number
        case .lessOrEqual: range.lowerBound <= number
        }
    }
}
