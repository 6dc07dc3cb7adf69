/// Follows times through a statement's program: what each register may hold before each instruction, and what the
/// columns of its temporary tables may hold. What it says may be more than can be, never less.
struct TimeFlow {
    typealias Registers = [Int: Content]

    let program: StatementProgram
    /// The columns that hold times, by cursor of a table.
    let timeColumns: [Int: TimeColumns]
    private let flow: ProgramFlow
    private(set) var before: [Registers?]
    /// The columns of temporary tables and sorters, by cursor, and of records, by the instruction that makes them.
    private var tables: [Int: [Content]] = [:]
    private var records: [Int: [Content]] = [:]
    /// Cursors that show another's table, or a register's record.
    private var twins: [Int: Int] = [:]
    private var pseudo: [Int: Int] = [:]
    private var hasGrown = false

    init(_ program: StatementProgram, _ tables: TimeTables) {
        self.program = program
        flow = ProgramFlow(program)
        before = Array(repeating: nil, count: program.instructions.count)
        var columns: [Int: TimeColumns] = [:]
        for step in program.instructions {
            switch step.name {
            case "VOpen": columns[step.p1] = tables.virtual(step.p4)
            case "OpenRead": columns[step.p1] = tables.stored[step.p2]
            case "OpenEphemeral", "OpenAutoindex", "SorterOpen": self.tables[step.p1] = []
            case "OpenDup": twins[step.p1] = step.p2
            case "OpenPseudo": pseudo[step.p1] = step.p2
            default: break
            }
        }
        timeColumns = columns
        guard !program.instructions.isEmpty else { return }
        // Tables are filled in one place and read in another: go round until no more is found.
        repeat {
            hasGrown = false
            follow()
        } while hasGrown
    }

    private mutating func follow() {
        var open = [0]
        before[0] = before[0] ?? [:]
        var isKnown = Set<Int>()
        while let place = open.popLast() {
            guard let registers = before[place] else { continue }
            isKnown.insert(place)
            let after = self.after(place, registers)
            for next in flow.successors[place] where merge(after, next) || !isKnown.contains(next) {
                open.append(next)
            }
        }
    }

    private mutating func merge(_ registers: Registers, _ place: Int) -> Bool {
        guard var old = before[place] else {
            before[place] = registers
            return true
        }
        var isNew = false
        for (register, content) in registers where old[register, default: Content()].join(content) { isNew = true }
        if isNew { before[place] = old }
        return isNew
    }

    // MARK: What is where

    /// The columns of a record that a register holds; nil if it comes from a table on disk.
    func columns(_ content: Content) -> [Content]? {
        var columns: [Content] = []
        for record in content.records {
            guard
                let more =
                    switch record {
                    case .made(let place): records[place] ?? []
                    case .row(let cursor): table(cursor)
                    }
            else { return nil }
            for (place, content) in more.enumerated() {
                if place < columns.count { columns[place].join(content) } else { columns.append(content) }
            }
        }
        return columns
    }

    /// The columns of a temporary table, or nil for one that lies on disk.
    func table(_ cursor: Int) -> [Content]? { tables[twins[cursor] ?? cursor] }

    private func column(_ number: Int, ofCursor cursor: Int, _ registers: Registers) -> Content {
        let columns = pseudo[cursor].map { self.columns(registers[$0] ?? Content()) } ?? table(cursor)
        guard let columns else { return timeColumns[cursor]?.content(of: number) ?? Content(.unknown) }
        var content = columns.indices.contains(number) ? columns[number] : Content()
        content.kinds.formUnion(.null)
        return content
    }

    private mutating func fill(_ cursor: Int, with record: Content) {
        let root = twins[cursor] ?? cursor
        guard tables[root] != nil else { return }
        let columns = columns(record)
        let count = max(columns?.count ?? 0, tables[root]?.count ?? 0)
        for place in 0..<count {
            if tables[root, default: []].count <= place { tables[root, default: []].append(Content()) }
            let content = columns.map { $0.indices.contains(place) ? $0[place] : Content(.null) } ?? Content(.unknown)
            if tables[root, default: []][place].join(content) { hasGrown = true }
        }
    }

    // MARK: What an instruction does

