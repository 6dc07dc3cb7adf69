import Foundation

/// What a file must hold, in the shape that `Tests/Engines/check_parquet.py` reads.
package struct Expected {
    package let order: String
    package let bloom: [String]
    package let metadata: [String: String]
    /// Rows of each row group; only for a single file.
    package var rowGroups: [Int] = []
    private var names: [String] = []
    private var types: [String: String] = [:]
    private var columns: [String: [Any]] = [:]

    /// No columns yet; `order` is the column by which rows are compared.
    package init(order: String, bloom: [String], metadata: [String: String]) {
        self.order = order
        self.bloom = bloom
        self.metadata = metadata
    }

    /// Adds rows to a column; `type` is one of those that the script knows.
    package mutating func add<Value>(_ name: String, _ type: String, _ values: [Value?]) {
        if types[name] == nil { names.append(name) }
        types[name] = type
        columns[name, default: []] += values.map { $0.map { $0 as Any } ?? NSNull() }
    }

    /// What was added to a column so far; nulls as `NSNull`.
    package func values(_ name: String) -> [Any] { columns[name] ?? [] }

    func json() throws -> Data {
        let described = names.map { name -> [String: Any] in
            ["name": name, "type": types[name] ?? "", "values": values(name)]
        }
        return try JSONSerialization.data(withJSONObject: [
            "columns": described, "order": order, "bloom": bloom, "metadata": metadata, "row_groups": rowGroups,
        ])
    }
}
