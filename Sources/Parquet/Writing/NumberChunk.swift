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
        var count = 0, least = Int64.max, greatest = Int64.min
        for row in rows {
            let value = all[row]
            let isThere = value != none
            flags[row - rows.lowerBound] = isThere ? 1 : 0
            guard isThere else { continue }
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
            let entries = try writeDoubleDictionary(all, to: &chunk)
            chunk.encoding = entries == nil ? .plain : .rleDictionary
            var value = 0
            for rows in cuts { try writeDoublePage(all, rows, entries: entries, value: &value, to: &chunk) }
        }
    }

    /// Writes the dictionary and numbers all values in `codes`, if that is worth it; returns the number of entries.
    private mutating func writeDoubleDictionary(
        _ all: UnsafeBufferPointer<Double>, to chunk: inout OpenChunk
    ) throws(ParquetError) -> Int? {
        var dictionary = DoubleDictionary(limit: all.count / 4)
        let codes = codes.room(all.count)
        var count = 0
        for value in all where !value.isNaN {
            guard let code = dictionary.code(of: value) else { return nil }
            codes[count] = code
            count += 1
        }
        guard count > 0 else { return nil }
        values.clear()
        let out = values.room(dictionary.values.count * 8)
        for (at, value) in dictionary.values.enumerated() {
            out.storeBytes(of: value.bitPattern.littleEndian, toByteOffset: at * 8, as: UInt64.self)
        }
        values.commit(dictionary.values.count * 8)
        try writeDictionaryPage(entries: dictionary.values.count, to: &chunk)
        return dictionary.values.count
    }

    private mutating func writeDoublePage(
        _ all: UnsafeBufferPointer<Double>, _ rows: Range<Int>, entries: Int?, value: inout Int,
        to chunk: inout OpenChunk
    ) throws(ParquetError) {
        values.clear()
        let out = values.room(rows.count * 8), flags = flags.room(rows.count)
        var count = 0, least = Double.infinity, greatest = -Double.infinity
        for row in rows {
            let value = all[row]
            flags[row - rows.lowerBound] = value.isNaN ? 0 : 1
            guard !value.isNaN else { continue }
            out.storeBytes(of: value.bitPattern.littleEndian, toByteOffset: count * 8, as: UInt64.self)
            count += 1
            least = min(least, value)
            greatest = max(greatest, value)
        }
        if let entries {
            try writeIndices(codes.room(0) + value, count, entries: entries, &chunk.habit)
        } else {
            values.commit(count * 8)
        }
        value += count
        let nulls = try writeDefinitions(flags, rows.count, of: chunk.column)
        let shape = PageShape(rows: rows, values: rows.count, nulls: nulls, encoding: chunk.encoding)
        try writeDataPage(shape, count == 0 ? nil : Bounds.doubles(least, greatest), to: &chunk)
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
    private var table: [UInt32]
    private let limit: Int

    /// A dictionary that gives up beyond a number of entries.
    init(limit: Int) {
        self.limit = limit
        var size = 64
        while size < min(limit, 1 << 16) * 2 { size *= 2 }
        table = [UInt32](repeating: 0, count: size)
    }

    /// The number of a value, or nil if there are too many different ones.
    mutating func code(of value: Double) -> UInt32? {
        var slot = Int(truncatingIfNeeded: (value.bitPattern &* 0x9E37_79B9_7F4A_7C15) >> 40) & (table.count - 1)
        while table[slot] != 0 {
            let code = table[slot] - 1
            if values[Int(code)].bitPattern == value.bitPattern { return code }
            slot = (slot + 1) & (table.count - 1)
        }
        guard values.count <= limit, values.count * 2 < table.count else { return nil }
        values.append(value)
        table[slot] = UInt32(values.count)
        return UInt32(values.count - 1)
    }
}
