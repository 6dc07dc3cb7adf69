internal import Columns
internal import Events

/// Finds silences of logs, from the seconds in which each has events.
struct SilentLogs {
    struct Silence {
        /// Name of the log, with `#` for its digits.
        var log: [UInt8]
        /// The second of the last event before it.
        var start: Int64
        /// When it had lasted too long.
        var due: Int64
        /// The second of the next event, if the log spoke again before `as_of`.
        var end: Int64?
        /// The median of the longest gaps of the days before.
        var usual: Int64
    }

    /// How many logs have events.
    var logs: Int { states.count }
    private let settings: SourceSilence.Settings
    private var states: [[UInt8]: State] = [:]

    /// What is known of a log so far.
    private struct State {
        /// The second of its latest event.
        var last: Int64
        /// The longest gap that began on each day, of days with events.
        var gaps: [Int32: Int64] = [:]
    }

    init(_ settings: SourceSilence.Settings) { self.settings = settings }

    /// The silences that became too long within the window, and those that last still.
    ///
    /// A log that has said nothing for longer than its habit is looked at counts as ended, and is told no more. Time in
    /// which no log spoke does not count: nobody ends all of them.
    mutating func read(_ window: DetectionWindow, _ history: any History) throws -> [Silence] {
        guard !window.isEmpty, let coverage = try history.coverage, coverage.lowerBound < window.asOf else { return [] }
        let low = Timestamp.day(of: coverage.lowerBound)
        let days = low...Timestamp.day(of: min(window.asOf, coverage.upperBound) - 1)
        guard let newest = try newestDay(in: days, history) else { return [] }
        let idle = max(0, window.asOf.minus(Timestamp.start(ofDay: newest + 1)))
        let begin = max(low, before(window.from.minus(idle)))
        var silences = try read(max(begin, low)...max(begin, newest), window, history)
        // Of a log that fell silent before the window, the days of habit lie further back.
        let early = states.values.filter { $0.last < window.from }.map { before($0.last) }.min() ?? begin
        if early < begin, low < begin {
            states = [:]
            silences = try read(max(early, low)...max(begin, newest), window, history)
        }
        let spoke = states.values.map(\.last).max() ?? 0
        return silences.filter { silence in
            if silence.end != nil { return window.contains(silence.due) }
            let habit = Int64(settings.habitDays) * Timestamp.day
            let ended = silence.start.plus(habit).plus(window.asOf.minus(spoke))
            return window.touches(first: silence.due, last: min(max(ended, silence.due), window.asOf))
        }
    }

    /// The first day that tells the habit of a log at a time.
    private func before(_ time: Int64) -> Int32 { Timestamp.day(of: time) - settings.habitDays - 1 }

    private func newestDay(in days: ClosedRange<Int32>, _ history: any History) throws -> Int32? {
        // Hardly ever must all of them be looked through.
        let late = max(days.lowerBound, days.upperBound - settings.habitDays)...days.upperBound
        return try history.daysWithEvents(in: late).last ?? history.daysWithEvents(in: days).last
    }

    private mutating func read(
        _ days: ClosedRange<Int32>, _ window: DetectionWindow, _ history: any History
    ) throws -> [Silence] {
        var silences: [Silence] = []
        for day in days {
            for (log, seconds) in try seconds(on: day, window, history) { take(log, seconds, day, &silences) }
        }
        for (log, state) in states {
            if let silence = silence(log, state, end: nil), silence.due < window.asOf { silences.append(silence) }
        }
        return silences
    }

    /// The name of a log: digits and `.gz` tell the files of one log apart.
    static func name(of source: ArraySlice<UInt8>) -> [UInt8] {
        var name: [UInt8] = []
        let isCompressed = source.count > 3 && source.suffix(3).elementsEqual(".gz".utf8)
        for byte in isCompressed ? source.dropLast(3) : source {
            let isDigit = byte >= 0x30 && byte <= 0x39
            if isDigit, name.last == 0x23 { continue }
            name.append(isDigit ? 0x23 : byte)
        }
        return name
    }

    /// By log, whether each second of a day has an event.
    private func seconds(
        on day: Int32, _ window: DetectionWindow, _ history: any History
    ) throws -> [[UInt8]: [Bool]] {
        var numbers = TextNumbers()
        var seconds: [[Bool]] = []
        let start = Timestamp.start(ofDay: day)
        let scan = EventScan(
            from: start, to: min(start + Timestamp.day, window.asOf), fields: EventFields([.ts, .source]))
        try history.scan(scan) { batch in
            numbers.begin(batch[.source])
            for row in 0..<batch.count {
                guard let number = numbers.number(batch[.source], row, spell: Self.name) else { continue }
                if number == seconds.count { seconds.append([Bool](repeating: false, count: 86_400)) }
                seconds[Int(number)][Int((batch.ts[row] - start) / Timestamp.second)] = true
            }
        }
        return Dictionary(uniqueKeysWithValues: zip(numbers.texts, seconds))
    }

    /// Takes in the day of one log.
    private mutating func take(_ log: [UInt8], _ seconds: [Bool], _ day: Int32, _ silences: inout [Silence]) {
        let start = Timestamp.start(ofDay: day)
        guard let first = seconds.firstIndex(of: true) else { return }
        var state = states[log] ?? State(last: start + Int64(first) * Timestamp.second)
        for second in first..<seconds.count where seconds[second] {
            let time = start + Int64(second) * Timestamp.second
            if let silence = silence(log, state, end: time) { silences.append(silence) }
            let began = Timestamp.day(of: state.last)
            state.gaps[began] = max(state.gaps[began] ?? 0, time - state.last)
            state.last = time
        }
        state.gaps = state.gaps.filter { $0.key >= day - settings.habitDays - 1 }
        states[log] = state
    }

    /// The silence from the latest event on, if it lasts too long.
    private func silence(_ log: [UInt8], _ state: State, end: Int64?) -> Silence? {
        guard end.map({ $0 - state.last > settings.least }) ?? true else { return nil }
        let today = Timestamp.day(of: state.last)
        let days = state.gaps.filter { $0.key < today && $0.key >= today - settings.habitDays }.values.sorted()
        guard days.count >= settings.leastDays else { return nil }
        let usual = days[days.count / 2]
        let due = state.last.plus(max(settings.least, usual * settings.factor))
        guard end.map({ $0 > due }) ?? true else { return nil }
        return Silence(log: log, start: state.last, due: due, end: end, usual: usual)
    }
}
