import TestSupport
import FuzzProperties

@testable import Parquet

/// Numbers that have broken readers: ends of scales, and their neighbors.
let extremes: [Int64] = [
    .min, .min + 1, -(1 << 53), -(1 << 32), -(1 << 31), -2, -1, 0, 1, 7, 127, 128, 255, 65_535, 1 << 16, (1 << 24) - 1,
    1 << 24, (1 << 31) - 1, 1 << 31, (1 << 32) - 1, 1 << 32, 1 << 44, 1 << 53, 253_402_300_799_999_999,
    253_402_300_800_000_000, 1 << 62, .max - 1, .max,
]

extension Forgery {
    /// Changes one to three things, and says which.
    mutating func change(_ dice: inout SeededRandom) -> String {
        (0...dice.below(3)).map { _ in changeOne(&dice) }.joined(separator: "; ")
    }

    private mutating func changeOne(_ dice: inout SeededRandom) -> String {
        let group = dice.below(groups.count), column = dice.below(groups[group].count)
        let name = "group \(group) column \(schema.columns[column].name)"
        let number = Int(extremes[dice.below(extremes.count)])
        switch dice.below(14) {
        case 0...5: return name + ": " + groups[group][column].changePage(number, &dice)
        case 6: return name + ": " + groups[group][column].changeHeader(number, &dice)
        case 7: return name + ": " + groups[group][column].changeRecord(number, &dice)
        case 8:
            Self.spoil(&groups[group][column].columnIndex, number, &dice)
            return name + ": page bounds"
        case 9:
            Self.spoil(&groups[group][column].bloom, number, &dice)
            return name + ": bloom filter"
        case 10:
            let place = dice.below(max(1, groups[group][column].firstRows.count))
            if groups[group][column].firstRows.indices.contains(place) {
                groups[group][column].firstRows[place] = number
            }
            return name + ": first row \(number)"
        case 11:
            // Another column's pages under this one's name.
            let other = dice.below(groups[group].count)
            groups[group][column].pages = groups[group][other].pages
            return name + ": pages of column \(other)"
        case 12:
            guard !metadata.isEmpty else { return "nothing" }
            let place = dice.below(metadata.count)
            var text: [UInt8]? = Array(metadata[place].value.utf8)
            if dice.below(2) == 0 {
                metadata[place].value = metadata[place].value.replacing(
                    /[0-9]+/, with: "\(number)", maxReplacements: 1 + dice.below(9))
            } else {
                Self.spoil(&text, number, &dice)
                metadata[place].value = String(decoding: text ?? [], as: UTF8.self)
            }
            return "metadata \(metadata[place].key)"
        default:
            if dice.below(2) == 0 { rows = number } else { groupRows[group] = number }
            return "rows \(number)"
        }
    }

    /// Sets, flips, cuts or doubles some bytes.
    static func spoil(_ bytes: inout [UInt8]?, _ number: Int, _ dice: inout SeededRandom) {
        guard var some = bytes, !some.isEmpty else { return }
        let at = dice.below(some.count)
        switch dice.below(5) {
        case 0: some[at] ^= 1 << UInt8(dice.below(8))
        case 1: some[at] = UInt8(truncatingIfNeeded: dice.next())
        case 2: some.removeSubrange(at..<min(some.count, at + 1 + dice.below(9)))
        case 3: some.insert(contentsOf: some[at..<min(some.count, at + 1 + dice.below(9))], at: at)
        default:
            var word = UInt64(bitPattern: Int64(number))
            for place in at..<min(some.count, at + 8) {
                some[place] = UInt8(truncatingIfNeeded: word)
                word >>= 8
            }
        }
        bytes = some
    }
}

