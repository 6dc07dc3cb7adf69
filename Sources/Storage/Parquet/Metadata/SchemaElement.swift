/// One node of the schema as the footer lists it: depth first, the root before all.
struct SchemaElement {
    enum Repetition: Int32 { case required = 0, optional = 1, repeated = 2 }
    enum Logical: Equatable { case string, list, timestampMicros, timestampMillis, other }

    var name: String
    var physicalType: Int32?
    var repetition: Repetition?
    var children: Int?
    /// The older way to say what a column means; written for old readers, not needed for reading.
    var converted: Int32?
    var logical: Logical?

    func write(to element: inout ThriftWriter) {
        if let physicalType { element.field(1, i32: physicalType) }
        if let repetition { element.field(3, i32: repetition.rawValue) }
        element.field(4, text: name)
        if let children { element.field(5, i32: Int32(truncatingIfNeeded: children)) }
        if let converted { element.field(6, i32: converted) }
        switch logical {
        case .string: element.field(10) { $0.field(1) { _ in } }
        case .list: element.field(10) { $0.field(3) { _ in } }
        case .timestampMillis, .timestampMicros:
            let unit = logical == .timestampMillis ? 1 : 2
            element.field(10) {
                $0.field(8) {
                    $0.field(1, bool: true); $0.field(2) { $0.field(unit) { _ in } }
                }
            }
        case .other, nil: break
        }
    }

    init(
        _ name: String, type: PhysicalType? = nil, _ repetition: Repetition? = nil, children: Int? = nil,
        converted: Int32? = nil, logical: Logical? = nil
    ) {
        self.name = name
        physicalType = type?.rawValue
        self.repetition = repetition
        self.children = children
        self.converted = converted
        self.logical = logical
    }

    init(reading list: inout ThriftReader, _ type: ThriftType) throws(Malformed) {
        guard type == .structure else { throw Malformed("a schema element is no structure") }
        var element = SchemaElement("")
        try list.structure { (reader, id, type) throws(Malformed) in
            switch (id, type) {
            case (1, .i32): element.physicalType = try reader.int32()
            case (3, .i32):
                guard let repetition = Repetition(rawValue: try reader.int32()) else {
                    throw Malformed("a column of unknown repetition")
                }
                element.repetition = repetition
            case (4, .binary): element.name = try reader.text()
            case (5, .i32): element.children = try reader.int()
            case (6, .i32): element.converted = try reader.int32()
            case (10, .structure): element.logical = try Self.logical(&reader)
            default: try reader.skip(type)
            }
        }
        self = element
    }

    private static func logical(_ reader: inout ThriftReader) throws(Malformed) -> Logical {
        var logical = Logical.other
        try reader.structure { (union, id, type) throws(Malformed) in
            switch (id, type) {
            case (1, .structure): logical = .string
            case (3, .structure): logical = .list
            case (8, .structure):
                logical = try timestamp(&union)
                return
            default: break
            }
            try union.skip(type)
        }
        return logical
    }

    private static func timestamp(_ reader: inout ThriftReader) throws(Malformed) -> Logical {
        var isUTC = false, unitNumber = 0
        try reader.structure { (timestamp, id, type) throws(Malformed) in
            if id == 1, type == .yes { isUTC = true }
            guard id == 2, type == .structure else { return try timestamp.skip(type) }
            try timestamp.structure { (unit, id, type) throws(Malformed) in
                unitNumber = id
                try unit.skip(type)
            }
        }
        guard isUTC else { return .other }
        return unitNumber == 1 ? .timestampMillis : unitNumber == 2 ? .timestampMicros : .other
    }
}

extension ParquetSchema {
    /// The schema as the footer lists it.
    var elements: [SchemaElement] {
        [SchemaElement("schema", children: columns.count)] + columns.flatMap(\.elements)
    }

    /// Reads the columns from a footer's list; shapes that `ParquetColumn` cannot express are refused.
    init(elements: [SchemaElement]) throws(Malformed) {
        guard let root = elements.first, let count = root.children, root.physicalType == nil else {
            throw Malformed("the schema has no root")
        }
        var columns: [ParquetColumn] = []
        var at = 1
        while at < elements.count {
            let column = try ParquetColumn(elements: elements[at...])
            guard !columns.contains(where: { $0.name == column.name }) else {
                throw Malformed("two columns have the name \(column.name)")
            }
            columns.append(column)
            at += column.elements.count
        }
        guard columns.count == count else { throw Malformed("\(columns.count) columns; the root says \(count)") }
        self.init(columns)
    }
}

extension ParquetColumn {
    fileprivate var elements: [SchemaElement] {
        let own: SchemaElement.Repetition = isOptional ? .optional : .required
        return switch type {
        case .timestamp:
            [SchemaElement(name, type: .int64, own, converted: 10, logical: .timestampMicros)]
        case .timestampMillis:
            [SchemaElement(name, type: .int64, own, converted: 9, logical: .timestampMillis)]
        case .int64: [SchemaElement(name, type: .int64, own)]
        case .double: [SchemaElement(name, type: .double, own)]
        case .boolean: [SchemaElement(name, type: .boolean, own)]
        case .text: [SchemaElement(name, type: .byteArray, own, converted: 0, logical: .string)]
        case .textList:
            [
                SchemaElement(name, own, children: 1, converted: 3, logical: .list),
                SchemaElement("list", .repeated, children: 1),
                SchemaElement("element", type: .byteArray, .required, converted: 0, logical: .string),
            ]
        }
    }

    fileprivate init(elements: ArraySlice<SchemaElement>) throws(Malformed) {
        guard let first = elements.first, let repetition = first.repetition, repetition != .repeated else {
            throw Malformed("a column that this reader does not know")
        }
        let type: ParquetType
        switch (first.physicalType.flatMap(PhysicalType.init), first.logical) {
        case (.int64, .timestampMicros): type = .timestamp
        case (.int64, .timestampMillis): type = .timestampMillis
        case (.int64, nil): type = .int64
        case (.double, nil): type = .double
        case (.boolean, nil): type = .boolean
        case (.byteArray, .string): type = .text
        case (nil, .list):
            let parts = Array(elements.prefix(3))
            guard parts.count == 3, first.children == 1, parts[1].repetition == .repeated, parts[1].children == 1,
                parts[1].physicalType == nil, parts[2].physicalType == PhysicalType.byteArray.rawValue,
                parts[2].logical == .string, parts[2].repetition == .required, parts[2].children == nil,
                parts[1].name == "list", parts[2].name == "element"
            else { throw Malformed("list column \(first.name) is no list of required texts") }
            type = .textList
        default: throw Malformed("column \(first.name) has a type that this reader does not know")
        }
        guard type == .textList || first.children == nil else { throw Malformed("column \(first.name) has columns") }
        self.init(first.name, type, optional: repetition == .optional)
    }
}
