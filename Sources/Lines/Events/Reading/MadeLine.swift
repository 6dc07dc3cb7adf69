/// A line of our own format that was made from a record of another one.
package struct MadeLine: Sendable, Equatable {
    /// The line, with its newline, among lines.
    package var line: Range<Int>
    /// The record as it is kept, among records; nil if it is not.
    package var record: Range<Int>?
    /// Where the record begins in its source, in bytes.
    package var offset: Int64
    /// Bytes of the record in its source.
    package var length: Int64

    package init(line: Range<Int>, record: Range<Int>?, offset: Int64, length: Int64) {
        self.line = line
        self.record = record
        self.offset = offset
        self.length = length
    }
}