extension Forgery.Chunk {
    fileprivate mutating func changePage(_ number: Int, _ dice: inout SeededRandom) -> String {
        guard !pages.isEmpty else { return "nothing" }
        let place = dice.below(pages.count)
        if dice.below(4) == 0, !pages[place].levels.isEmpty {
            var levels: [UInt8]? = pages[place].levels
            Forgery.spoil(&levels, number, &dice)
            // Its header says how long they are.
            if levels?.count == pages[place].levels.count { pages[place].replace(levels: levels) }
            return "levels of page \(place)"
        }
        if record.physicalType == PhysicalType.int64.rawValue, dice.below(2) == 0,
            let changed = pages[place].changedNumbers(Int64(number), &dice)
        {
            pages[place].replace(values: changed)
            return "a number of page \(place) made \(number)"
        }
        var values: [UInt8]? = pages[place].values
        Forgery.spoil(&values, number, &dice)
        pages[place].replace(values: values)
        return "values of page \(place)"
    }

    fileprivate mutating func changeHeader(_ number: Int, _ dice: inout SeededRandom) -> String {
        guard !pages.isEmpty else { return "nothing" }
        let place = dice.below(pages.count), near = number % 64
        func other(_ old: Int) -> Int { dice.below(2) == 0 ? number : old &+ near }
        switch pages[place].header.kind {
        case .dictionary(let values, let encoding):
            pages[place].header.kind = .dictionary(values: other(values), encoding: encoding)
        case .data(var values, var nulls, var rows, var encoding, var definition, var repetition, let compressed):
            switch dice.below(7) {
            case 0: values = other(values)
            case 1: nulls = other(nulls)
            case 2: rows = other(rows)
            case 3: encoding = Int32(dice.below(10))
            case 4: definition = other(definition)
            case 5: repetition = other(repetition)
            default: pages[place].header.rawSize = other(pages[place].header.rawSize)
            }
            pages[place].header.kind = .data(
                values: values, nulls: nulls, rows: rows, encoding: encoding, definition: definition,
                repetition: repetition, compressed: compressed)
        }
        return "header of page \(place)"
    }

    fileprivate mutating func changeRecord(_ number: Int, _ dice: inout SeededRandom) -> String {
        switch dice.below(8) {
        case 0: record.values = number
        case 1: record.statistics.nullCount = dice.below(2) == 0 ? number : record.values
        case 2: record.statistics.min = nil
        case 3: record.statistics.max = (0..<dice.below(12)).map { _ in UInt8(truncatingIfNeeded: number) }
        case 4: record.statistics.min = (0..<8).map { UInt8(truncatingIfNeeded: Int64(number) >> ($0 * 8)) }
        case 5: record.valueEncoding = [0, 3, 5, 6, 7, 8][dice.below(6)]
        case 6: record.dictionaryPage = record.dictionaryPage == nil ? 4 : nil
        default: record.codec = Int32(dice.below(4))
        }
        return "record"
    }
}

extension Forgery.Page {
    /// The numbers of the page, one or all of them another one, encoded soundly; nil if it holds none.
    fileprivate func changedNumbers(_ number: Int64, _ dice: inout SeededRandom) -> [UInt8]? {
        guard case .data(let places, let nulls, _, Encoding.deltaBinaryPacked.rawValue, _, _, _) = header.kind,
            places > nulls
        else { return nil }
        let count = places - nulls
        var numbers = [Int64](repeating: 0, count: count), bytes = ByteSink(), sink = ByteSink()
        values.withUnsafeBytes { bytes.put($0) }
        let isSound = numbers.withUnsafeMutableBufferPointer { out in
            var cursor = ByteCursor(bytes.padded)
            return (try? DeltaBinaryPacked.decode(&cursor, count, to: CheckedRoom(out))) != nil
        }
        guard isSound else { return nil }
        if dice.below(4) == 0 {
            numbers = Array(repeating: number, count: count)
        } else {
            numbers[dice.below(count)] = number
        }
        numbers.withUnsafeBufferPointer { DeltaBinaryPacked.encode($0.baseAddress!, count, into: &sink) }
        return sink.array
    }
}
