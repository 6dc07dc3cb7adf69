internal import Columns
internal import Events
internal import Trail

extension FailuresByAddress {
    /// The failures of one address: how many, and where they stand among those that are kept.
    struct Group {
        /// Nil for failures without an address.
        var text: [UInt8]?
        var count = 0
        /// In the fullest window.
        var most = 0
        var isWanted = false
        var places = 0..<0
    }

    /// All addresses that failed, in the order in which they were met, and none as the last. Knowing which are wanted
    /// takes no more than times and addresses.
    struct Groups {
        private(set) var all = [Group()]
        private var known = TextDictionary()

        mutating func read(_ trail: Trail, _ question: FailureQuestion) throws {
            var numbers: [UInt32] = []
            var times: [Int64] = []
            try trail.scan(question.scan([.ts, .ip])) { events in
                numbers += events[.ip].numbers(in: &known)
                times += events.ts
            }
            all = (0..<known.count).map { Group(text: Array(known.slice(at: $0))) } + [Group()]
            let none = all.count - 1
            for number in numbers { all[min(Int(number), none)].count += 1 }
            var free = place { $0.count }
            var ordered = [Int64](repeating: 0, count: times.count)
            for row in times.indices {
                let group = min(Int(numbers[row]), none)
                ordered[free[group]] = times[row]
                free[group] += 1
            }
            for group in all.indices where all[group].count >= max(1, question.fewest) {
                ordered.sortIfNeeded(all[group].places, by: <)
                all[group].most = question.mostFailures(ordered[all[group].places])
                all[group].isWanted = all[group].most >= question.fewest
            }
        }

        /// Gives each group its places, one group after the other; returns where each begins.
        mutating func place(_ count: (Group) -> Int) -> [Int] {
            var end = 0
            return all.indices.map { group in
                let start = end
                end += count(all[group])
                all[group].places = start..<end
                return start
            }
        }

        /// The number of an address, or of none, whose failures are wanted; else nil.
        func wanted(_ address: ArraySlice<UInt8>?) -> Int? {
            let number = address.map { known.known($0.span.bytes).map { Int($0) } } ?? all.count - 1
            return number.flatMap { all[$0].isWanted ? $0 : nil }
        }
    }
}

extension FailureQuestion {
    /// Failures of the span, with some of their fields.
    func scan(_ fields: [EventField]) -> EventScan {
        EventScan(from: since, to: until, kinds: .failed, fields: EventFields(fields))
    }
}

extension TextColumn {
    /// For each row the number of its text in a dictionary of the asker's, to which new ones are added.
    func numbers(
        in dictionary: inout TextDictionary, _ cut: (ArraySlice<UInt8>) -> ArraySlice<UInt8> = { $0 }
    ) -> [UInt32] {
        values(none: Self.none) { dictionary.intern(cut($0).span.bytes) }
    }
}

extension Array {
    /// Sorts a part. Most logs are in order, and so are most parts.
    mutating func sortIfNeeded(_ part: Range<Int>, by precedes: (Element, Element) -> Bool) {
        if part.dropFirst().contains(where: { precedes(self[$0], self[$0 - 1]) }) { self[part].sort(by: precedes) }
    }
}
