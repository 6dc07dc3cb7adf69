/// A line of white space only that is not simply empty, so that its source can be written again byte for byte.
package struct BlankLine: Sendable, Equatable {
    /// The file or stream that the line came from.
    package var source: String
    /// Where the line starts in its source.
    package var offset: Int64
    /// The line, without its newline: spaces, tabs and carriage returns.
    package var bytes: [UInt8]

    package init(source: String, offset: Int64, bytes: [UInt8]) {
        self.source = source
        self.offset = offset
        self.bytes = bytes
    }
}
