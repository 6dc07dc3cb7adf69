import Columns
@testable import Parquet

func textColumn(_ texts: [String?]) -> TextColumn {
    var column = TextColumn()
    for text in texts { column.append(text) }
    return column
}

func listColumn(_ lists: [[String]?]) -> TextListColumn {
    var column = TextListColumn()
    for list in lists { column.append(list) }
    return column
}

extension TextColumn {
    var values: [String?] { (0..<count).map { self[$0] } }
}

extension TextListColumn {
    var values: [[String]?] { (0..<count).map { self[$0] } }
}

/// Writes row groups of one column and opens the file.
func file(
    _ type: ParquetType, optional: Bool = true, bloom: Bool = false, pageRows: Int = 16_384,
    _ groups: ColumnData...
) throws -> ParquetFile {
    let column = ParquetColumn("column", type, optional: optional, bloom: bloom)
    var writer = ParquetWriter(schema: ParquetSchema([column]), createdBy: "test", pageRows: pageRows)
    for group in groups { try writer.addRowGroup([group]) }
    return try ParquetFile(bytes: writer.finish())
}

func texts(_ file: ParquetFile, rowGroup: Int = 0, pages: [Int]? = nil) throws -> [String?] {
    try file.texts(column: 0, rowGroup: rowGroup, pages: pages).values
}

/// NaN stands for "no value", so doubles are compared by their bits, all NaNs being one.
func bits(_ values: [Double]) -> [UInt64?] { values.map { $0.isNaN ? nil : $0.bitPattern } }
