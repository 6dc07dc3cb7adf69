internal import Columns

extension EventColumns {
    /// Appends all rows of another batch, with all columns. `numbers` says which shape of `shapes` each of its shapes
    /// is; `shapes` itself is the caller's to set.
    package mutating func append(_ other: EventColumns, shapeNumbers numbers: [Int64]) {
        count += other.count
        ts.append(contentsOf: other.ts)
        event.append(contentsOf: other.event)
        expiresAt.append(contentsOf: other.expiresAt)
        latencyMS.append(contentsOf: other.latencyMS)
        success.append(contentsOf: other.success)
        sourceOffset.append(contentsOf: other.sourceOffset)
        sourceID.append(contentsOf: other.sourceID)
        sourceLength.append(contentsOf: other.sourceLength)
        shape.append(contentsOf: other.shape.map { $0 == Self.noShape ? $0 : numbers[Int($0)] })
        scopes.append(other.scopes)
        for field in EventField.texts { self[field].append(other[field]) }
    }
}

extension TextColumn {
    /// Appends the rows of another column. Of its dictionary only what rows use is taken over.
    fileprivate mutating func append(_ other: TextColumn) {
        let dictionary = other.dictionary
        var entries = [UInt32](repeating: Self.none, count: dictionary.count)
        var run = (entry: Self.none, count: 0)
        for index in other.indices {
            var entry = index == Self.none ? Self.none : entries[Int(index)]
            if entry == Self.none, index != Self.none {
                entry = self.entry(dictionary.bytes.span.bytes.extracting(dictionary.range(of: Int(index))))
                entries[Int(index)] = entry
            }
            if entry != run.entry {
                append(entry: run.entry, count: run.count)
                run = (entry, 0)
            }
            run.count += 1
        }
        append(entry: run.entry, count: run.count)
    }
}

extension TextListColumn {
    /// Appends the rows of another column.
    fileprivate mutating func append(_ other: TextListColumn) {
        var entries = [UInt32](repeating: TextColumn.none, count: other.lists.count)
        let rows = other.indices.map { index -> UInt32 in
            if index == TextColumn.none { return index }
            if entries[Int(index)] == TextColumn.none {
                let texts = other.elements
                entries[Int(index)] = entry(
                    other.lists[Int(index)].map { place in
                        element(texts.bytes.span.bytes.extracting(texts.range(of: Int(place))))
                    })
            }
            return entries[Int(index)]
        }
        append(entries: rows.span)
    }
}
