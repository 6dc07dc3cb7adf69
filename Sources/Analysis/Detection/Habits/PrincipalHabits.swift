internal import Columns
internal import Events
internal import Rollups

/// From which networks and with which programs principals come, day by day, from the rollups alone: what is new for one
/// on a day, and what it was used to.
///
/// Only what stood on earlier days counts as known: so it does not matter in what order the lines of a day come, and a
/// day says the same whatever window a run looks at.
struct PrincipalHabits {
    let history: any History
    /// The days that are judged.
    let days: ClosedRange<Int32>
    /// How many UTC days before a day make what is known on it.
    let memory: Int32
    /// Of so many principals the habits are held at a time: some 20 MB.
    var principalsAtOnce = 50_000

    /// Somebody who is let in: a principal, or a token where events name none.
    struct Who: Hashable {
        var name: [UInt8]
        var isToken: Bool
    }

    /// A network and a program that somebody comes with on a day, and neither was known of them.
    struct News: Hashable {
        var who: Who
        var day: Int32
        var network: [UInt8]
        var program: [UInt8]
    }

    /// What somebody was used to before a day.
    struct Habit {
        /// The days of the memory on which they were let in, ascending; counted back from the day itself, which is 0.
        var active: [Int]
        /// Different networks on the last days, as many as were asked for; at least so many.
        var networks: Int

        /// On how many of the last days they were let in.
        func activeDays(within days: Int32) -> Int { active.count { $0 >= -Int(days) } }
    }

    /// What is new within `unseen` days for everybody who was let in, with the habits before. `isTold` says whose news
    /// is wanted, so that only that is held; of rows that are not `asked` none is news.
    func news(
        unseen: Int32, networksWithin: Int32, asked: (Row) -> Bool = { _ in true }, where isTold: (Habit) -> Bool
    ) throws -> [(news: News, habit: Habit)] {
        let active = try active(asked)
        let parts = (active.count + principalsAtOnce - 1) / principalsAtOnce
        var found: [(news: News, habit: Habit)] = []
        for part in 0..<UInt64(max(parts, 0)) {
            let some = parts == 1 ? active : active.filter { $0 % UInt64(parts) == part }
            let known = try known(of: some)
            try eachRow(days) { row in
                guard some.contains(row.who), asked(row) else { return }
                for day in row.days {
                    guard known.isNew(row, on: day, unseen: Int(unseen)) else { continue }
                    let habit = known.habit(of: row.who, on: day, Int(memory), networksWithin: Int(networksWithin))
                    guard isTold(habit) else { continue }
                    found.append((news(row, first + Int32(day)), habit))
                }
            }
        }
        return found
    }

    /// What somebody was used to before the last of the days, and with what they came on it: of network and program,
    /// how many were new at once. Nil if they were not let in on it.
    func standing(
        of who: Who, unseen: Int32, networksWithin: Int32
    ) throws -> (habit: Habit, mostNew: Int)? {
        let hash = KeyedTextHash.of(who.name[...], kind: who.isToken ? 1 : 0), day = Int(days.upperBound - first)
        let known = try known(of: [hash])
        var mostNew: Int?
        try eachRow(days.upperBound...days.upperBound) { row in
            guard row.who == hash else { return }
            mostNew = max(mostNew ?? 0, known.countNew(row, on: day, unseen: Int(unseen)))
        }
        return mostNew.map { (known.habit(of: hash, on: day, Int(memory), networksWithin: Int(networksWithin)), $0) }
    }

    private func news(_ row: Row, _ day: Int32) -> News {
        News(
            who: Who(name: Array(row.block.principals.slice(at: row.principal)), isToken: row.isToken), day: day,
            network: row.networkName, program: Array(row.block.programs.slice(at: row.program)))
    }

    // MARK: Reading

    /// The day that bit 0 of all sets means.
    private var first: Int32 { days.lowerBound - memory }

    /// A row of a rollup, with hashes that hold for this process in place of texts.
    struct Row {
        let block: PrincipalDays
        let principal: Int
        let program: Int
        var isToken: Bool
        var who: UInt64
        /// 0 where none was named, and where the principal came from too many to tell them apart.
        var network: UInt64
        var isFromMany: Bool
        var networkName: [UInt8]
        var programHash: UInt64
        /// The days as bits, of which the first is the day `offset`, counted from the first one of the memory.
        var bits: UInt32
        var offset: Int

        var days: [Int] { (0..<32).filter { bits >> UInt32($0) & 1 == 1 }.map { offset + $0 } }
    }

    /// The UTC day that a row counts from the first one of the memory.
    func day(_ place: Int) -> Int32 { first + Int32(place) }

    /// Hashes of all who were let in on the days that are judged, by a row that is asked for.
    private func active(_ asked: (Row) -> Bool) throws -> Set<UInt64> {
        var active: Set<UInt64> = []
        try eachRow(days) { if asked($0) { active.insert($0.who) } }
        return active
    }

