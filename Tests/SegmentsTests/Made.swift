import Events
@testable import Segments
import TestSupport

/// Events made from a seed, the same in every run.
struct Made {
    /// April 2026.
    static let month = Int32(675)
    /// 26 April 2026.
    static let start = Timestamp.start(ofDay: 20_569)

    private var random: SeededRandom

    init(seed: UInt64) { random = SeededRandom(seed) }

    mutating func below(_ limit: Int) -> Int { random.below(limit) }

    mutating func pick(_ texts: [String?]) -> String? { texts[below(texts.count)] }

    /// An event at about a time; every field is there in some events and absent in others.
    mutating func event(at time: Int64, number: Int) -> Event {
        var event = Event(ts: time, kind: EventKind.allCases[min(5, below(12))])
        event.sourceOffset = Int64(number) * 300
        event.sourceID = Int64(1 + number % 3)
        event.texts[.eventID] = below(20) == 0 ? nil : "evt_\(number)_\(below(1_000_000))"
        event.texts[.tokenID] = below(9) == 0 ? nil : "tok_\(below(60))"
        event.texts[.kind] = pick(["anonymous", "api_token", "oauth", nil])
        event.texts[.principal] = below(5) == 0 ? nil : "partner:é\(below(12))"
        event.texts[.actor] = pick([nil, nil, nil, "admin:maria"])
        event.texts[.tool] = pick(["orders.status", "inventory.check", nil])
        event.texts[.reason] = event.kind == .failed ? pick(["expired", "hash_mismatch"]) : nil
        event.texts[.ip] = pick(["203.0.113.7", "2001:db8::1", "198.51.100.\(below(99))", nil])
        event.texts[.userAgent] = pick(["curl/8.5", "acme-sync/1.4 (日本)", nil])
        event.texts[.presented] = event.kind == .failed ? String(below(1 << 40), radix: 16) : nil
        event.texts[.extra] = below(10) == 0 ? "{\"request\":\"\(below(1 << 50))\",\"\(below(3))\":null}" : nil
        event.texts[.source] = "/var/log/auth.ndjson"
        if event.kind == .refreshed { event.texts[.oldTokenID] = "tok_\(below(60))" }
        if event.kind == .used { event.success = below(10) > 0 }
        if event.kind == .used || event.kind == .failed { event.latencyMS = Double(below(400)) / 10 }
        if below(3) == 0 { event.scopes = (0..<below(4)).map { "scope:\($0)" } }
        if event.kind == .issued { event.expiresAt = time + 90 * Timestamp.day }
        return event
    }

    /// Events in the order of their lines: time mostly grows.
    mutating func events(_ count: Int, from time: Int64 = Made.start, step: Int = 50_000) -> [Event] {
        var time = time
        return (0..<count).map { number in
            time += Int64(below(step))
            return event(at: time + Int64(below(step * 3)), number: number)
        }
    }
}

/// A batch of these events.
func batch(_ events: [Event]) -> EventColumns {
    var columns = EventColumns()
    for event in events { columns.append(event) }
    return columns
}

/// A segment of April 2026 with these batches, written and sealed.
func sealed(_ batches: [[Event]], isMillis: Bool = false) throws -> SealedSegment {
    let writer = SegmentWriter(month: Made.month, isMillis: isMillis)
    for events in batches { try writer.add(batch(events)) }
    return try writer.finish(metadata: [("authtrail.batch", "7")])
}

extension EventColumns {
    var events: [Event] { (0..<count).map { event(at: $0) } }
}

extension [Event] {
    /// The events by row group, as a segment holds them: uses, failures, all others, each in the order of their lines.
    var groups: [[Event]] {
        [
            filter { $0.kind == .used }, filter { $0.kind == .failed },
            filter { $0.kind != .used && $0.kind != .failed },
        ]
    }

    /// The events in the order in which a segment gives them back.
    var asStored: [Event] { groups.flatMap(\.self) }
}

extension SegmentReader {
    /// All events of all row groups.
    func events() throws -> [Event] { try (0..<rowGroupCount).flatMap { try columns(rowGroup: $0).events } }
}

extension Event {
    /// The event with times that are whole milliseconds.
    var inMillis: Event {
        var event = self
        event.ts -= ts % 1000
        event.expiresAt = expiresAt.map { $0 - $0 % 1000 }
        return event
    }

    /// The event with some fields only, as a scan delivers it.
    func only(_ fields: EventFields) -> Event {
        var part = Event(ts: fields.contains(.ts) ? ts : 0, kind: fields.contains(.event) ? kind : .used)
        if fields.contains(.expiresAt) { part.expiresAt = expiresAt }
        if fields.contains(.latencyMS) { part.latencyMS = latencyMS }
        if fields.contains(.success) { part.success = success }
        if fields.contains(.scopes) { part.scopes = scopes }
        if fields.contains(.sourceOffset) { part.sourceOffset = sourceOffset }
        if fields.contains(.sourceID) { part.sourceID = sourceID }
        part.texts = texts.filter { fields.contains($0.key) }
        return part
    }

    /// Whether a scan wants the event, said in the plainest way.
    func matches(_ scan: EventScan) -> Bool {
        guard ts >= scan.from, ts < scan.to, scan.kinds.contains(kind) else { return false }
        return scan.texts.allSatisfy { field, condition in
            guard let text = texts[field] else { return if case .absent = condition { true } else { false } }
            switch condition {
            case .absent: return false
            case .anyOf(let wanted): return wanted.contains(Array(text.utf8))
            case .matching(let accepts): return accepts(Array(text.utf8)[...])
            }
        }
    }
}
