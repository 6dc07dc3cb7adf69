internal import Events

/// Which needs of a rule a log does not meet.
struct NeedJudge {
    let census: LogCensus
    let tokens: [TokenFact: FieldShare]
    let hasTools: Bool
    /// How far the log reaches back, in microseconds.
    let reach: Int64

    /// What a rule needs and does not have, and what its run said beside that.
    func shortcomings(of needs: [Need], _ result: DetectionResult?) -> [Shortcoming] {
        var short: [Shortcoming] = []
        for need in needs {
            guard let one = shortcoming(of: need, result), !short.contains(where: { $0.covers(one) }) else { continue }
            short.append(one)
        }
        return short + told(result, beside: short)
    }

    private func shortcoming(of need: Need, _ result: DetectionResult?) -> Shortcoming? {
        var missing = need.anyOf.compactMap { answer($0, result) }
        guard missing.count == need.anyOf.count, !missing.isEmpty else { return nil }
        // Of several ways the one that is nearest.
        var best = missing.remove(at: missing.firstIndex(where: \.isPartial) ?? 0)
        best.instead = missing
        // Where nobody can have it, nobody is left out.
        if !need.isEssential, case .noEvents(_, onlySessions: true) = best.what { return nil }
        best.isEssential = need.isEssential || need.anyOf.contains(where: isNeverSaid)
        best.loss = best.isEssential ? nil : need.loss
        return best
    }

    /// Whether no system of the log can say what is asked for. A field that is absent then tells a rule nothing.
    private func isNeverSaid(_ ask: Need.Ask) -> Bool {
        guard case .ever(let kinds, let field) = ask else { return false }
        return census.systems.allSatisfy { one in
            EventKind.allCases.allSatisfy { !kinds.contains($0) || one.system.never(field, on: $0) }
        }
    }

    /// What is missing of one thing, or nil if nothing is.
    private func answer(_ ask: Need.Ask, _ result: DetectionResult?) -> Shortcoming? {
        switch ask {
        case .events(let kinds): absent([], on: kinds) { _ in false }
        case .fields(let kinds, let fields): absent(fields, on: kinds) { !$0.isNearlyAll }
        case .ever(let kinds, let field): never(field, on: kinds)
        case .tokens(let fact): unknown(fact)
        case .reasons: unclassed
        case .tools: hasTools ? nil : .init(.tools, [.tools])
        case .history(let wants, let ifTold):
            reach >= wants || (ifTold && !tellsOfHistory(result))
                ? nil : .init(.history(has: reach, wants: wants), [.history])
        }
    }

    /// Whether a run met something for which the log is too short; one that did not take place may have.
    private func tellsOfHistory(_ result: DetectionResult?) -> Bool {
        result.map { $0.coverage.contains { $0.kind == .insufficientHistory } } ?? true
    }

    private func absent(
        _ fields: [EventField], on kinds: EventKinds, if isMissing: (FieldShare) -> Bool
    ) -> Shortcoming? {
        let share = census.share(fields, on: kinds)
        guard share.all > 0 else {
            let onlySessions = census.events(kinds) > 0
            return .init(
                .noEvents(kinds, onlySessions: onlySessions), [onlySessions ? .tokens(kinds) : .events(kinds)])
        }
        guard isMissing(share) else { return nil }
        return .init(
            .fields(fields, kinds, share), gaps(fields, on: kinds, if: isMissing), isPartial: !share.isNearlyNone)
    }

    /// A field that says something also where it is not: it will do on one kind, and best on the most frequent one.
    private func never(_ field: EventField, on kinds: EventKinds) -> Shortcoming? {
        guard var one = absent([field], on: kinds, if: \.isNearlyNone) else { return nil }
        guard case .fields = one.what else { return one }
        let able = EventKind.allCases.filter { kinds.contains($0) && census.share([field], on: EventKinds($0)).all > 0 }
        let most = able.max { census.events(EventKinds($0)) < census.events(EventKinds($1)) }
        one.gaps = most.map { [.fields($0, [field])] } ?? []
        return one
    }

