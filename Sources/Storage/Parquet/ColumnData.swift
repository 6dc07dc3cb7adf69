package import Columns

/// The values of one column in one row group, as the caller holds them; nothing is copied.
package enum ColumnData: Sendable {
    case text(TextColumn)
    case textList(TextListColumn)
    /// For `timestamp` and `int64`; `none` is the number that means "no value", nil if every row has one.
    case int64([Int64], none: Int64?)
    /// NaN means "no value".
    case double([Double])
    /// 0 false, 1 true, 2 no value.
    case boolean([UInt8])
    /// A text column of few words: each row the place of its word. Every row has one.
    case words([UInt8], names: [String])

    /// Number of rows.
    package var count: Int {
        switch self {
        case .text(let column): column.count
        case .textList(let column): column.count
        case .int64(let values, _): values.count
        case .double(let values): values.count
        case .boolean(let values): values.count
        case .words(let codes, _): codes.count
        }
    }
}
