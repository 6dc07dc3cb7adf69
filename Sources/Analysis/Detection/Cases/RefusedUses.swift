internal import Events
internal import Rollups

/// Uses of known tokens that a rule objects to, by token and by what the rule objects to.
struct RefusedUses {
    let history: any History
    let window: DetectionWindow
    /// The columns that the rule reads of a use, beside the token: at most three.
    let columns: [EventField]

    /// A token, what is wrong with its use, and all such uses before `as_of`.
    struct Refused {
        var life: TokenLife
        var what: String
        var uses: Case
    }

    /// The cases with a use in the window. `judge` says what is wrong with a use, or nil; it is asked once for each
    /// combination of the columns.
    func read(_ judge: (TokenLife, EventColumns, Int) -> String?) throws -> [Refused] {
        var lives: [[UInt8]: TokenLife] = [:]
        for token in try ActiveTokens(history: history, window: window).read() where token.life.issuedAt != nil {
            lives[Array(token.life.tokenID.utf8)] = token.life
        }
        let suspects = try suspects(lives, judge)
        guard let earliest = suspects.compactMap({ lives[$0]?.issuedAt }).min() else { return [] }
        var cases = Cases()
        let scan = EventScan(
            from: min(earliest, window.from), to: window.asOf, kinds: .used, texts: [.tokenID: .anyOf(suspects)],
            fields: Case.fields.union(EventFields([.tokenID] + columns)))
        try history.scan(scan) { batch in
            let combinations = batch.combinations(of: [.tokenID] + columns)
            var judged: [SIMD4<UInt32>: Int?] = [:]
            for row in batch.rowsEndsFirst {
                let combination = combinations(row)
                let place: Int?
                if let known = judged[combination] {
                    place = known
                } else {
                    place = lives[batch.tokenBytes(at: row)].flatMap { life in
                        judge(life, batch, row).map { cases.place(of: life, $0) }
                    }
                    judged[combination] = .some(place)
                }
                if let place { cases.all[place].uses.add(batch, row, window) }
            }
        }
        return cases.all.filter(\.uses.isInWindow)
    }

    private struct Cases {
        var all: [Refused] = []
        private var places: [Key: Int] = [:]

        private struct Key: Hashable {
            var token: UInt32
            var what: String
        }

        mutating func place(of life: TokenLife, _ what: String) -> Int {
            let key = Key(token: life.number, what: what)
            if let place = places[key] { return place }
            places[key] = all.count
            all.append(Refused(life: life, what: what, uses: Case()))
            return all.count - 1
        }
    }

    /// The tokens with such a use in the window.
    private func suspects(
        _ lives: [[UInt8]: TokenLife], _ judge: (TokenLife, EventColumns, Int) -> String?
    ) throws -> Set<[UInt8]> {
        guard !lives.isEmpty else { return [] }
        var suspects: Set<[UInt8]> = []
        let scan = EventScan(
            from: window.from, to: window.to, kinds: .used, fields: EventFields([.tokenID] + columns))
        try history.scan(scan) { batch in
            for row in batch.distinctRows(by: [.tokenID] + columns) {
                let token = batch.tokenBytes(at: row)
                guard let life = lives[token], judge(life, batch, row) != nil else { continue }
                suspects.insert(token)
            }
        }
        return suspects
    }
}
