import Columns

extension PageSink {
    /// Writes a list column; its elements always go through a dictionary, for lists of scopes repeat.
    mutating func writeLists(
        _ column: TextListColumn, cuts: [Range<Int>], to chunk: inout OpenChunk
    ) throws(ParquetError) {
        try checkTextSize(column.elements, chunk.column)
        let flat = try flatten(column, name: chunk.column.name)
        let missing = flat.isThere.count { !$0 }
        guard missing == 0 || chunk.column.isOptional else { throw .missing(missing, of: chunk.column) }
        try Entries.of(column.elements) { (entries) throws(ParquetError) in
            let isSound = flat.values.withUnsafeBufferPointer { texts.number($0, of: entries) }
            guard isSound else {
                throw .mismatch(column: chunk.column.name, problem: "a list points outside the dictionary")
            }
            if texts.values > 0 { chunk.encoding = .rleDictionary }
            try translate(entries, to: &chunk)
        }
        var value = 0
        for rows in cuts { try writeListPage(flat, rows, value: &value, to: &chunk) }
    }

    /// The lists of all rows one after the other: each row's place of its first element, and the elements.
    private struct FlatLists {
        var starts: [Int] = [0]
        var isThere: [Bool] = []
        var values: [UInt32] = []
    }

    private func flatten(_ column: TextListColumn, name: String) throws(ParquetError) -> FlatLists {
        var flat = FlatLists()
        flat.starts.reserveCapacity(column.count + 1)
        flat.isThere.reserveCapacity(column.count)
        for index in column.indices {
            if index != TextColumn.none {
                guard Int(index) < column.lists.count else {
                    throw .mismatch(column: name, problem: "a row points outside the lists")
                }
                flat.values.append(contentsOf: column.lists[Int(index)])
            }
            flat.isThere.append(index != TextColumn.none)
            flat.starts.append(flat.values.count)
        }
        return flat
    }

    private mutating func writeListPage(
        _ flat: FlatLists, _ rows: Range<Int>, value: inout Int, to chunk: inout OpenChunk
    ) throws(ParquetError) {
        let (count, repetitionBytes) = writeListLevels(flat, rows, isOptional: chunk.column.isOptional)
        guard count <= ParquetLimits.pageValues else {
            throw .tooLarge(
                what: "the lists of column \(chunk.column.name)", size: count, limit: ParquetLimits.pageValues)
        }
        let range = value..<(value + flat.starts[rows.upperBound] - flat.starts[rows.lowerBound])
        value = range.upperBound
        values.clear()
        var bounds: ValueBounds?
        if chunk.encoding == .rleDictionary {
            let codes = texts.codes + range.lowerBound
            try writeIndices(codes, range.count, entries: chunk.texts.count, &chunk.choices)
            bounds = Bounds.texts(codes, range.count, of: chunk.texts)
        }
        let shape = PageShape(
            rows: rows, values: count, nulls: count - range.count, encoding: chunk.pageEncoding,
            repetitionBytes: repetitionBytes)
        try writeDataPage(shape, bounds, to: &chunk)
    }

    /// Makes the levels of a page of lists. An absent and an empty list take one place without a value each.
    private mutating func writeListLevels(
        _ flat: FlatLists, _ rows: Range<Int>, isOptional: Bool
    ) -> (values: Int, repetitionBytes: Int) {
        let most = rows.count + flat.starts[rows.upperBound] - flat.starts[rows.lowerBound]
        let definitions = codes.room(most)
        let repetitions = flags.room(most)
        let present: UInt32 = isOptional ? 2 : 1
        var count = 0
        for row in rows {
            let length = flat.starts[row + 1] - flat.starts[row]
            for element in 0..<max(1, length) {
                repetitions[count] = element == 0 ? 0 : 1
                definitions[count] = length > 0 ? present : flat.isThere[row] ? present - 1 : 0
                count += 1
            }
        }
        levels.clear()
        RunLength.encode(repetitions, count, into: &levels)
        let repetitionBytes = levels.count
        RunLength.encode(definitions, count, width: isOptional ? 2 : 1, into: &levels)
        return (count, repetitionBytes)
    }
}
