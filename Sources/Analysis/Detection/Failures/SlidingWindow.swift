internal import Events

/// Visits every content that a window `[x, x + width)` takes on while it slides over sorted times.
///
/// Contents change only where an event comes in or goes out, so these places are all that exist: nothing is sampled,
/// and no bucket hides what lies across its edge. Events of one microsecond come and go together.
@inline(__always)
func slide(
    _ width: Int64, over events: ArraySlice<Failure>,
    enter: (Int) -> Void, leave: (Int) -> Void, visit: (_ lo: Int, _ hi: Int) -> Void
) {
    var lo = events.startIndex
    var hi = lo
    let end = events.endIndex
    while lo < end {
        let nextIn = hi < end ? events[hi].ts.minus(width - 1) : .max
        let nextOut = lo < hi ? events[lo].ts.plus(1) : .max
        let x = min(nextIn, nextOut)
        while hi < end, events[hi].ts.minus(width - 1) <= x {
            enter(hi)
            hi += 1
        }
        while lo < hi, events[lo].ts < x {
            leave(lo)
            lo += 1
        }
        if lo < hi { visit(lo, hi) } else if nextIn == .max { return }
    }
}

/// The events of one qualifying window: places `lo ..< hi` among the failures that were read.
struct WindowSpan {
    var lo: UInt32
    var hi: UInt32
    /// Width of the window in microseconds.
    var width: Int64
}

/// The qualifying windows of one rule over one case, for widths that are added in ascending order.
///
/// A wider window counts only if it shares no failure with a narrower one that counts. Otherwise a burst of a minute
/// would make every day around it qualify: its episode would begin with a stray failure of the day before, and two
/// bursts of one day would never be two. What goes on around the burst without a pause belongs to it all the same, as
/// far as any qualifying window holds it: `reach`.
struct QualifyingWindows {
    private var finished: [[WindowSpan]] = []
    private var current: [WindowSpan] = []
    private var cursors: [Int] = []
    private var touched: [Range<Int>] = []
    private var firstOfWidth = 0

    /// All spans, of all widths.
    var spans: [WindowSpan] { finished.flatMap { $0 } + current }
    /// The failures that lie in any qualifying window, also in those that do not count.
    var reach: FailureReach { FailureReach(touched) }
    var isEmpty: Bool { current.isEmpty && finished.allSatisfy { $0.isEmpty } }

    /// The windows that count of those that qualify for one of two rules that are one.
    static func joining(_ spans: [WindowSpan]) -> [WindowSpan] {
        var joined = QualifyingWindows()
        var width: Int64?
        for span in spans.sorted(by: { ($0.width, $0.lo, $0.hi) < ($1.width, $1.lo, $1.hi) }) {
            if span.width != width { joined.beginWidth() }
            width = span.width
            joined.add(Int(span.lo), Int(span.hi), width: span.width)
        }
        return joined.spans
    }

    /// Begins the next, wider width.
    mutating func beginWidth() {
        if !current.isEmpty { finished.append(current) }
        current = []
        cursors = finished.map { _ in 0 }
        firstOfWidth = touched.count
    }

    /// Adds a window that qualifies. Within one width, neither end may go back.
    mutating func add(_ lo: Int, _ hi: Int, width: Int64) {
        let span = WindowSpan(lo: UInt32(lo), hi: UInt32(hi), width: width)
        if touched.count > firstOfWidth, lo <= touched[touched.count - 1].upperBound {
            touched[touched.count - 1] = touched[touched.count - 1].lowerBound..<hi
        } else {
            touched.append(lo..<hi)
        }
        for place in finished.indices {
            var cursor = cursors[place]
            while cursor < finished[place].count, finished[place][cursor].hi <= span.lo { cursor += 1 }
            cursors[place] = cursor
            if cursor < finished[place].count, finished[place][cursor].lo < span.hi { return }
        }
        current.append(span)
    }
}

/// Places of failures: ranges that ascend and do not touch.
struct FailureReach {
    private let ranges: [Range<Int>]

    init(_ ranges: [Range<Int>]) {
        var joined: [Range<Int>] = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = joined.last, range.lowerBound <= last.upperBound {
                joined[joined.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
            } else {
                joined.append(range)
            }
        }
        self.ranges = joined
    }

    func joined(with other: FailureReach) -> FailureReach { FailureReach(ranges + other.ranges) }

    func contains(_ place: Int) -> Bool {
        var low = 0, high = ranges.count
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound <= place { low = middle + 1 } else { high = middle }
        }
        return low < ranges.count && ranges[low].contains(place)
    }
}

/// How often each of some small numbers occurs in a window.
struct Occurrences {
    private var counts: [UInt32]
    private(set) var distinct = 0

    init(kinds: Int) { counts = [UInt32](repeating: 0, count: kinds) }

    /// Counts one up; returns its new count.
    @inline(__always)
    @discardableResult
    mutating func add(_ kind: UInt32) -> UInt32 {
        counts[Int(kind)] += 1
        if counts[Int(kind)] == 1 { distinct += 1 }
        return counts[Int(kind)]
    }

    /// Counts one down; returns its new count.
    @inline(__always)
    @discardableResult
    mutating func remove(_ kind: UInt32) -> UInt32 {
        counts[Int(kind)] -= 1
        if counts[Int(kind)] == 0 { distinct -= 1 }
        return counts[Int(kind)]
    }
}

/// Numbers the distinct values of a column of failures from 0; equal values get equal numbers.
func numbered<Value: Comparable>(
    _ failures: ArraySlice<Failure>, by value: (Failure) -> Value
) -> (numbers: [UInt32], count: Int) {
    let start = failures.startIndex
    var order = (0..<UInt32(failures.count)).map { $0 }
    order.sort { value(failures[start + Int($0)]) < value(failures[start + Int($1)]) }
    var numbers = [UInt32](repeating: 0, count: failures.count)
    var count = 0
    var previous: Value?
    for row in order {
        let value = value(failures[start + Int(row)])
        if value != previous { count += 1 }
        previous = value
        numbers[Int(row)] = UInt32(count - 1)
    }
    return (numbers, count)
}
