internal import ArgumentParser
internal import Catalog
internal import Columns
internal import Console
internal import Events
internal import Trail

/// Where else than in the fields that were asked for a trail holds the mark of what somebody typed. A credential in a
/// note is no token of the log, and all the same it was there.
struct MarkSearch {
    /// The mark as it stands there.
    private(set) var mark: String?
    /// How many events hold it, and in which of their fields.
    private(set) var events = 0
    private var fields: Set<EventField> = []
    private var quarantined = 0
    /// Whether the trail holds any marks.
    private var hasMarks = false

    private static let fields = EventField.texts.filter { ![.raw, .source, .redacted].contains($0) }

    /// Looks at the events in which something was replaced, and at no others.
    init(_ name: String, _ marker: SecretMarker, _ trail: Trail) throws {
        let ends = marker.markEnds(of: name)
        let fields = Self.fields + [.raw]
        let scan = EventScan(
            texts: [.redacted: .present], fields: EventFields(fields + [.ts, .redacted]))
        try trail.scan(scan) { batch in
            hasMarks = true
            var rows = [Bool](repeating: false, count: batch.count)
            for field in fields {
                let found = batch[field].values(none: nil) { SecretMarker.mark(endingIn: ends, in: $0) }
                for (row, one) in found.enumerated() {
                    guard let one else { continue }
                    mark = mark ?? one
                    rows[row] = true
                    self.fields.insert(field)
                }
            }
            events += rows.count { $0 }
        }
        for line in try trail.catalog.quarantinedSecrets() {
            hasMarks = true
            guard let one = SecretMarker.mark(endingIn: ends, in: line.text[...]) else { continue }
            mark = mark ?? one
            quarantined += 1
        }
    }

    /// What to say where nothing was found in the fields that were asked for; nil in a trail without marks.
    func sentence(asked: [EventField], _ trailFlag: String) -> String? {
        guard hasMarks else { return nil }
        let only = "Only \(asked.map(\.name).joined(separator: " and ")) \(asked.count == 1 ? "was" : "were") looked at"
        guard let mark else { return only + " for it; its mark stands in no other field either." }
        var places: [String] = []
        if events > 0 {
            let names = fields.map(\.name).sorted().joined(separator: ", ")
            places.append("\(Human.count(events)) event\(events == 1 ? "" : "s") (\(names))")
        }
        if quarantined > 0 {
            places.append("\(Human.count(quarantined)) line\(quarantined == 1 ? "" : "s") in quarantine")
        }
        return only + ", but the log had it: its mark stands in \(places.joined(separator: " and ")). "
            + (events > 0 ? command(mark, trailFlag) : "authtrail report quarantine") + " shows them."
    }

    /// Asks for the digits, which anybody may see.
    private func command(_ mark: String, _ trailFlag: String) -> String {
        let digits = mark.dropLast().suffix(16)
        let conditions = fields.map(\.name).sorted().map { "\($0) LIKE '%:hmac:\(digits)%'" }
        return "authtrail query \"SELECT ts, source, source_offset, redacted FROM events WHERE "
            + conditions.joined(separator: " OR ") + "\"" + (trailFlag.isEmpty ? "" : " " + trailFlag)
    }
}
