internal import Columns
internal import Events

/// Reads the events by which some principals were let in: uses, exchanges, refreshes and logins.
struct LetIn {
    let history: any History
    let who: Set<PrincipalHabits.Who>

    /// Hands over the rows of each, with the fields asked for.
    func scan(
        from: Int64, to: Int64, _ fields: EventFields, _ body: (PrincipalHabits.Who, EventColumns, Int) -> Void
    ) throws {
        for isToken in [false, true] {
            let names = Set(who.filter { $0.isToken == isToken }.map(\.name))
            guard !names.isEmpty, from < to else { continue }
            let field = isToken ? EventField.tokenID : .principal
            let scan = EventScan(
                from: from, to: to, kinds: .accepted,
                texts: isToken ? [.tokenID: .anyOf(names), .principal: .absent] : [.principal: .anyOf(names)],
                fields: fields.union(EventFields([.event, .kind, field])))
            try history.scan(scan) { batch in
                let who = batch[field].values(none: nil) { names.contains(Array($0)) ? Array($0) : nil }
                for row in 0..<batch.count where batch.isAccepted(at: row) {
                    if let name = who[row] { body(PrincipalHabits.Who(name: name, isToken: isToken), batch, row) }
                }
            }
        }
    }
}
