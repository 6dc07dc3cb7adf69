internal import Events
internal import Model

/// What a finding tells beyond its case.
struct Verdict {
    var `class`: String
    var entity: Finding.Entity
    /// What makes the fact, for its id; never a count, a last time or the time of the run.
    var fact: [String]
    var title: String
    /// Whole sentences.
    var explanation: String
    /// The class's own, where nothing else is said.
    var severity: Severity?
    var confidence = Confidence.high
    /// What is listed before the counts and names of the case.
    var context = Context()
}

extension Detector {
    /// The finding of a case.
    func finding(_ verdict: Verdict, _ one: Case, asOf: Int64) -> Finding {
        finding(verdict, first: one.first, last: one.last, one.evidence.all, one.context, asOf: asOf)
    }

    /// A finding over a span of time.
    func finding(
        _ verdict: Verdict, first: Int64, last: Int64, _ evidence: [Evidence], _ counts: Context, asOf: Int64
    ) -> Finding {
        let card = Self.card
        var context = verdict.context
        for entry in counts.entries { context[entry.name] = entry.value }
        let usual = card.classes.first { $0.name == verdict.class }?.severity ?? card.defaultSeverity
        return Finding(
            id: FindingID.make(detector: card.id, version: card.version, verdict.fact),
            detector: card.id, version: card.version, class: verdict.class,
            severity: verdict.severity ?? usual, confidence: verdict.confidence, entity: verdict.entity,
            firstSeen: first, lastSeen: last, asOf: asOf,
            title: verdict.title, explanation: verdict.explanation,
            evidence: evidence, context: context, references: card.references)
    }

    /// An empty result of this detector.
    var emptyResult: DetectionResult { DetectionResult(detector: Self.card.id) }

    /// Refuses a setting that cannot be meant.
    func require(_ holds: Bool, _ name: String, _ got: String, want: String) throws(DetectionError) {
        guard !holds else { return }
        throw DetectionError.badSetting(detector: Self.card.id, name: name, got: got, want: want)
    }
}

extension Context {
    mutating func add(_ name: String, _ value: Bool) { self[name] = .bool(value) }
}
