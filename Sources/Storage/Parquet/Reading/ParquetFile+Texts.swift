package import Columns

extension ParquetFile {
    func readDictionary(column: Int, rowGroup: Int) throws(ParquetError) -> TextDictionary? {
        guard groups[rowGroup].chunks[column].dictionaryPage != nil else { return nil }
        try want(column, [.text, .textList])
        var dictionary = TextDictionary()
        try withDictionary(column: column, rowGroup: rowGroup) { (entries, cursor) throws(Malformed) in
            dictionary = try PlainTexts.dictionary(&cursor, entries)
        }
        return dictionary
    }

    /// Decodes pages of a text column, given by ascending numbers; all pages if nil. Of these only some rows, given by
    /// their ascending places among the rows of the pages; all rows if nil.
    ///
    /// The pages share the dictionary of the row group, and rows are indices into it. Texts that are stored without a
    /// dictionary get an entry each.
    package func texts(
        column: Int, rowGroup: Int, pages: [Int]? = nil, rows: [Int]? = nil
    ) throws(ParquetError) -> TextColumn {
        try want(column, [.text])
        let description = schema.columns[column]
        let pages = try chosen(pages, rowGroup: rowGroup)
        let isSparse = wantsFewEntries(column: column, rowGroup: rowGroup, rows: rows?.count)
        let dictionary = isSparse ? nil : try dictionary(column: column, rowGroup: rowGroup)
        let entries = isSparse ? Int(UInt32.max) : dictionary?.count ?? 0
        var arena = TextArena()
        let all = try rowCount(pages, rowGroup: rowGroup)
        var indices = [UInt32](repeating: TextColumn.none, count: rows?.count ?? all)
        var choice = RowChoice(rows)
        try eachPage(column: column, rowGroup: rowGroup, pages: pages) { (page) throws(Malformed) in
            try indices.withUnsafeMutableBufferPointer { (all) throws(Malformed) in
                let out = CheckedRoom(all)
                let levels = try decoder.presence(of: page, description)
                let part = choice.next(of: page, levels)
                if page.encoding == .rleDictionary {
                    let isWhole = part.rows == nil && levels == nil
                    let codes = isWhole ? out.from(part.place) : decoder.codes.checked(page.present)
                    try decoder.indices(page.parts.values, page.present, below: entries, to: codes)
                    if !isWhole { part.spread(codes, over: levels, page.rows, to: out) }
                } else {
                    let codes = decoder.codes.checked(page.present)
                    let first = arena.count
                    try decoder.directTexts(page, only: Wanted(part.values), into: &arena)
                    for at in 0..<(arena.count - first) {
                        codes[part.values?[at] ?? at] = UInt32(truncatingIfNeeded: first + at)
                    }
                    part.spread(codes, over: levels, page.rows, to: out)
                }
            }
        }
        if isSparse { return try sparseTexts(indices, column: column, rowGroup: rowGroup) }
        let texts = dictionary ?? TextDictionary(bytes: arena.array, ends: arena.ends)
        return TextColumn(dictionary: texts, indices: indices)
    }

    /// Whether few rows are wanted and a large dictionary was not read yet: then only their entries are taken from it.
    private func wantsFewEntries(column: Int, rowGroup: Int, rows: Int?) -> Bool {
        let chunk = groups[rowGroup].chunks[column]
        guard let rows, rows < 2048, let dictionary = chunk.dictionaryPage, chunk.dataPages - dictionary > 1 << 15
        else { return false }
        return isFirstLook(column: column, rowGroup: rowGroup)
    }

    /// A column of rows that point into the dictionary of a chunk, with the entries alone that they need.
    private func sparseTexts(_ codes: [UInt32], column: Int, rowGroup: Int) throws(ParquetError) -> TextColumn {
        let wanted = Set(codes).subtracting([TextColumn.none]).sorted()
        var arena = TextArena()
        try withDictionary(column: column, rowGroup: rowGroup) { (entries, cursor) throws(Malformed) in
            if let last = wanted.last, Int(last) >= entries {
                throw Malformed("dictionary entry \(last) does not exist; there are \(entries)")
            }
            try PlainTexts.decode(&cursor, entries, only: Wanted(wanted.map { Int($0) }), into: &arena)
        }
        let places = Dictionary(uniqueKeysWithValues: zip(wanted, UInt32(0)...))
        let indices = codes.map { places[$0] ?? TextColumn.none }
        return TextColumn(dictionary: TextDictionary(bytes: arena.array, ends: arena.ends), indices: indices)
    }

