/// A line of white space only that is not simply empty, so that its source can be written again byte for byte. Empty
/// lines need no record: they show as gaps between the others.
package struct BlankLine: Sendable, Equatable {
    /// The number of the source that the line came from.
    package var sourceID: Int64
    /// Where the line starts in its source, in bytes.
    package var offset: Int64
    /// The line, without its newline: spaces, tabs and carriage returns.
    package var bytes: [UInt8]

    package init(sourceID: Int64, offset: Int64, bytes: [UInt8]) {
        self.sourceID = sourceID
        self.offset = offset
        self.bytes = bytes
    }
}
