/// A line that is kept beside the events because it is none, with what is needed to find it again and to judge it.
package struct QuarantinedLine: Sendable, Equatable {
    /// How many bytes are kept of a line that is too long; any other is kept whole.
    package static let keptBytes = 64 << 10

    /// The number of the source that the line came from; 0 where there are no numbers.
    package var sourceID: Int64
    /// The file or stream, under the name that it had when the line was read.
    package var source: String
    /// Where the line starts in its source, in bytes.
    package var offset: Int64
    /// Bytes of the whole line, its newline not counted.
    package var length: Int64
    /// A stable word. A trail may hold words of an earlier version, so this is no `QuarantineReason`.
    package var reason: String
    /// What exactly is wrong: `token_id`, or `at byte 17`. Never a part of the line, which may hold a credential.
    package var detail: String?
    /// The line; of one that is too long its beginning. With marks in place of credentials.
    package var bytes: [UInt8]
    /// The types of the credentials that were replaced, with commas between them, or nil.
    package var redacted: String?

    package init(
        sourceID: Int64, source: String, offset: Int64, length: Int64, reason: String, detail: String?, bytes: [UInt8],
        redacted: String? = nil
    ) {
        self.sourceID = sourceID
        self.source = source
        self.offset = offset
        self.length = length
        self.reason = reason
        self.detail = detail
        self.bytes = bytes
        self.redacted = redacted
    }
}