    /// Decodes pages of a list column, or some of their rows, given as for texts.
    package func textLists(
        column: Int, rowGroup: Int, pages: [Int]? = nil, rows: [Int]? = nil
    ) throws(ParquetError) -> TextListColumn {
        try want(column, [.textList])
        let description = schema.columns[column]
        let pages = try chosen(pages, rowGroup: rowGroup)
        let elements = try dictionary(column: column, rowGroup: rowGroup) ?? TextDictionary()
        var builder = ListBuilder()
        var choice = RowChoice(rows)
        try eachPage(column: column, rowGroup: rowGroup, pages: pages) { (page) throws(Malformed) in
            builder.wanted = Wanted(choice.next(of: page, nil).rows)
            try decoder.lists(page, description, entries: elements.count, into: &builder)
        }
        return TextListColumn(elements: elements, lists: builder.lists, indices: builder.indices)
    }

    /// Refuses to decode a column as something that it is not.
    func want(_ column: Int, _ types: [ParquetType]) throws(ParquetError) {
        let description = schema.columns[column]
        guard types.contains(description.type) else {
            throw .mismatch(column: description.name, problem: "it holds \(description.type)")
        }
    }

    /// Puts the values where rows have one; the other rows keep what is there.
    static func spread<Value: BitwiseCopyable>(
        _ values: CheckedRoom<Value>, over levels: CheckedRoom<UInt32>, _ rows: Int, to out: CheckedRoom<Value>
    ) {
        var at = 0
        for row in 0..<rows where levels[row] != 0 {
            out[row] = values[at]
            at += 1
        }
    }
}

extension PageDecoder {
    fileprivate mutating func directTexts(
        _ page: DataPage, only wanted: Wanted, into arena: inout TextArena
    ) throws(Malformed) {
        var cursor = ByteCursor(page.parts.values)
        switch page.encoding {
        case .plain: try PlainTexts.decode(&cursor, page.present, only: wanted, into: &arena)
        case .deltaLengthByteArray:
            try DeltaLengthTexts.decode(&cursor, page.present, only: wanted, lengths: &longs, into: &arena)
        case .deltaByteArray:
            try DeltaTexts.decode(&cursor, page.present, only: wanted, lengths: &longs, into: &arena)
        default: throw Malformed("texts are not stored as \(page.encoding)")
        }
        guard cursor.left == 0 else { throw Malformed("\(cursor.left) bytes too many") }
    }

    fileprivate mutating func lists(
        _ page: DataPage, _ column: ParquetColumn, entries: Int, into builder: inout ListBuilder
    ) throws(Malformed) {
        let codes = self.codes.checked(page.present)
        if page.encoding == .rleDictionary {
            try indices(page.parts.values, page.present, below: entries, to: codes)
        } else {
            guard page.encoding == .plain, page.present == 0, page.parts.values.isEmpty else {
                throw Malformed("elements are not stored as \(page.encoding)")
            }
        }
        let definitions = definitions.checked(page.places), repetitions = repetitions.checked(page.places)
        try RunLength.decode(page.parts.repetition, width: 1, page.places, to: repetitions)
        let deepest = column.maxDefinition
        try RunLength.decode(page.parts.definition, width: deepest == 2 ? 2 : 1, page.places, to: definitions)
        var value = 0, rows = 0
        for place in 0..<page.places {
            let isElement = definitions[place] == deepest
            guard definitions[place] <= deepest, !isElement || value < page.present else {
                throw Malformed("levels that promise more values than there are")
            }
            if repetitions[place] == 0 {
                if rows > 0 { builder.endRow(rows - 1) }
                rows += 1
                builder.isThere = definitions[place] >= deepest - 1
            } else if !isElement || rows == 0 || builder.isEmpty {
                throw Malformed("a list that continues without having begun")
            }
            if isElement {
                builder.append(codes[value])
                value += 1
            }
        }
        if rows > 0 { builder.endRow(rows - 1) }
        guard rows == page.rows, value == page.present else {
            throw Malformed("\(rows) lists of \(value) elements; its header says \(page.rows) of \(page.present)")
        }
    }
}

/// Collects lists row by row and keeps each distinct one once.
private struct ListBuilder {
    private(set) var lists: [[UInt32]] = []
    private(set) var indices: [UInt32] = []
    private var known: [[UInt32]: UInt32] = [:]
    private var current: [UInt32] = []
    /// Whether the current row has a list at all.
    var isThere = false
    /// Which rows of the page are kept.
    var wanted = Wanted.all

    var isEmpty: Bool { current.isEmpty }

    mutating func append(_ element: UInt32) { current.append(element) }

    mutating func endRow(_ row: Int) {
        defer { current.removeAll(keepingCapacity: true) }
        guard wanted.takes(row) else { return }
        guard isThere else { return indices.append(TextColumn.none) }
        if let last = indices.last, last != TextColumn.none, lists[Int(last)] == current { return indices.append(last) }
        if let index = known[current] { return indices.append(index) }
        let index = UInt32(truncatingIfNeeded: lists.count)
        known[current] = index
        lists.append(current)
        indices.append(index)
    }
}