    /// The kinds on which fields are missing, each by itself.
    private func gaps(
        _ fields: [EventField], on kinds: EventKinds, if isMissing: (FieldShare) -> Bool
    ) -> [Gap] {
        EventKind.allCases.filter { kind in
            guard kinds.contains(kind) else { return false }
            let share = census.share(fields, on: EventKinds(kind))
            return share.all > 0 && isMissing(share)
        }.map { .fields($0, fields) }
    }

    private func unknown(_ fact: TokenFact) -> Shortcoming? {
        // Where no token is used, or none was seen to be issued, another need says so.
        guard let share = tokens[fact], share.all > 0, !share.isNearlyAll else { return nil }
        var gaps = gaps([fact.field], on: .issuances) { !$0.isNearlyAll }
        if census.events(.issuances) == 0 {
            gaps = [.events(.issuances)]
        } else if fact == .issuance, census.events(EventKinds(.issued)) == 0 {
            gaps = [.events(EventKinds(.issued))]
        } else if fact == .issuance {
            gaps = [.issuances]
        } else if gaps.isEmpty {
            // Sessions lack it, or tokens that were issued before the window.
            let issued = EventKinds(.issued)
            gaps =
                census.events(issued) > 0 && census.share([.actor], on: issued).all == 0
                ? [.tokens(issued)] : [.history]
        }
        return .init(.tokens(fact, share), gaps, isPartial: !share.isNearlyNone)
    }

    /// A few odd words do no harm; a fifth and more of all failures does.
    private var unclassed: Shortcoming? {
        let share = census.share([.reason], on: .failed)
        guard share.all > 0, (share.all - share.present) * 5 >= share.all else { return nil }
        return .init(.reasons(share), [.reasons], isPartial: !share.isNearlyNone)
    }

    // MARK: What runs say

    /// What the run of a rule said that its needs do not say already.
    private func told(_ result: DetectionResult?, beside short: [Shortcoming]) -> [Shortcoming] {
        let gaps = Set(short.flatMap(\.gaps))
        return (result?.coverage ?? []).compactMap { note in
            guard note.kind == .notEvaluable, !isKnown(note, gaps, short) else { return nil }
            var one = Shortcoming(.told(note.text), note.about.map(Self.gaps) ?? [], isPartial: note.isPartial)
            one.isEssential = !note.isPartial
            return one
        }
    }

    private func isKnown(_ note: CoverageNote, _ gaps: Set<Gap>, _ short: [Shortcoming]) -> Bool {
        // What a rule says of nothing in particular, it says of what it lacks.
        guard let about = note.about else { return !short.isEmpty }
        guard case .field(let kinds, let field) = about else {
            return gaps.contains(about == .tools ? .tools : .reasons)
        }
        return EventKind.allCases.filter(kinds.contains).allSatisfy { kind in
            let share = census.share([field], on: EventKinds(kind))
            return share.all > 0 && share.isNearlyAll || gaps.contains { $0.isOf(field, on: kind) }
        }
    }

    private static func gaps(_ about: CoverageNote.Subject) -> [Gap] {
        switch about {
        case .field(let kinds, let field): EventKind.allCases.filter(kinds.contains).map { .fields($0, [field]) }
        case .tools: [.tools]
        case .reasons: [.reasons]
        }
    }
}

extension Gap {
    fileprivate func isOf(_ field: EventField, on kind: EventKind) -> Bool {
        switch self {
        case .fields(kind, let fields): fields.contains(field)
        case .events(let kinds), .tokens(let kinds): kinds.contains(kind)
        default: false
        }
    }
}

extension Shortcoming {
    fileprivate init(_ what: What, _ gaps: [Gap], isPartial: Bool = false) {
        self.init(what: what, loss: nil, gaps: gaps, isEssential: false, isPartial: isPartial)
    }

    /// Whether it says what another one says, and more: without events no field of theirs need be asked for.
    fileprivate func covers(_ other: Shortcoming) -> Bool {
        switch (what, other.what) {
        case (.noEvents(let kinds, _), .noEvents(let others, _)): isEssential && kinds == others
        case (.noEvents(let kinds, _), .tokens): isEssential && kinds == .used
        case (.tokens(.issuance, let share), .tokens): share.isNearlyNone
        default: false
        }
    }
}
