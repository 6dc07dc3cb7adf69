package import Columns

extension ParquetFile {
    func readDictionary(column: Int, rowGroup: Int) throws(ParquetError) -> TextDictionary? {
        guard groups[rowGroup].chunks[column].dictionaryPage != nil else { return nil }
        try want(column, [.text, .textList])
        var arena = TextArena()
        try withDictionary(column: column, rowGroup: rowGroup) { (entries, cursor) throws(Malformed) in
            try PlainTexts.decode(&cursor, entries, into: &arena)
        }
        return TextDictionary(bytes: arena.array, ends: arena.ends)
    }

    /// Decodes pages of a text column, given by ascending numbers; all pages if nil.
    ///
    /// The pages share the dictionary of the row group, and rows are indices into it. Texts that are stored without a
    /// dictionary get an entry each.
    package func texts(column: Int, rowGroup: Int, pages: [Int]? = nil) throws(ParquetError) -> TextColumn {
        try want(column, [.text])
        let description = schema.columns[column]
        let pages = try chosen(pages, rowGroup: rowGroup)
        let dictionary = try dictionary(column: column, rowGroup: rowGroup)
        var arena = TextArena()
        var indices = [UInt32](repeating: TextColumn.none, count: try rowCount(pages, rowGroup: rowGroup))
        try eachPage(column: column, rowGroup: rowGroup, pages: pages) { (page) throws(Malformed) in
            try indices.withUnsafeMutableBufferPointer { (all) throws(Malformed) in
                guard let out = all.baseAddress.map({ $0 + page.firstRow }) else { return }
                let levels = try workbench.presence(of: page, description)
                let codes = levels == nil ? out : workbench.codes.room(page.present)
                if page.encoding == .rleDictionary {
                    try workbench.indices(page.parts.values, page.present, below: dictionary?.count ?? 0, to: codes)
                } else {
                    let first = arena.count
                    try workbench.directTexts(page, into: &arena)
                    for at in 0..<page.present { codes[at] = UInt32(truncatingIfNeeded: first + at) }
                }
                guard let levels else { return }
                Self.spread(codes, over: levels, page.rows, to: out)
            }
        }
        let texts = dictionary ?? TextDictionary(bytes: arena.array, ends: arena.ends)
        return TextColumn(dictionary: texts, indices: indices)
    }

    /// Decodes pages of a list column, given by ascending numbers; all pages if nil.
    package func textLists(column: Int, rowGroup: Int, pages: [Int]? = nil) throws(ParquetError) -> TextListColumn {
        try want(column, [.textList])
        let description = schema.columns[column]
        let pages = try chosen(pages, rowGroup: rowGroup)
        let elements = try dictionary(column: column, rowGroup: rowGroup) ?? TextDictionary()
        var builder = ListBuilder()
        try eachPage(column: column, rowGroup: rowGroup, pages: pages) { (page) throws(Malformed) in
            try workbench.lists(page, description, entries: elements.count, into: &builder)
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
        _ values: UnsafePointer<Value>, over levels: UnsafePointer<UInt32>, _ rows: Int,
        to out: UnsafeMutablePointer<Value>
    ) {
        var at = 0
        for row in 0..<rows where levels[row] != 0 {
            out[row] = values[at]
            at += 1
        }
    }
}

extension Workbench {
    fileprivate mutating func directTexts(_ page: DataPage, into arena: inout TextArena) throws(Malformed) {
        var cursor = ByteCursor(page.parts.values)
        switch page.encoding {
        case .plain: try PlainTexts.decode(&cursor, page.present, into: &arena)
        case .deltaLengthByteArray:
            try DeltaLengthTexts.decode(&cursor, page.present, lengths: &longs, into: &arena)
        case .deltaByteArray:
            try DeltaTexts.decode(&cursor, page.present, lengths: &longs, into: &arena)
        default: throw Malformed("texts are not stored as \(page.encoding)")
        }
        guard cursor.left == 0 else { throw Malformed("\(cursor.left) bytes too many") }
    }

    fileprivate mutating func lists(
        _ page: DataPage, _ column: ParquetColumn, entries: Int, into builder: inout ListBuilder
    ) throws(Malformed) {
        let codes = self.codes.room(page.present)
        if page.encoding == .rleDictionary {
            try indices(page.parts.values, page.present, below: entries, to: codes)
        } else {
            guard page.encoding == .plain, page.present == 0, page.parts.values.isEmpty else {
                throw Malformed("elements are not stored as \(page.encoding)")
            }
        }
        let definitions = definitions.room(page.places), repetitions = repetitions.room(page.places)
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
                if rows > 0 { builder.endRow() }
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
        if rows > 0 { builder.endRow() }
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

    var isEmpty: Bool { current.isEmpty }

    mutating func append(_ element: UInt32) { current.append(element) }

    mutating func endRow() {
        defer { current.removeAll(keepingCapacity: true) }
        guard isThere else { return indices.append(TextColumn.none) }
        if let last = indices.last, last != TextColumn.none, lists[Int(last)] == current { return indices.append(last) }
        if let index = known[current] { return indices.append(index) }
        let index = UInt32(truncatingIfNeeded: lists.count)
        known[current] = index
        lists.append(current)
        indices.append(index)
    }
}
