/// A line that is no event and that held credentials.
package struct QuarantinedSecrets: Sendable {
    package var source: String
    package var offset: Int64
    /// Their types, with commas between them.
    package var types: String
    /// What is kept of the line, with the marks in place.
    package var text: [UInt8]
    /// When it was read, microseconds since the epoch: it has no time of its own.
    package var readAt: Int64

    package init(source: String, offset: Int64, types: String, text: [UInt8], readAt: Int64) {
        self.source = source
        self.offset = offset
        self.types = types
        self.text = text
        self.readAt = readAt
    }
}