    /// Hands over the rows that have one of some days, with these days alone.
    func eachRow(_ days: ClosedRange<Int32>, _ body: (Row) throws -> Void) throws {
        let clients = history.clients
        let (lower, upper) = (Int(days.lowerBound - first), Int(days.upperBound - first))
        try history.principalDays(in: days) { block in
            let offset = Int(block.firstDay - first)
            let who = (0..<block.principals.count).map { place in
                KeyedTextHash.of(block.principals.slice(at: place), kind: block.isToken[place] ? 1 : 0)
            }
            let networks = (0..<block.networks.count).map { place -> [UInt8] in
                let logged = block.networks.slice(at: place)
                return logged.contains(UInt8(ascii: ",")) ? Array(clients.network(of: logged)) : Array(logged)
            }
            let isMany = networks.map { $0 == PrincipalDays.manyNetworks }
            let ofNetwork = zip(networks, isMany).map { $0.isEmpty || $1 ? 0 : Self.hash(ofNetwork: $0[...]) }
            let ofProgram = (0..<block.programs.count).map { place -> UInt64 in
                let name = block.programs.slice(at: place)
                return name.isEmpty ? 0 : Self.hash(ofProgram: name)
            }
            let mask = Self.mask(from: max(0, lower) - offset, to: upper - offset)
            for place in 0..<block.count where block.days[place] & mask != 0 {
                let principal = Int(block.principal[place]), network = Int(block.network[place])
                try body(
                    Row(
                        block: block, principal: principal, program: Int(block.program[place]),
                        isToken: block.isToken[principal], who: who[principal], network: ofNetwork[network],
                        isFromMany: isMany[network],
                        networkName: networks[network], programHash: ofProgram[Int(block.program[place])],
                        bits: block.days[place] & mask, offset: offset))
            }
        }
    }

    /// What `Row` has of a network and of a program that were named.
    static func hash(ofNetwork name: ArraySlice<UInt8>) -> UInt64 { KeyedTextHash.of(name, kind: 2) }
    static func hash(ofProgram name: ArraySlice<UInt8>) -> UInt64 { KeyedTextHash.of(name, kind: 3) }

    /// Bits for the days from one to another of a month, as far as they lie in it.
    private static func mask(from lower: Int, to upper: Int) -> UInt32 {
        guard upper >= 0, lower <= 31, lower <= upper else { return 0 }
        let low = UInt32.max << UInt32(max(0, lower))
        return upper >= 31 ? low : low & (1 << UInt32(upper + 1) - 1)
    }

    private func known(of some: Set<UInt64>) throws -> Known {
        var known = Known()
        try eachRow(first...days.upperBound) { row in
            if some.contains(row.who) { known.note(row) }
        }
        return known
    }

    /// What some principals showed on which days.
    private struct Known {
        struct Key: Hashable {
            var who: UInt64
            var value: UInt64
        }

        private var active: [UInt64: DaySet] = [:]
        private var shown: [Key: DaySet] = [:]
        private var networks: [UInt64: [UInt64]] = [:]
        /// The days on which they came from too many networks to tell them apart.
        private var many: [UInt64: DaySet] = [:]

        mutating func note(_ row: Row) {
            active[row.who, default: DaySet()].insert(month: row.bits, at: row.offset)
            if row.isFromMany { many[row.who, default: DaySet()].insert(month: row.bits, at: row.offset) }
            if row.network != 0 {
                let key = Key(who: row.who, value: row.network)
                if shown[key] == nil { networks[row.who, default: []].append(row.network) }
                shown[key, default: DaySet()].insert(month: row.bits, at: row.offset)
            }
            guard row.programHash != 0 else { return }
            let key = Key(who: row.who, value: row.programHash)
            shown[key, default: DaySet()].insert(month: row.bits, at: row.offset)
        }

        /// Whether network and program are both named, and neither was seen of the principal for so many days.
        func isNew(_ row: Row, on day: Int, unseen: Int) -> Bool { countNew(row, on: day, unseen: unseen) == 2 }

        /// How many of network and program are named, and were not seen of the principal for so many days.
        func countNew(_ row: Row, on day: Int, unseen: Int) -> Int {
            let before = max(0, day - unseen)..<day
            // The network may be one of the many that were not told apart.
            let network = many[row.who]?.hasAny(in: before) == true ? 0 : row.network
            return [network, row.programHash].count { value in
                value != 0 && shown[Key(who: row.who, value: value)]?.hasAny(in: before) != true
            }
        }

        func habit(of who: UInt64, on day: Int, _ memory: Int, networksWithin: Int) -> Habit {
            let before = active[who]?.days(in: max(0, day - memory)..<day) ?? []
            let late = max(0, day - networksWithin)..<day
            let networks = (networks[who] ?? []).count { shown[Key(who: who, value: $0)]?.hasAny(in: late) == true }
            let others = many[who]?.hasAny(in: late) == true ? PrincipalDays.mostNetworks : 0
            return Habit(active: before.map { $0 - day }, networks: networks + others)
        }
    }
}
