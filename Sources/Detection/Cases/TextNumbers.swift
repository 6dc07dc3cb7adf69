internal import Columns

/// Numbers for the texts of a column over many batches, from 0, in the order in which they come.
///
/// Each batch has a dictionary of its own; a text is looked up once for each batch, not once for each row.
struct TextNumbers {
    private(set) var texts: [[UInt8]] = []
    private var known: [[UInt8]: UInt32] = [:]
    private var ofBatch: [UInt32] = []

    private static let unknown = UInt32.max

    /// To be called before the rows of another batch are asked for.
    mutating func begin(_ column: TextColumn) {
        ofBatch = [UInt32](repeating: Self.unknown, count: column.dictionary.count)
    }

    /// The number of a row's text, or nil if it has none. `spell` may make one text of several.
    mutating func number(
        _ column: TextColumn, _ row: Int, spell: (ArraySlice<UInt8>) -> [UInt8] = { Array($0) }
    ) -> UInt32? {
        let index = column.indices[row]
        guard index != TextColumn.none else { return nil }
        if ofBatch[Int(index)] != Self.unknown { return ofBatch[Int(index)] }
        let text = spell(column.dictionary.slice(at: Int(index)))
        let number = known[text] ?? UInt32(texts.count)
        if number == texts.count {
            known[text] = number
            texts.append(text)
        }
        ofBatch[Int(index)] = number
        return number
    }

    func string(_ number: UInt32) -> String { String(decoding: texts[Int(number)], as: UTF8.self) }
}
