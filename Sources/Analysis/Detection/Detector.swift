package import Events
package import Model

/// A rule over the history of auth events: it looks at a window and says what is wrong in it.
///
/// A detector is a value that holds its settings. It is a pure function of history, settings and window; the same
/// events in any order give byte-identical findings. It never reads a clock.
package protocol Detector: Sendable {
    /// What the detector is, for people.
    static var card: DetectorCard { get }
    /// Small logs that it must find something in, and small logs that it must stay quiet on.
    static var examples: [DetectorExample] { get }

    /// Every finding that touches the window. Throws `DetectionError` for settings that make no sense, and whatever
    /// the history throws.
    func detect(in window: DetectionWindow, of history: any History) throws -> DetectionResult
}

extension Detector {
    /// The card, from a value.
    package var card: DetectorCard { Self.card }
}

/// What a detector is, as `authtrail detectors` and the docs print it.
package struct DetectorCard: Sendable {
    package var id: String
    package var title: String
    /// The question that it answers.
    package var question: String
    /// The fields without which it cannot answer.
    package var needs: [EventField]
    /// What it cannot judge by where the log does not say it.
    package var judgesBy: [Basis] = []
    /// Whether it must know more than the events that it judges: what was before, or what is usual.
    package var needsPast = true
    package var defaultSeverity: Severity
    /// The classes that a finding of this detector may have, worst first, each with one sentence.
    package var classes: [Class]
    /// ATT&CK technique ids.
    package var references: [String]
    /// What it does not see, and where it departs from the plain table of rules and why.
    package var knownGaps: [String]
    package var version: Int

    /// Fields of some kinds of events in the window, or facts about the tokens used in it.
    package enum Basis: Sendable {
        case events(EventKinds, [EventField])
        case tokens([TokenFact])
    }

    /// A class of findings.
    package struct Class: Sendable {
        package var name: String
        package var severity: Severity
        package var meaning: String
        /// What somebody does about it now; `{entity}` and `{tokens}` stand for what a finding names.
        package var advice: String

        package init(_ name: String, _ severity: Severity, _ meaning: String, advice: String) {
            self.name = name
            self.severity = severity
            self.meaning = meaning
            self.advice = advice
        }
    }
}

/// What a run looks at, in event time, half-open.
///
/// Findings belong to a run when they touch `[from, to)`. Events up to `asOf` may be read to tell a finding's whole
/// story, so cutting a span into windows with one `asOf` gives the same findings as the whole span at once.
package struct DetectionWindow: Sendable, Equatable {
    /// Microseconds since the epoch.
    package var from: Int64
    package var to: Int64
    /// Nothing at or after this time is looked at.
    package var asOf: Int64

    /// The recent window R of the rules, where nothing else is said.
    package static let recent = Timestamp.day

    /// The window `[asOf - recent, asOf)`.
    package init(asOf: Int64, recent: Int64 = DetectionWindow.recent) {
        self.init(from: asOf.minus(recent), to: asOf, asOf: asOf)
    }

    /// A window of one's own. It is cut at `asOf`; a window that is empty then holds no findings.
    package init(from: Int64, to: Int64, asOf: Int64) {
        self.from = from
        self.to = min(to, asOf)
        self.asOf = asOf
    }

    package var isEmpty: Bool { from >= to }

    /// Whether something that lasted from `first` to `last`, both included, touches the window.
    package func touches(first: Int64, last: Int64) -> Bool { first < to && last >= from }

    package func contains(_ time: Int64) -> Bool { time >= from && time < to }
}

/// What one detector says about one window.
package struct DetectionResult: Sendable, Equatable {
    package var detector: String
    /// In the order of `Finding.precedes`.
    package var findings: [Finding] = []
    /// What could not be judged.
    package var coverage: [CoverageNote] = []
    /// Whether it had what it must know to judge: what others do not find is not taken back.
    package var isEvaluable = true
    /// Whether of very many subjects not all are reported one by one: of those nothing is taken back either.
    package var isCut = false
    /// What was looked at and counted, in a fixed order of names.
    package var counts = Context()

    package init(detector: String) { self.detector = detector }

    /// Takes over what was found among the events that are dated ahead of the clock.
    package mutating func add(ahead other: DetectionResult) {
        for var finding in other.findings {
            finding.context["clock_ahead"] = .bool(true)
            finding.explanation += " These events are dated ahead of the clock."
            findings.append(finding)
        }
        sort()
    }

    /// Puts findings in order. Two lines that say the same make one finding.
    mutating func sort() {
        findings.sort(by: Finding.precedes)
        var known: Set<String> = []
        findings.removeAll { !known.insert($0.id).inserted }
    }
}

/// A statement about what a detector could not judge.
package struct CoverageNote: Sendable, Equatable {
    package var kind: Kind
    /// One clause, ready to print: "not evaluable: `ip` absent on 83 % of `failed`".
    package var text: String
    /// Whether the rest was judged.
    package var isPartial = false
    /// What is missing, where it is one thing that a producer or a policy can add.
    package var about: Subject?

    package enum Subject: Sendable, Equatable {
        case field(EventKinds, EventField)
        case tools
        case reasons
    }

    package enum Kind: String, Sendable {
        /// A field that the rule needs is missing.
        case notEvaluable = "not_evaluable"
        /// The log does not reach back far enough.
        case insufficientHistory = "insufficient_history"
        /// There is more than is reported one by one.
        case more
    }
}
