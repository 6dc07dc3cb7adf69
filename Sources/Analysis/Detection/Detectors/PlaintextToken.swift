internal import Columns
internal import Events
internal import Model

/// A producer writes credentials into its log.
///
/// Whoever reads the log, its backups or its shipper holds those credentials. authtrail keeps none of them (a mark
/// stands in place of each), but the log itself and everything before authtrail has them still, so somebody must
/// revoke them and change the producer. A leak goes on line after line until then: there is one finding for each log,
/// type and UTC day, not one for each line.
///
/// A line in quarantine has no time of its own: it counts for the day on which it was read.
///
/// Not found: what no rule of `SecretRule` recognizes.
package struct PlaintextToken: Detector {
    package static let card = DetectorCard(
        id: "plaintext-token",
        title: "Credential in the log",
        question: "Which logs hold credentials in plain text, and in which fields?",
        needs: [.ts, .source, .redacted],
        needsPast: false,
        defaultSeverity: .high,
        classes: [
            .init(
                "plaintext_token", .high,
                "A log held credentials of a type on a UTC day.",
                advice: "Revoke what was logged, stop the program that writes it, and clean the log itself: here "
                    + "it is replaced, there it is not.")
        ],
        references: ["T1552.001"],
        knownGaps: [
            "A line in quarantine has no time of its own and counts as of when it was read; for a run that looks "
                + "before that, as of the newest event.",
            "Events stored by a version that did not look for credentials have none replaced.",
            "What looks like no known type, under a name that says nothing, is not recognized (Docs/secrets.md).",
            "Versions up to 0.2.0 took ids of AWS access keys for credentials of the type aws; they are names.",
        ],
        version: 1)

    /// How many marks a finding lists at most.
    private static let mostMarks = 10

    package init() {}

    package func detect(in window: DetectionWindow, of history: any History) throws -> DetectionResult {
        var result = DetectionResult(detector: Self.card.id)
        let leaks = window.isEmpty ? [:] : try read(window, history)
        for (key, leak) in leaks where window.touches(first: leak.first, last: leak.last) {
            result.findings.append(finding(key, leak, asOf: window.asOf))
        }
        result.counts.add("leaking_logs", Set(leaks.keys.map(\.source)).count)
        result.counts.add("events_with_credentials", leaks.values.reduce(0) { $0 + $1.events })
        result.counts.add("quarantined_with_credentials", leaks.values.reduce(0) { $0 + $1.quarantined })
        result.sort()
        return result
    }

    /// Whole UTC days, so that a finding does not depend on where the window begins.
    private func read(_ window: DetectionWindow, _ history: any History) throws -> [Leak.Key: Leak] {
        let texts = EventField.texts.filter { $0 != .raw }
        let firstDay = Timestamp.start(ofDay: Timestamp.day(of: max(0, window.from)))
        let end = Timestamp.start(ofDay: Timestamp.day(of: max(0, window.to.minus(1)))).plus(Timestamp.day)
        let scan = EventScan(
            from: firstDay, to: min(end, window.asOf), texts: [.redacted: .matching { _ in true }],
            fields: EventFields(texts + [.ts, .event, .sourceOffset]))
        var leaks: [Leak.Key: Leak] = [:]
        try history.scan(scan) { batch in
            for row in 0..<batch.count {
                for (type, fields) in Self.types(batch[.redacted][row] ?? "") {
                    let key = Leak.Key(
                        source: Self.log(batch[.source].bytes(at: row)), type: type,
                        day: Timestamp.day(of: batch.ts[row]))
                    leaks[key, default: Leak()].add(batch, row, type, fields)
                }
            }
        }
        try readQuarantine(window, history, firstDay..<end, into: &leaks)
        return leaks
    }

    private func readQuarantine(
        _ window: DetectionWindow, _ history: any History, _ days: Range<Int64>, into leaks: inout [Leak.Key: Leak]
    ) throws {
        let lines = try history.quarantinedSecrets()
        guard !lines.isEmpty else { return }
        let newest = try history.coverage.map { $0.upperBound - 1 } ?? .max
        for line in lines {
            // Most runs look just after the newest event, which was written before this line was read.
            let ts = line.readAt < window.asOf ? line.readAt : min(line.readAt, newest)
            guard days.contains(ts), ts < window.asOf else { continue }
            for type in Self.types(line.types).keys {
                let key = Leak.Key(
                    source: Self.log(Array(line.source.utf8)[...]), type: type, day: Timestamp.day(of: line.readAt))
                leaks[key, default: Leak()].add(line, type, at: ts)
            }
        }
    }

    /// The objects of a bucket are one log.
    private static func log(_ path: ArraySlice<UInt8>?) -> String {
        guard let path else { return "" }
        let name = LogName(ofPath: path)
        return String(decoding: name.isObject ? name.bytes[...] : path, as: UTF8.self)
    }

    /// What `redacted` says, by type: `jwt:reason,jwt:tool` is `jwt` in `reason` and `tool`.
    private static func types(_ redacted: String) -> [String: [String]] {
        var types: [String: [String]] = [:]
        for note in redacted.split(separator: ",") {
            let parts = note.split(separator: ":", maxSplits: 1)
            guard let type = parts.first else { continue }
            types[String(type), default: []].append(parts.count > 1 ? String(parts[1]) : "")
        }
        return types
    }
}