    private mutating func after(_ place: Int, _ registers: Registers) -> Registers {
        var registers = registers
        let step = program.instructions[place]
        func content(_ register: Int) -> Content { registers[register] ?? Content(.null) }
        switch step.name {
        case "String8", "String": registers[step.p2] = Content(text: step.p4)
        case "Integer": registers[step.p2] = Content(number: Double(step.p1), "\(step.p1)")
        case "Int64", "Real": registers[step.p2] = Content(number: Double(step.p4) ?? .nan, step.p4)
        case "Null": for register in step.p2...max(step.p2, step.p3) { registers[register] = Content(.null) }
        case "SoftNull": registers[step.p1] = Content(.null)
        case "Blob", "Variable": registers[step.p2] = Content(.unknown)
        case "Copy":
            for offset in 0...max(0, step.p3) { registers[step.p2 + offset] = content(step.p1 + offset) }
        case "SCopy", "IntCopy": registers[step.p2] = content(step.p1)
        case "Move": for offset in 0..<max(1, step.p3) { registers[step.p2 + offset] = content(step.p1 + offset) }
        case "Column": registers[step.p3] = column(step.p2, ofCursor: step.p1, registers)
        case "VColumn":
            registers[step.p3] = timeColumns[step.p1]?.content(of: step.p2) ?? Content(.unknown)
        case "MakeRecord":
            let columns = (0..<max(0, step.p2)).map { content(step.p1 + $0) }
            note(columns, at: place)
            registers[step.p3] = Content(record: .made(at: place))
        case "SorterData", "RowData": registers[step.p2] = Content(record: .row(ofCursor: step.p1))
        case "Insert", "IdxInsert", "SorterInsert": fill(step.p1, with: content(step.p2))
        case "Function", "PureFunc":
            registers[step.p3] = SQLFunctionMeaning(step.p4).result(of: step.p2, registers)
        case "AggStep", "AggStep1", "AggInverse":
            var sum = registers[step.p3] ?? Content()
            sum.join(SQLFunctionMeaning(step.p4).result(of: step.p2, count: step.p5, registers))
            registers[step.p3] = sum
        case "AggValue": registers[step.p3] = content(step.p1)
        case "Add", "Subtract", "Multiply", "Divide", "Remainder", "BitAnd", "BitOr", "ShiftLeft", "ShiftRight", "And",
            "Or":
            registers[step.p3] = Self.sum(step.name, content(step.p1), content(step.p2))
        case "Concat":
            registers[step.p3] = Self.concatenation(content(step.p2), content(step.p1))
        case "Not", "BitNot", "IsTrue", "Rowid", "Sequence", "NewRowid", "Count", "ZeroOrNull", "IdxRowid":
            registers[step.p2] = Content([.number, .null])
        case "Offset", "RowSetRead": registers[step.p3] = Content([.number, .null])
        case "Cast": registers[step.p1] = Self.cast(content(step.p1), step.p2)
        case "Gosub", "InitCoroutine", "Yield": registers[step.p1] = Content(.number)
        case "BeginSubrtn": registers[step.p2] = Content(.number)
        default: break
        }
        return registers
    }

    private mutating func note(_ columns: [Content], at place: Int) {
        guard var old = records[place] else {
            records[place] = columns
            hasGrown = true
            return
        }
        for index in old.indices where old[index].join(columns[index]) { hasGrown = true }
        records[place] = old
    }

    /// Seconds and seconds are seconds; what is made of a text of a time is a number of that.
    private static func sum(_ name: String, _ first: Content, _ second: Content) -> Content {
        let kinds = first.kinds.union(second.kinds)
        if kinds.contains(.seconds), name == "Add" || name == "Subtract" { return Content([.seconds, .null]) }
        let isOfText = !kinds.isDisjoint(with: Content.Kinds.functionTexts.union(.clockNumber))
        return Content(isOfText ? [.clockNumber, .null] : [.number, .null])
    }

    private static func concatenation(_ first: Content, _ second: Content) -> Content {
        let pieces = [first, second].map { content -> Set<String>? in
            content.isTextLiteral ? content.literals : content.knownForms.map { Set($0.map(\.example)) }
        }
        if first.kinds.isSubset(of: .null) || second.kinds.isSubset(of: .null) { return Content(.null) }
        guard first.comesOfTime || second.comesOfTime else { return Content(.unknown) }
        guard let one = pieces[0], let other = pieces[1], one.count == 1, other.count == 1 else {
            return Content([.part, .null])
        }
        return Content(form: TextForm(example: one.joined() + other.joined()))
    }

    private static func cast(_ content: Content, _ affinity: Int) -> Content {
        switch affinity {
        case 0x41, 0x42: content
        default: Content([.number, .null])
        }
    }
}
