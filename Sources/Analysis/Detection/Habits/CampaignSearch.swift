internal import Columns
internal import Events
internal import Rollups

/// Finds principals who come, within a few days, from one network or with one program that was new to everybody, while
/// both are new for each of them.
struct CampaignSearch {
    let history: any History
    let settings: Campaign.Settings
    let surroundings: NewSurroundings.Settings
    /// The days that are judged.
    let days: ClosedRange<Int32>

    /// By what those who come are alike: a network, a program, or both.
    struct Trait: Hashable {
        var network: [UInt8]?
        var program: [UInt8]?

        func matches(_ network: [UInt8], _ program: [UInt8]) -> Bool {
            self.network.map { $0 == network } ?? true && self.program.map { $0 == program } ?? true
        }
    }

    /// Those who came alike, one after the other.
    struct Run {
        var trait: Trait
        var news: [PrincipalHabits.News]
        /// The most of them within the width.
        var victims = 0
        /// How many come alike by chance, as far as the month before shows it.
        var usual = 0

        var first: Int32 { news.first?.day ?? 0 }
        var last: Int32 { news.last?.day ?? 0 }
        var who: Set<PrincipalHabits.Who> { Set(news.map(\.who)) }
    }

    /// The runs that touch the days, those with most victims first.
    ///
    /// On most days few come from anywhere new. So the days themselves are looked at first, then the weeks before for
    /// those alone who came alike, and all that came by chance only where that makes a run.
    func find() throws -> [Run] {
        let today = try news(days) { _ in true }
        guard !today.isEmpty else { return [] }
        let reach = settings.newToAll &+ settings.width
        let all = (days.lowerBound - reach)...days.upperBound
        let networks = Set(today.map { PrincipalHabits.hash(ofNetwork: $0.network[...]) })
        let programs = Set(today.map { PrincipalHabits.hash(ofProgram: $0.program[...]) })
        let like = try news(all) { networks.contains($0.network) || programs.contains($0.programHash) }
        guard runs(like).contains(where: { $0.last >= days.lowerBound }) else { return [] }
        let found = runs(try news(all) { _ in true })
        return Self.withoutParts(beyondChance(try newToAll(found, habits(all))))
    }

    private func habits(_ days: ClosedRange<Int32>) -> PrincipalHabits {
        PrincipalHabits(history: history, days: days, memory: surroundings.memory)
    }

    private func news(
        _ days: ClosedRange<Int32>, of asked: (PrincipalHabits.Row) -> Bool
    ) throws -> [PrincipalHabits.News] {
        try habits(days).news(
            unseen: surroundings.unseen, networksWithin: surroundings.roamingDays, asked: asked,
            where: surroundings.isSettled
        ).map(\.news)
    }

    private func runs(_ news: [PrincipalHabits.News]) -> [Run] {
        let traits: [(PrincipalHabits.News) -> Trait] = [
            { Trait(network: $0.network, program: $0.program) }, { Trait(network: $0.network) },
            { Trait(program: $0.program) },
        ]
        return traits.flatMap { alike(Dictionary(grouping: news, by: $0)) }
    }

    // MARK: Counting

    /// The runs with enough principals, those before the days among them.
    private func alike(_ byTrait: [Trait: [PrincipalHabits.News]]) -> [Run] {
        byTrait.flatMap { trait, news in split(trait, news) }.filter { $0.victims >= settings.victims }
    }

    /// The runs that touch the days and are more than chance makes: where several as large came in the month before,
    /// people simply meet.
    private func beyondChance(_ runs: [Run]) -> [Run] {
        runs.compactMap { run in
            guard run.last >= days.lowerBound else { return nil }
            let before = runs.filter {
                $0.trait.isLike(run.trait) && $0.first < run.first && $0.first >= run.first - settings.newToAll
            }.map(\.victims).sorted(by: >)
            var run = run
            run.usual = before.count >= settings.byChance ? before[settings.byChance - 1] : 0
            return run.victims > run.usual ? run : nil
        }
    }

    /// What comes after a pause is another run.
    private func split(_ trait: Trait, _ news: [PrincipalHabits.News]) -> [Run] {
        var runs: [Run] = []
        for one in news.sorted(by: Self.precedes) {
            if let last = runs.last?.last, one.day - last <= settings.width {
                runs[runs.count - 1].news.append(one)
            } else {
                runs.append(Run(trait: trait, news: [one]))
            }
        }
        for place in runs.indices {
            runs[place].victims = runs[place].news.map { most(runs[place], on: $0.day) }.max() ?? 0
        }
        return runs
    }

    private static func precedes(_ left: PrincipalHabits.News, _ right: PrincipalHabits.News) -> Bool {
        left.day != right.day ? left.day < right.day : left.who.name.lexicographicallyPrecedes(right.who.name)
    }

    /// How many came within the width that ends with a day.
    private func most(_ run: Run, on day: Int32) -> Int {
        Set(run.news.lazy.filter { $0.day <= day && $0.day > day - settings.width }.map(\.who)).count
    }

    /// Those whose trait nobody at all had shown on the days before.
    private func newToAll(_ runs: [Run], _ habits: PrincipalHabits) throws -> [Run] {
        guard let first = runs.map(\.first).min(), let last = runs.map(\.first).max() else { return [] }
        var isKnown = [Bool](repeating: false, count: runs.count)
        let byNetwork = Dictionary(grouping: runs.indices) { runs[$0].trait.network ?? [] }
        try habits.eachRow((first - settings.newToAll)...last) { row in
            let program = Array(row.block.programs.slice(at: row.program))
            for place in (byNetwork[row.networkName] ?? []) + (row.networkName.isEmpty ? [] : byNetwork[[]] ?? []) {
                guard !isKnown[place], runs[place].trait.matches(row.networkName, program) else { continue }
                let before = (runs[place].first - settings.newToAll)..<runs[place].first
                isKnown[place] = row.days.contains { before.contains(habits.day($0)) }
            }
        }
        return runs.indices.filter { !isKnown[$0] }.map { runs[$0] }
    }

    /// Without runs whose victims are all among those of one that says more: more victims, or network and program.
    private static func withoutParts(_ runs: [Run]) -> [Run] {
        var kept: [Run] = []
        for run in runs.sorted(by: saysMore) where !kept.contains(where: { Set(run.news).isSubset(of: $0.news) }) {
            kept.append(run)
        }
        return kept
    }

    private static func saysMore(_ left: Run, _ right: Run) -> Bool {
        if left.who.count != right.who.count { return left.who.count > right.who.count }
        if left.trait.precision != right.trait.precision { return left.trait.precision > right.trait.precision }
        if left.first != right.first { return left.first < right.first }
        return left.trait.text.lexicographicallyPrecedes(right.trait.text)
    }
}

extension CampaignSearch.Trait {
    /// Whether it names the same of network and program, whichever they are.
    fileprivate func isLike(_ other: Self) -> Bool {
        (network == nil) == (other.network == nil) && (program == nil) == (other.program == nil)
    }

    /// How much of network and program it names.
    fileprivate var precision: Int { (network == nil ? 0 : 1) + (program == nil ? 0 : 1) }

    fileprivate var text: [UInt8] { (network ?? []) + [0] + (program ?? []) }
}
