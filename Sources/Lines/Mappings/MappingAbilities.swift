package import Events

/// What a mapping can say at all, told from its rules and not from records.
extension Mapping {
    /// The fields that it can give events of a kind; nil if it makes none of them.
    package func fields(of kind: EventKind) -> Set<EventField>? {
        let makers = makers(of: kind)
        guard !makers.isEmpty else { return nil }
        return makers.reduce(into: []) { given, rule in
            given.formUnion(values(rule).keys)
            if rule?.session ?? session != nil { given.insert(.tokenID) }
        }
    }

    /// Whether all its events of a kind are about sessions: logins, logouts.
    package func makesOnlySessions(_ kind: EventKind) -> Bool {
        let makers = makers(of: kind)
        return !makers.isEmpty
            && makers.allSatisfy { rule in
                if case .text(let text) = values(rule)[.kind] { text.elementsEqual("session".utf8) } else { false }
            }
    }

    /// The rules that make events of a kind; nil stands for what is made of all other records.
    private func makers(of kind: EventKind) -> [MappedRule?] {
        func makes(_ outcome: MappedOutcome) -> Bool { if case .event(kind) = outcome { true } else { false } }
        return rules.filter { makes($0.outcome) } + (makes(otherwise) ? [nil] : [])
    }

    private func values(_ rule: MappedRule?) -> [EventField: MappedValue] {
        var values = Dictionary(fields.map { ($0.field, $0.value) }, uniquingKeysWith: { $1 })
        for (field, value) in rule?.fields ?? [] { values[field] = value?.value }
        return values
    }
}
