package import Model

extension QuarantinedLine {
    /// - Parameters:
    ///   - field: the one that is missing or bad, for the reasons that concern one.
    ///   - position: where in the line reading stopped, in bytes, for the reasons that concern its form.
    package init(
        sourceID: Int64 = 0, source: String, offset: Int64, length: Int64, reason: QuarantineReason,
        field: EventField? = nil, position: Int? = nil, bytes: [UInt8]
    ) {
        self.init(
            sourceID: sourceID, source: source, offset: offset, length: length, reason: reason.rawValue,
            detail: field?.name ?? position.map { "at byte \($0)" }, bytes: bytes)
    }

    /// A line of zero bytes.
    /// - Parameter isLine: a newline follows.
    package static func zeros(
        _ count: Int, sourceID: Int64, source: String, offset: Int64, isLine: Bool
    ) -> QuarantinedLine {
        QuarantinedLine(
            sourceID: sourceID, source: source, offset: offset, length: Int64(count), reason: .nulBytes,
            position: isLine ? 0 : nil, bytes: [UInt8](repeating: 0, count: min(count, keptBytes)))
    }

    /// The line with marks in place of credentials. Reason and detail stay those of the line as it was read.
    ///
    /// Where a line ends before it should, the beginning of a credential counts as one.
    package func redacted(by secrets: SecretMarker?) -> QuarantinedLine {
        let isCut = [QuarantineReason.lineTooLong, .unterminated].contains { $0.rawValue == reason }
        guard let redaction = secrets?.redacted(line: bytes.span.bytes, isCut: isCut) else { return self }
        var line = self
        line.bytes = redaction.bytes
        line.redacted = redaction.types
        return line
    }
}
