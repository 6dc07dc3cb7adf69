internal import Columns
internal import Events
internal import Model

/// Finds silences of logs, from the seconds in which each has events.
///
/// Files that follow one another are one log (`LogName`). Where those whose names differ in digits only speak at the
/// same time, each is a log of its own.
struct SourceSilenceSearch {
    struct Silence {
        /// Name of the log; of several files with `#` for the digits of their names.
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
    /// How many have been silent for a day or more, and had too few days to judge that by.
    private(set) var young = 0
    private let settings: SourceSilence.Settings
    private var states: [[UInt8]: State] = [:]
    /// On how many days files of one name spoke at the same time; and the names of which that is so.
    private var crossings: [[UInt8]: Int] = [:]
    private var split: Set<[UInt8]> = []

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
    /// A log that has said nothing for longer than its habit is looked at counts as ended, and is not reported any
    /// more. Time in which no log spoke does not count: nobody ends all of them.
    mutating func read(_ window: DetectionWindow, _ history: any History) throws -> [Silence] {
        guard !window.isEmpty, let coverage = try history.coverage, coverage.lowerBound < window.asOf else { return [] }
        let low = Timestamp.day(of: try history.begins ?? coverage.lowerBound)
        let days = low...Timestamp.day(of: min(window.asOf, coverage.upperBound) - 1)
        guard let newest = try newestDay(in: days, history) else { return [] }
        let idle = max(0, window.asOf.minus(Timestamp.start(ofDay: newest + 1)))
        let begin = max(low, before(window.from.minus(idle)))
        var silences = try read(max(begin, low)...max(begin, newest), window, history)
        // Of a log that fell silent before the window, the days of habit lie further back.
        let early = states.values.filter { $0.last < window.from }.map { before($0.last) }.min() ?? begin
        split = Set(crossings.filter { $0.value >= Self.fewestCrossings }.keys)
        if early < begin && low < begin || !split.isEmpty {
            states = [:]
            silences = try read(max(min(early, begin), low)...max(begin, newest), window, history)
        }
        let spoke = states.values.map(\.last).max() ?? 0
        countYoung(window)
        return silences.filter { silence in
            let habit = silence.start.plus(Int64(settings.habitDays) * Timestamp.day)
            let end = silence.end.map { min($0, habit) } ?? min(habit.plus(window.asOf.minus(spoke)), window.asOf)
            return window.touches(first: silence.due, last: max(end, silence.due))
        }
    }

    /// Two files meet on one day when the log is rotated, and may once be read late.
    private static let fewestCrossings = 2
    private static let leastCrossing = 10 * Timestamp.minute

    private mutating func countYoung(_ window: DetectionWindow) {
        young = states.values.count { state in
            window.asOf.minus(state.last) >= Timestamp.day && habit(of: state).count < settings.leastDays
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
            for (log, spoke) in try logs(on: day, window, history) {
                if spoke.isCrossed { crossings[log, default: 0] += 1 }
                take(log, spoke.seconds, day, &silences)
            }
        }
        for (log, state) in states {
            if let silence = silence(log, state, end: nil), silence.due < window.asOf { silences.append(silence) }
        }
        return silences
    }

    /// What a log shows on one day.
    private struct Day {
        /// Whether each second has an event.
        var seconds = [Bool](repeating: false, count: 86_400)
        /// By number of the file, its first and last event.
        var files: [UInt32: ClosedRange<Int64>] = [:]

        /// Whether two files spoke at the same time.
        var isCrossed: Bool {
            let sorted = files.values.sorted { $0.lowerBound < $1.lowerBound }
            return zip(sorted, sorted.dropFirst()).contains { before, after in
                min(before.upperBound, after.upperBound).minus(after.lowerBound) >= leastCrossing
            }
        }
    }

    private func logs(
        on day: Int32, _ window: DetectionWindow, _ history: any History
    ) throws -> [(log: [UInt8], day: Day)] {
        var files = TextNumbers()
        var logOfFile: [Int] = []
        var logs: [[UInt8]: Int] = [:]
        var days: [Day] = []
        let start = Timestamp.start(ofDay: day)
        let scan = EventScan(
            from: start, to: min(start + Timestamp.day, window.asOf), fields: EventFields([.ts, .source]))
        try history.scan(scan) { batch in
            files.begin(batch[.source])
            for row in 0..<batch.count {
                guard let file = files.number(batch[.source], row) else { continue }
                if file == logOfFile.count {
                    let name = LogName(ofPath: files[file][...])
                    let log = split.contains(name.bytes) ? name.apart : name.bytes
                    logOfFile.append(logs[log] ?? days.count)
                    if logs[log] == nil {
                        logs[log] = days.count
                        days.append(Day())
                    }
                }
                let place = logOfFile[Int(file)], ts = batch.ts[row]
                days[place].seconds[Int((ts - start) / Timestamp.second)] = true
                let known = days[place].files[file] ?? ts...ts
                days[place].files[file] = min(known.lowerBound, ts)...max(known.upperBound, ts)
            }
        }
        return logs.map { log, place in (log, days[place]) }
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
        let days = habit(of: state)
        guard days.count >= settings.leastDays else { return nil }
        let usual = days[days.count / 2]
        let due = state.last.plus(max(settings.least, usual * settings.factor))
        guard end.map({ $0 > due }) ?? true else { return nil }
        return Silence(log: log, start: state.last, due: due, end: end, usual: usual)
    }

    /// The longest gaps of the days before the last one, the shortest first.
    private func habit(of state: State) -> [Int64] {
        let today = Timestamp.day(of: state.last)
        return state.gaps.filter { $0.key < today && $0.key >= today - settings.habitDays }.values.sorted()
    }
}
