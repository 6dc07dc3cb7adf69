/// The shapes of several readers as one list, when their rows come together in one segment.
///
/// Two shapes become one if their members can be put in one order: a row shows only what it has, so what stands in a
/// shape for the sake of other rows does not change its line. Thus many small segments of one producer have few shapes.
package struct ShapeUnion: Sendable {
    /// By number. One may still grow, but never so that it says something else about rows that have it.
    package private(set) var shapes: [LineShape] = []

    package init() {}

    /// Takes in the shapes of a segment; returns the number that each has here.
    package mutating func add(_ others: [LineShape]) -> [Int64] { others.map { number(of: $0) } }

    private mutating func number(of shape: LineShape) -> Int64 {
        if let known = shapes.firstIndex(of: shape) { return Int64(known) }
        for place in shapes.indices {
            guard let joined = shapes[place].joined(with: shape) else { continue }
            shapes[place] = joined
            return Int64(place)
        }
        shapes.append(shape)
        return Int64(shapes.count - 1)
    }
}

extension LineShape {
    /// A shape that says about all rows of both what each says about its own, or nil if they contradict each other.
    func joined(with other: LineShape) -> LineShape? {
        guard spacing == other.spacing, endsInReturn == other.endsInReturn, escapes == other.escapes,
            !countsExtra, !other.countsExtra
        else { return nil }
        var joined = self
        guard let members = Self.merged(members, other.members), let ts = Self.style(.ts, self, other, \.ts),
            let expiresAt = Self.style(.expiresAt, self, other, \.expiresAt),
            let latency = Self.style(.latencyMS, self, other, \.latency),
            let scopes = Self.style(.scopes, self, other, \.scopes)
        else { return nil }
        (joined.members, joined.ts, joined.expiresAt) = (members, ts, expiresAt)
        (joined.latency, joined.scopes) = (latency, scopes)
        return joined
    }

    /// Whether it matters how many unknown members stand at a place.
    private var countsExtra: Bool {
        members.contains { if case .extra(.some) = $0 { true } else { false } } || splitsExtra
    }

    private func shows(_ field: EventField) -> Bool {
        members.contains { member in
            if case .named(let name, _) = member { LineName.field(of: Int(name)) == Int(field.rawValue) } else { false }
        }
    }

    /// The style of a field: where only one of the two shows the field, the other's says nothing.
    private static func style<Style: Equatable>(
        _ field: EventField, _ left: LineShape, _ right: LineShape, _ path: KeyPath<LineShape, Style>
    ) -> Style? {
        if !left.shows(field) { return right[keyPath: path] }
        if !right.shows(field) || left[keyPath: path] == right[keyPath: path] { return left[keyPath: path] }
        return nil
    }

    /// One order of the members of both, or nil. What both have keeps its order; between that stand first the members
    /// of the left alone, then those of the right.
    private static func merged(_ left: [Member], _ right: [Member]) -> [Member]? {
        var merged: [Member] = [], rest = right[...]
        for member in left {
            guard let place = rest.firstIndex(of: member) else {
                if right.contains(member) || !isOptional(member, in: right) { return nil }
                merged.append(member)
                continue
            }
            for only in rest[..<place] {
                if left.contains(only) || !isOptional(only, in: left) { return nil }
                merged.append(only)
            }
            merged.append(member)
            rest = rest[(place + 1)...]
        }
        for only in rest {
            if left.contains(only) || !isOptional(only, in: left) { return nil }
            merged.append(only)
        }
        return merged
    }

    /// Whether rows of a shape that lacks a member stay as they are with it: it is left out where there is no value,
    /// and the shape does not show its field under another name or with null.
    private static func isOptional(_ member: Member, in others: [Member]) -> Bool {
        guard case .named(let name, let showsNull) = member else { return true }
        let field = LineName.field(of: Int(name))
        return !showsNull
            && !others.contains { other in
                if case .named(let known, _) = other { LineName.field(of: Int(known)) == field } else { false }
            }
    }
}
