import Columns

/// Numbers the entries of a text column that really occur, in the order in which rows use them.
///
/// The dictionary of a column that was cut out of a larger one has entries that no row uses; these are not written.
struct TextNumbering: ~Copyable, Sendable {
    private var codeRoom = Scratch<UInt32>()
    private var usedRoom = Scratch<UInt32>()
    private var numberRoom = Scratch<UInt32>()
    private var flagRoom = Scratch<UInt8>()
    /// Number of entries in use.
    private(set) var used = 0
    /// Number of rows with a value.
    private(set) var values = 0
    /// Bytes of all entries in use.
    private(set) var usedBytes = 0

    init() {}

    /// Numbers the rows of a column. `codes` then holds the number of each value (rows without one are left out),
    /// `entries` the dictionary entry of each number, `flags` for each row whether it has a value.
    /// False if a row points outside the dictionary.
    mutating func number(_ indices: UnsafeBufferPointer<UInt32>, of dictionary: Entries) -> Bool {
        let ends = dictionary.ends
        let codes = codeRoom.room(indices.count)
        let flags = flagRoom.room(indices.count)
        let numbers = numberRoom.room(ends.count)
        numbers.update(repeating: TextColumn.none, count: ends.count)
        let entries = usedRoom.room(min(ends.count, indices.count))
        used = 0
        values = 0
        usedBytes = 0
        for row in 0..<indices.count {
            let index = Int(indices[row])
            guard index < ends.count else {
                guard indices[row] == TextColumn.none else { return false }
                flags[row] = 0
                continue
            }
            flags[row] = 1
            var code = numbers[index]
            if code == TextColumn.none {
                code = UInt32(truncatingIfNeeded: used)
                numbers[index] = code
                entries[used] = UInt32(truncatingIfNeeded: index)
                usedBytes += Int(ends[index]) - dictionary.start(index)
                used += 1
            }
            codes[values] = code
            values += 1
        }
        return true
    }

    /// The number of each value; good until the next `number`.
    var codes: UnsafeMutablePointer<UInt32> { mutating get { codeRoom.room(0) } }
    /// The dictionary entry of each number.
    var entries: UnsafeMutablePointer<UInt32> { mutating get { usedRoom.room(0) } }
    /// For each row 1 if it has a value, else 0.
    var flags: UnsafeMutablePointer<UInt8> { mutating get { flagRoom.room(0) } }
}
