/// How many lines were read and what became of them: `lines = stored + quarantined + skipped + blank + duplicate`.
///
/// Of a mapped source a line is an event that a record gave, or a record that gave none.
package struct LineCounts: Sendable, Equatable, Codable {
    package var lines: Int64 = 0
    package var stored: Int64 = 0
    package var quarantined: Int64 = 0
    package var blank: Int64 = 0
    /// Lines that were delivered again and are stored already.
    package var duplicate: Int64 = 0
    /// Records of mapped sources that are no auth events.
    package var skipped: Int64 = 0
    /// Of the skipped records, those whose type their mapping does not know.
    package var unmapped: Int64 = 0
    /// Stored lines that carry something odd: a field of the wrong type, a key given twice, no newline at the end, the
    /// `event_id` of another event.
    package var flagged: Int64 = 0
    /// Of all lines, those in which credentials were replaced.
    package var redacted: Int64 = 0

    package init() {}

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        lines = try values.decode(Int64.self, forKey: .lines)
        stored = try values.decode(Int64.self, forKey: .stored)
        quarantined = try values.decode(Int64.self, forKey: .quarantined)
        blank = try values.decode(Int64.self, forKey: .blank)
        // Segments of an older version do not count them.
        duplicate = try values.decodeIfPresent(Int64.self, forKey: .duplicate) ?? 0
        skipped = try values.decodeIfPresent(Int64.self, forKey: .skipped) ?? 0
        unmapped = try values.decodeIfPresent(Int64.self, forKey: .unmapped) ?? 0
        flagged = try values.decode(Int64.self, forKey: .flagged)
        redacted = try values.decode(Int64.self, forKey: .redacted)
    }

    package static func += (left: inout LineCounts, right: LineCounts) {
        left.lines += right.lines
        left.stored += right.stored
        left.quarantined += right.quarantined
        left.blank += right.blank
        left.duplicate += right.duplicate
        left.skipped += right.skipped
        left.unmapped += right.unmapped
        left.flagged += right.flagged
        left.redacted += right.redacted
    }

    package static func -= (left: inout LineCounts, right: LineCounts) {
        left.lines -= right.lines
        left.stored -= right.stored
        left.quarantined -= right.quarantined
        left.blank -= right.blank
        left.duplicate -= right.duplicate
        left.skipped -= right.skipped
        left.unmapped -= right.unmapped
        left.flagged -= right.flagged
        left.redacted -= right.redacted
    }
}
