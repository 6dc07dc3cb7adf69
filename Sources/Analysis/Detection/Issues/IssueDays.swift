internal import Columns
internal import Events

/// On which UTC days which actors issued tokens, and for whom the log does not show that they are used to it.
struct IssueDays {
    let issues: MadeIssues
    let window: DetectionWindow
    let settings: FirstTimeIssuer.Settings

    /// An actor on one day of the window of whom no issue before teaches that he issues.
    struct Open: Hashable {
        var actor: UInt32
        /// UTC days since 1970.
        var day: Int32
    }

    /// One actor's issues of one day, in a number: a log may hold millions.
    private struct ActorDay: Hashable {
        private let bits: UInt64

        init(_ actor: UInt32, _ day: Int32, teaches: Bool) {
            bits = UInt64(actor) << 32 | UInt64(UInt32(bitPattern: day) << 1) | (teaches ? 1 : 0)
        }

        var actor: UInt32 { UInt32(bits >> 32) }
        var day: Int32 { Int32(bitPattern: UInt32(truncatingIfNeeded: bits)) >> 1 }
        /// Whether it is of the days that show who issues.
        var teaches: Bool { bits & 1 == 1 }
    }

    private(set) var open: [Open] = []
    private(set) var names = TextNumbers()
    /// How many actors issued in the window.
    private(set) var actors = 0
    /// Issues in the window that only teach, as the log had just begun.
    private(set) var teaching = 0

    private var history: any History { issues.history }

    init(_ issues: MadeIssues, _ window: DetectionWindow, _ settings: FirstTimeIssuer.Settings) {
        (self.issues, self.window, self.settings) = (issues, window, settings)
    }

    /// A rotation teaches nothing for so many days: with a single one nobody makes himself an issuer at once.
    static let rotationsTeachAfter: Int32 = 30

    mutating func read() throws {
        let span = window.wholeDays
        guard !window.isEmpty, let begins = try history.begins else { return }
        let systems = try history.systems
        var days: Set<ActorDay> = []
        try note(span, of: nil, begins, systems, into: &days)
        actors = names.count
        guard actors > 0 else { return }
        let memory = Int64(settings.silence) * Timestamp.day
        let all = Set((0..<UInt32(names.count)).map { names[$0] })
        try note(span.lowerBound.minus(memory)..<span.lowerBound, of: all, begins, systems, into: &days)
        judge(days)
    }

    private mutating func note(
        _ span: Range<Int64>, of actors: Set<[UInt8]>?, _ begins: Int64, _ systems: LogSystems?,
        into days: inout Set<ActorDay>
    ) throws {
        guard !span.isEmpty else { return }
        var names = names, counted = days, teaching = 0
        let fields = systems == nil ? EventFields([]) : EventFields([.sourceID])
        try issues.scan(span, of: actors, fields) { batch, rows in
            names.begin(batch[.actor])
            for row in rows {
                let begins = systems?.system(ofSource: batch.sourceID[row])?.begins ?? begins
                guard let actor = names.number(batch[.actor], row) else { continue }
                let day = Timestamp.day(of: batch.ts[row])
                let teaches = day < Timestamp.day(of: begins.plus(settings.learning))
                if teaches, window.contains(batch.ts[row]) { teaching += 1 }
                counted.insert(ActorDay(actor, day, teaches: teaches))
            }
        }
        self.names = names
        self.teaching += teaching
        days = counted
    }

    /// Of each day with issues that only could be judged, whether those before teach enough.
    private mutating func judge(_ days: Set<ActorDay>) {
        let all = days.sorted { ($0.actor, $0.day) < ($1.actor, $1.day) }
        let span = window.wholeDays
        let judged = Timestamp.day(of: span.lowerBound)...Timestamp.day(of: max(span.lowerBound, span.upperBound - 1))
        for group in all.chunked(by: \.actor) {
            for place in group where judged.contains(all[place].day) && !all[place].teaches {
                let day = all[place].day
                let isKnown = all[group].contains { one in
                    one.day < day && one.day >= day - settings.silence
                        && (one.teaches || one.day <= day - Self.rotationsTeachAfter)
                }
                if !isKnown { open.append(Open(actor: all[place].actor, day: day)) }
            }
        }
    }
}
