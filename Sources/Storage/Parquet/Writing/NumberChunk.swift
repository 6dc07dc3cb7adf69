extension PageSink {
    /// Writes integers as differences; `none` is the number that means "no value".
    mutating func writeIntegers(
        _ values: [Int64], none: Int64?, cuts: [Range<Int>], to chunk: inout OpenChunk
    ) throws(ParquetError) {
        chunk.encoding = .deltaBinaryPacked
        try values.withUnsafeBufferPointer { (all) throws(ParquetError) in
            for rows in cuts { try writeIntegerPage(all, rows, none: none, to: &chunk) }
        }
    }

    private mutating func writeIntegerPage(
        _ all: UnsafeBufferPointer<Int64>, _ rows: Range<Int>, none: Int64?, to chunk: inout OpenChunk
    ) throws(ParquetError) {
        let present = longs.room(rows.count), flags = flags.room(rows.count)
        let isScaled = chunk.column.unit != 1
        var count = 0, least = Int64.max, greatest = Int64.min
        for row in rows {
            var value = all[row]
            let isThere = value != none
            flags[row - rows.lowerBound] = isThere ? 1 : 0
            guard isThere else { continue }
            if isScaled {
                guard value % chunk.column.unit == 0 else {
                    throw .mismatch(column: chunk.column.name, problem: "\(value) is no whole millisecond")
                }
                value /= chunk.column.unit
            }
            present[count] = value
            count += 1
            least = min(least, value)
            greatest = max(greatest, value)
        }
        let nulls = try writeDefinitions(flags, rows.count, of: chunk.column)
        values.clear()
        DeltaBinaryPacked.encode(present, count, into: &values)
        let shape = PageShape(rows: rows, values: rows.count, nulls: nulls, encoding: .deltaBinaryPacked)
        try writeDataPage(shape, count == 0 ? nil : Bounds.numbers(least, greatest), to: &chunk)
    }

    /// Writes doubles, through a dictionary if few of them differ. Byte-stream split would be smaller for the others,
    /// but Spark cannot read it yet.
    mutating func writeDoubles(
        _ values: [Double], cuts: [Range<Int>], to chunk: inout OpenChunk
    ) throws(ParquetError) {
        try values.withUnsafeBufferPointer { (all) throws(ParquetError) in
            if chunk.encoding == nil, all.contains(where: { !$0.isNaN }) {
                chunk.encoding = Self.areWorthDictionary(all) ? .rleDictionary : .plain
            }
            for rows in cuts { try writeDoublePage(all, rows, to: &chunk) }
        }
    }

    /// Whether at most a quarter of the values differ.
    private static func areWorthDictionary(_ all: UnsafeBufferPointer<Double>) -> Bool {
        var trial = DoubleDictionary()
        for value in all where !value.isNaN {
            _ = trial.code(of: value)
            if trial.values.count > max(1, all.count / 4) { return false }
        }
        return true
    }

    private mutating func writeDoublePage(
        _ all: UnsafeBufferPointer<Double>, _ rows: Range<Int>, to chunk: inout OpenChunk
    ) throws(ParquetError) {
        let usesDictionary = chunk.encoding == .rleDictionary
        let present = doubles.room(rows.count), flags = flags.room(rows.count), codes = codes.room(rows.count)
        var count = 0, least = Double.infinity, greatest = -Double.infinity
        for row in rows {
            let value = all[row]
            flags[row - rows.lowerBound] = value.isNaN ? 0 : 1
            guard !value.isNaN else { continue }
            present[count] = value
            if usesDictionary { codes[count] = chunk.doubles.code(of: value) }
            count += 1
            least = min(least, value)
            greatest = max(greatest, value)
        }
        values.clear()
        if usesDictionary {
            try writeIndices(codes, count, entries: chunk.doubles.values.count, &chunk.choices)
        } else {
            putPlain(present, count)
        }
        let nulls = try writeDefinitions(flags, rows.count, of: chunk.column)
        let shape = PageShape(rows: rows, values: rows.count, nulls: nulls, encoding: chunk.pageEncoding)
        try writeDataPage(shape, count == 0 ? nil : Bounds.doubles(least, greatest), to: &chunk)
    }

    /// Puts doubles as they are behind what `values` holds.
    mutating func putPlain(_ doubles: UnsafePointer<Double>, _ count: Int) {
        let out = values.room(count * 8)
        for at in 0..<count {
            out.storeBytes(of: doubles[at].bitPattern.littleEndian, toByteOffset: at * 8, as: UInt64.self)
        }
        values.commit(count * 8)
    }

    /// Writes truth values: 0 false, 1 true, 2 no value.
    mutating func writeBooleans(
        _ values: [UInt8], cuts: [Range<Int>], to chunk: inout OpenChunk
    ) throws(ParquetError) {
        chunk.encoding = .rle
        try values.withUnsafeBufferPointer { (all) throws(ParquetError) in
            for rows in cuts { try writeBooleanPage(all, rows, to: &chunk) }
        }
    }

    private mutating func writeBooleanPage(
        _ all: UnsafeBufferPointer<UInt8>, _ rows: Range<Int>, to chunk: inout OpenChunk
    ) throws(ParquetError) {
        let flags = flags.room(rows.count * 2)
        let present = flags + rows.count
        var count = 0, trues = 0
        for row in rows {
            let value = all[row]
            flags[row - rows.lowerBound] = value > 1 ? 0 : 1
            guard value <= 1 else { continue }
            present[count] = value
            count += 1
            trues += Int(value)
        }
        let nulls = try writeDefinitions(flags, rows.count, of: chunk.column)
        values.clear()
        // The length of the runs stands before them; it is known afterwards.
        values.put(littleEndian: 0)
        RunLength.encode(present, count, into: &values)
        values.patch(littleEndian: UInt32(values.count - 4), at: 0)
        let bounds: ValueBounds = .known(min: [trues == count ? 1 : 0], max: [trues == 0 ? 0 : 1])
        let shape = PageShape(rows: rows, values: rows.count, nulls: nulls, encoding: .rle)
        try writeDataPage(shape, count == 0 ? nil : bounds, to: &chunk)
    }
}

/// The distinct doubles of a chunk, told apart by their bits, so that both zeros survive.
struct DoubleDictionary {
    private(set) var values: [Double] = []
    /// Codes plus one, or 0.
    private var table: [UInt32] = []

    /// The number of a value, to which a new one is added.
    mutating func code(of value: Double) -> UInt32 {
        if values.count * 2 >= table.count { grow() }
        let slot = slot(of: value)
        if table[slot] != 0 { return table[slot] - 1 }
        values.append(value)
        table[slot] = UInt32(truncatingIfNeeded: values.count)
        return UInt32(truncatingIfNeeded: values.count - 1)
    }

    private func slot(of value: Double) -> Int {
        let mask = table.count - 1
        var slot = Int(truncatingIfNeeded: (value.bitPattern &* 0x9E37_79B9_7F4A_7C15) >> 40) & mask
        while table[slot] != 0, values[Int(table[slot] - 1)].bitPattern != value.bitPattern {
            slot = (slot + 1) & mask
        }
        return slot
    }

    private mutating func grow() {
        table = [UInt32](repeating: 0, count: max(64, table.count * 2))
        for code in values.indices { table[slot(of: values[code])] = UInt32(truncatingIfNeeded: code + 1) }
    }
}