/// The credentials of one type in one log on one day.
private struct Leak {
    struct Key: Hashable {
        var source: String
        var type: String
        /// UTC days since 1970.
        var day: Int32
    }

    var events = 0
    /// Lines that are no events.
    var quarantined = 0
    var first = Int64.max
    var last = Int64.min
    /// Events by the field that held the credential.
    var fields: [String: Int] = [:]
    var kinds: [String: Int] = [:]
    var marks: Set<String> = []
    var evidence = EdgeEvidence()

    mutating func add(_ batch: EventColumns, _ row: Int, _ type: String, _ fields: [String]) {
        events += 1
        first = min(first, batch.ts[row])
        last = max(last, batch.ts[row])
        for field in fields { self.fields[field, default: 0] += 1 }
        kinds[batch.kind(at: row).name, default: 0] += 1
        for field in EventField.texts where field != .raw {
            guard let text = batch[field].bytes(at: row) else { continue }
            marks.formUnion(SecretMark.marks(of: type, in: text))
        }
        evidence.add(batch.evidence(at: row))
    }

    mutating func add(_ line: QuarantinedSecrets, _ type: String, at ts: Int64) {
        quarantined += 1
        first = min(first, ts)
        last = max(last, ts)
        marks.formUnion(SecretMark.marks(of: type, in: line.text[...]))
        evidence.add(Evidence(source: line.source, offset: line.offset, eventID: nil, ts: ts))
    }
}

// MARK: - Messages

extension PlaintextToken {
    private func finding(_ key: Leak.Key, _ leak: Leak, asOf: Int64) -> Finding {
        let day = Timestamp.dayText(key.day)
        return Finding(
            id: FindingID.make(detector: Self.card.id, version: Self.card.version, [key.source, key.type, day]),
            detector: Self.card.id, version: Self.card.version, class: "plaintext_token",
            severity: Self.card.defaultSeverity, confidence: confidence(key.type),
            entity: .init("source", key.source), firstSeen: leak.first, lastSeen: leak.last, asOf: asOf,
            title: "Credentials in plain text (\(key.type)) in \(key.source) on \(day)",
            explanation: explanation(key, leak, day),
            evidence: leak.evidence.all, context: context(key, leak), references: Self.card.references)
    }

    /// What has a look of its own is hardly anything else; a name may mislead.
    private func confidence(_ type: String) -> Confidence {
        let named: Set<SecretType> = [
            .authorization, .code, .password, .apiKey, .accessToken, .refreshToken, .idToken, .secret, .token, .cookie,
        ]
        return SecretType(rawValue: type).map { named.contains($0) ? .medium : .high } ?? .medium
    }

    private func explanation(_ key: Leak.Key, _ leak: Leak, _ day: String) -> String {
        let fields = sorted(leak.fields).map { "`\($0)`" }.joined(separator: ", ")
        let held = leak.marks.isEmpty ? "credentials" : Wording.count(leak.marks.count, "different credential")
        return "On \(day), \(whatHeld(key, leak)) held \(held) of the type \(key.type)"
            + (leak.events == 0 ? ". " : " in \(fields). ")
            + "The trail holds marks in their place; the log itself, its copies and whoever shipped it have the "
            + "credentials still."
            + (SecretType(rawValue: key.type).map { " What ends it: \($0.remedy)." } ?? "")
    }

    private func whatHeld(_ key: Leak.Key, _ leak: Leak) -> String {
        let lines = Wording.count(leak.quarantined, "line") + " in quarantine (authtrail report quarantine)"
        if leak.events == 0 { return "\(lines) of \(key.source)" }
        let events = "\(Wording.count(leak.events, "event")) of \(key.source)"
        return leak.quarantined == 0 ? events : "\(events) and \(lines)"
    }

    private func context(_ key: Leak.Key, _ leak: Leak) -> Context {
        var context = Context()
        context.add("type", key.type)
        context.add("events", leak.events)
        if leak.quarantined > 0 { context.add("quarantined_lines", leak.quarantined) }
        if !leak.marks.isEmpty { context.add("credentials", leak.marks.count) }
        context.add("fields", sorted(leak.fields))
        context.add("kinds", sorted(leak.kinds))
        context.add("marks", Array(leak.marks.sorted().prefix(Self.mostMarks)))
        return context
    }

    /// Names, those that occur most first.
    private func sorted(_ counts: [String: Int]) -> [String] {
        counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map(\.key)
    }
}
