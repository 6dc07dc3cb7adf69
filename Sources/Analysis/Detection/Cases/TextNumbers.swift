internal import Columns

/// Numbers for the texts of a column over many batches, from 0, in the order in which they come.
///
/// Each batch has a dictionary of its own; a text is looked up once for each batch, not once for each row.
struct TextNumbers {
    private var known = TextDictionary()
    private var ofBatch: [UInt32] = []

    private static let unknown = UInt32.max

    /// How many texts have a number.
    var count: Int { known.count }

    /// To be called before the rows of another batch are asked for.
    mutating func begin(_ column: TextColumn) {
        ofBatch = [UInt32](repeating: Self.unknown, count: column.dictionary.count)
    }

    /// The number of a row's text, or nil if it has none. `spell` may make one text of several.
    mutating func number(_ column: TextColumn, _ row: Int, spell: ((ArraySlice<UInt8>) -> [UInt8])? = nil) -> UInt32? {
        let index = column.indices[row]
        guard index != TextColumn.none else { return nil }
        if ofBatch[Int(index)] != Self.unknown { return ofBatch[Int(index)] }
        let text = column.dictionary.slice(at: Int(index))
        let number = number(of: spell.map { $0(text)[...] } ?? text)
        ofBatch[Int(index)] = number
        return number
    }

    /// The number of a text, which it gets now if it has none.
    mutating func number(of text: ArraySlice<UInt8>) -> UInt32 { known.intern(text.span.bytes) }

    /// The number of a text, or nil.
    func known(_ text: ArraySlice<UInt8>) -> UInt32? { known.known(text.span.bytes) }

    /// The text with a number.
    subscript(number: UInt32) -> [UInt8] { Array(known.slice(at: Int(number))) }

    func string(_ number: UInt32) -> String { known.string(at: Int(number)) }
}
