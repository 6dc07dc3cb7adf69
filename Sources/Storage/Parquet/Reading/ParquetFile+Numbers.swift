extension ParquetFile {
    /// Decodes pages of an integer or timestamp column, given by ascending numbers; all pages if nil.
    ///
    /// Rows without a value get `none`.
    package func integers(
        column: Int, rowGroup: Int, pages: [Int]? = nil, none: Int64
    ) throws(ParquetError) -> [Int64] {
        try want(column, [.int64, .timestamp, .timestampMillis])
        let description = schema.columns[column]
        let pages = try chosen(pages, rowGroup: rowGroup)
        var values = [Int64](repeating: none, count: try rowCount(pages, rowGroup: rowGroup))
        try eachPage(column: column, rowGroup: rowGroup, pages: pages) { (page) throws(Malformed) in
            try values.withUnsafeMutableBufferPointer { (all) throws(Malformed) in
                let out = CheckedRoom(all).from(page.firstRow)
                let levels = try decoder.presence(of: page, description)
                guard page.encoding == .deltaBinaryPacked else {
                    throw Malformed("integers are not stored as \(page.encoding)")
                }
                let present = levels == nil ? out : decoder.longs.checked(page.present)
                var cursor = ByteCursor(page.parts.values)
                try DeltaBinaryPacked.decode(&cursor, page.present, to: present)
                guard cursor.left == 0 else { throw Malformed("\(cursor.left) bytes too many") }
                if description.unit != 1 { for at in 0..<page.present { present[at] &*= description.unit } }
                if let levels { Self.spread(present, over: levels, page.rows, to: out) }
            }
        }
        return values
    }

    /// Decodes pages of a column of doubles, given by ascending numbers; all pages if nil.
    ///
    /// Rows without a value get NaN.
    package func doubles(column: Int, rowGroup: Int, pages: [Int]? = nil) throws(ParquetError) -> [Double] {
        try want(column, [.double])
        let description = schema.columns[column]
        let pages = try chosen(pages, rowGroup: rowGroup)
        var dictionary: [Double] = []
        try withDictionary(column: column, rowGroup: rowGroup) { (entries, cursor) throws(Malformed) in
            dictionary = try Self.plainDoubles(&cursor, entries)
        }
        var values = [Double](repeating: .nan, count: try rowCount(pages, rowGroup: rowGroup))
        try eachPage(column: column, rowGroup: rowGroup, pages: pages) { (page) throws(Malformed) in
            let levels = try decoder.presence(of: page, description)
            let present = try decoder.doubles(page, dictionary)
            var at = 0
            for row in 0..<page.rows where levels.map({ $0[row] != 0 }) ?? true {
                values[page.firstRow + row] = present[at]
                at += 1
            }
        }
        return values
    }

    fileprivate static func plainDoubles(_ cursor: inout ByteCursor, _ count: Int) throws(Malformed) -> [Double] {
        guard count <= cursor.left / 8 else { throw Malformed("\(cursor.left) bytes for \(count) doubles") }
        let bytes = try cursor.take(count * 8)
        return (0..<count).map {
            Double(bitPattern: UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: $0 * 8, as: UInt64.self)))
        }
    }

    /// Decodes pages of a boolean column, given by ascending numbers; all pages if nil.
    ///
    /// 0 false, 1 true, 2 no value.
    package func booleans(column: Int, rowGroup: Int, pages: [Int]? = nil) throws(ParquetError) -> [UInt8] {
        try want(column, [.boolean])
        let description = schema.columns[column]
        let pages = try chosen(pages, rowGroup: rowGroup)
        var values = [UInt8](repeating: 2, count: try rowCount(pages, rowGroup: rowGroup))
        try eachPage(column: column, rowGroup: rowGroup, pages: pages) { (page) throws(Malformed) in
            let levels = try decoder.presence(of: page, description)
            let present = try decoder.booleans(page)
            var at = 0
            for row in 0..<page.rows where levels.map({ $0[row] != 0 }) ?? true {
                values[page.firstRow + row] = UInt8(truncatingIfNeeded: present[at])
                at += 1
            }
        }
        return values
    }
}

extension PageDecoder {
    fileprivate mutating func doubles(_ page: DataPage, _ dictionary: [Double]) throws(Malformed) -> [Double] {
        var cursor = ByteCursor(page.parts.values)
        switch page.encoding {
        case .rleDictionary:
            let codes = self.codes.checked(page.present)
            try indices(page.parts.values, page.present, below: dictionary.count, to: codes)
            return (0..<page.present).map { dictionary[Int(codes[$0])] }
        case .plain:
            let values = try ParquetFile.plainDoubles(&cursor, page.present)
            guard cursor.left == 0 else { throw Malformed("\(cursor.left) bytes too many") }
            return values
        default: throw Malformed("doubles are not stored as \(page.encoding)")
        }
    }

    fileprivate mutating func booleans(_ page: DataPage) throws(Malformed) -> CheckedRoom<UInt32> {
        guard page.encoding == .rle else { throw Malformed("booleans are not stored as \(page.encoding)") }
        let codes = self.codes.checked(page.present)
        var cursor = ByteCursor(page.parts.values)
        let length = try cursor.littleEndian32()
        guard Int(length) == cursor.left else { throw Malformed("runs of \(length) bytes in \(cursor.left)") }
        try RunLength.decode(cursor.restPadded(), width: 1, page.present, to: codes)
        return codes
    }
}
