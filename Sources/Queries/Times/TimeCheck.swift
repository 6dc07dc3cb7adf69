/// Finds where a statement would answer wrongly about times, because SQLite compares texts byte by byte behind a
/// function, reads a number from the beginning of a text, or never finds a text equal to a number.
///
/// Columns of times are texts of one form (`SortableTime`) with a collation that reads other forms. SQLite keeps it for
/// a column wherever it stands in a comparison, and loses it behind `max(ts)`, `CASE`, a scalar subquery and the like;
/// there a text is right only if it is of that form too. `refusal` says what else would be compared.
struct TimeCheck {
    private let flow: TimeFlow
    /// Of each index in memory, by cursor, the collations of its columns.
    private let collations: [Int: [String]]

    /// Why the statement is refused, or nil.
    private(set) var refusal: TimeRefusal?
    /// Whether a time is compared with what is known only when the statement runs.
    private(set) var asksWhileRunning = false
    /// Literals that mean a time and also meet what is none, or are shown: they must stay as they are.
    private(set) var literalsElsewhere: Set<String> = []
    /// Columns of the result that hold nothing but times.
    private(set) var timeColumns: Set<Int> = []

    init(_ program: StatementProgram, timeColumns: (String) -> Set<Int32>) {
        flow = TimeFlow(program, timeColumns: timeColumns)
        var collations: [Int: [String]] = [:]
        for step in program.instructions where step.name == "OpenEphemeral" || step.name == "OpenAutoindex" {
            collations[step.p1] = Self.collations(step.p4)
        }
        self.collations = collations
        var other: Set<Int> = []
        for (place, step) in program.instructions.enumerated() {
            guard let registers = flow.before[place] else { continue }
            if step.name == "ResultRow" {
                for column in 0..<step.p2 {
                    let content = registers[step.p1 + column] ?? Content()
                    if let literal = content.literal { literalsElsewhere.insert(literal) }
                    if content.kinds.isSubset(of: [.time, .null]) {
                        if content.mayBeTime { self.timeColumns.insert(column) }
                    } else {
                        other.insert(column)
                    }
                }
            }
            let found = look(at: step, registers)
            refusal = refusal ?? found
        }
        self.timeColumns.subtract(other)
    }

    /// `k(2,-time,B)` → `["time", "BINARY"]`
    private static func collations(_ text: String) -> [String] {
        guard text.hasPrefix("k("), text.hasSuffix(")") else { return [] }
        return text.dropFirst(2).dropLast().split(separator: ",", omittingEmptySubsequences: false).dropFirst().map {
            // Before the name stands how the column is sorted.
            var name = $0.hasPrefix("-") ? $0.dropFirst() : $0
            if name.hasPrefix("N.") { name = name.dropFirst(2) }
            return name == "B" || name.isEmpty ? "BINARY" : String(name)
        }
    }

    private mutating func look(
        at step: StatementProgram.Instruction, _ registers: TimeFlow.Registers
    ) -> TimeRefusal? {
        func content(_ register: Int) -> Content { registers[register] ?? Content() }
        switch step.name {
        case "Eq", "Ne", "Lt", "Le", "Gt", "Ge":
            let order = Comparison(operation: step.name, affinity: step.p5 & 0x47, collation: step.p4)
            return compare(content(step.p3), content(step.p1), order)
        case "Add", "Subtract", "Multiply", "Divide", "Remainder", "BitAnd", "BitOr", "ShiftLeft", "ShiftRight":
            // NOT IN collects in one register whether it met a NULL.
            if step.name == "BitAnd", step.p2 == step.p3 || step.p1 == step.p2 { return nil }
            return content(step.p1).mayBeTime || content(step.p2).mayBeTime ? .arithmetic : nil
        case "Cast":
            return step.p2 > 0x42 && content(step.p1).mayBeTime ? .arithmetic : nil
        case "Affinity":
            return affinity(step, registers)
        case "Function", "PureFunc", "AggStep", "AggStep1":
            return call(step, registers)
        case "VFilter":
            return filter(step, registers)
        case "Found", "NotFound", "NoConflict", "SeekGE", "SeekGT", "SeekLE", "SeekLT", "IdxGE", "IdxGT", "IdxLE",
            "IdxLT":
            return seek(step, registers)
        case "Filter":
            return filterKeys(step, registers)
        default:
            return nil
        }
    }

    // MARK: Comparisons

    private struct Comparison {
        let operation: String
        let affinity: Int
        /// As the program shows it: `BINARY-8`, `time-8`.
        let collation: String

        var isOfTimes: Bool { collation.hasPrefix(TimeCollation.name) }
        var isNumeric: Bool { affinity >= 0x43 }

        /// Whether a date alone answers rightly: its bytes begin those of all times of its day.
        func isRight(forDateOnTheRight isRight: Bool) -> Bool {
            isRight ? operation == "Lt" || operation == "Ge" : operation == "Gt" || operation == "Le"
        }
    }

    private mutating func compare(_ left: Content, _ right: Content, _ order: Comparison) -> TimeRefusal? {
        for (one, other) in [(left, right), (right, left)] where !other.mayBeTime {
            if let literal = one.literal { literalsElsewhere.insert(literal) }
        }
        if order.isNumeric { return compareNumbers(left, right) ?? compareNumbers(right, left) }
        if order.isOfTimes { return compareTimes(left, right) ?? compareTimes(right, left) }
        return compareBytes(left, right, order, isRight: true) ?? compareBytes(right, left, order, isRight: false)
    }

    /// A number with what cannot become one.
    private func compareNumbers(_ one: Content, _ other: Content) -> TimeRefusal? {
        if one.mayBeTime { return .number(other.literal) }
        guard !one.kinds.isDisjoint(with: .timeLiterals) else { return nil }
        return .microseconds(one.literal ?? "")
    }

    /// By our collation, which reads what a person may write.
    private mutating func compareTimes(_ one: Content, _ other: Content) -> TimeRefusal? {
        if other.kinds.contains(.word) { return .noTime(other.literal ?? "") }
        if other.kinds.contains(.number) { return .number(other.literal) }
        if !other.kinds.isDisjoint(with: [.unknown, .formatted, .part]) { asksWhileRunning = true }
        return nil
    }

    /// Byte by byte. `isRight` tells on which side `other` stands.
    private func compareBytes(_ one: Content, _ other: Content, _ order: Comparison, isRight: Bool) -> TimeRefusal? {
        if one.mayBeTime {
            if !other.kinds.isDisjoint(with: .numbers) { return .number(other.literal) }
            if other.kinds.contains(.word) { return .noTime(other.literal ?? "") }
            guard one.kinds.isSubset(of: [.time, .null, .sortable]) else {
                return .bytewise(one.kinds.isDisjoint(with: .unsortable) ? nil : one.literal)
            }
            if order.isRight(forDateOnTheRight: isRight), other.kinds.isSubset(of: [.date, .dayText, .null]) {
                return nil
            }
            if other.kinds.isSubset(of: [.time, .null, .sortable]) { return nil }
            return .bytewise(other.kinds.isDisjoint(with: .unsortable) ? nil : other.literal)
        }
        if !one.kinds.isDisjoint(with: .functionTexts), !other.kinds.isDisjoint(with: .numbers) {
            return .textWithNumber(other.literal ?? "")
        }
        if one.kinds.contains(.part), !other.kinds.isDisjoint(with: .timeLiterals), let text = other.literal,
            !TimePattern(text + "%", isGlob: false).matchesSomeTime
        {
            return .otherForm(function: "substr", form: "2026-05-01T10:00", text)
        }
        if one.kinds.contains(.dayText), !other.kinds.isDisjoint(with: [.sortable, .spelled]) {
            return .otherForm(function: "date", form: "2026-05-01", other.literal ?? "")
        }
        if one.kinds.contains(.secondText), !other.kinds.isDisjoint(with: [.sortable, .spelled, .date]) {
            return compareSeconds(other, order, isRight: isRight)
        }
        return nil
    }

    /// `datetime(…)` gives `2026-05-01 10:00:00`.
    private func compareSeconds(_ other: Content, _ order: Comparison, isRight: Bool) -> TimeRefusal? {
        let text = other.literal ?? ""
        let isAlike = text.utf8.count == 19 && Array(text.utf8)[10] == UInt8(ascii: " ")
        let isDate = other.kinds.contains(.date) && order.isRight(forDateOnTheRight: isRight)
        return isAlike || isDate ? nil : .otherForm(function: "datetime", form: "2026-05-01 10:00:00", text)
    }

    // MARK: Lookups

    /// A key is looked up in an index: for `IN`, or in one that SQLite makes for a join.
    private mutating func seek(
        _ step: StatementProgram.Instruction, _ registers: TimeFlow.Registers
    ) -> TimeRefusal? {
        guard let columns = flow.table(step.p1), let collations = collations[step.p1], !collations.isEmpty else {
            return nil
        }
        let count = Int(step.p4) ?? 0
        let keys =
            count > 0
            ? (0..<count).map { registers[step.p3 + $0] ?? Content() }
            : flow.columns(registers[step.p3] ?? Content()) ?? []
        for (place, key) in keys.enumerated() where columns.indices.contains(place) {
            let collation = collations.indices.contains(place) ? collations[place] : "BINARY"
            let order = Comparison(operation: "Eq", affinity: 0x41, collation: collation)
            if let refusal = compare(key, columns[place], order) { return refusal }
        }
        return nil
    }

    /// A filter in front of an index looks at bytes, whatever the collation.
    private func filterKeys(_ step: StatementProgram.Instruction, _ registers: TimeFlow.Registers) -> TimeRefusal? {
        for register in step.p3..<(step.p3 + max(0, Int(step.p4) ?? 0)) {
            guard let key = registers[register], !key.kinds.isDisjoint(with: .unsortable) else { continue }
            return .bytewise(key.literal)
        }
        return nil
    }

    /// A number is expected of these registers.
    private func affinity(_ step: StatementProgram.Instruction, _ registers: TimeFlow.Registers) -> TimeRefusal? {
        for (offset, letter) in step.p4.utf8.enumerated() where letter >= 0x43 {
            let content = registers[step.p1 + offset] ?? Content()
            guard content.kinds.isDisjoint(with: .timeLiterals) else {
                return .microseconds(content.literal ?? "")
            }
        }
        return nil
    }

    /// A virtual table is asked for rows; it reads what its columns of times are compared with by itself.
    private func filter(_ step: StatementProgram.Instruction, _ registers: TimeFlow.Registers) -> TimeRefusal? {
        for (place, part) in step.p4.split(separator: ";").dropFirst().enumerated() {
            guard let column = part.split(separator: ",").first.flatMap({ Int32($0) }),
                flow.timeColumns[step.p1]?.contains(column) != true
            else { continue }
            let content = registers[step.p3 + 2 + place] ?? Content()
            if content.mayBeTime { return .bytewise(nil) }
        }
        return nil
    }

    // MARK: Functions

    private func call(_ step: StatementProgram.Instruction, _ registers: TimeFlow.Registers) -> TimeRefusal? {
        let meaning = SQLFunctionMeaning(step.p4)
        let count = step.name.hasPrefix("Agg") ? step.p5 : nil
        let contents = meaning.contents(of: step.p2, count: count, registers)
        if meaning.name == "time_text" || meaning.name == "time_micros", let only = contents.first,
            only.kinds == .word
        {
            return .noTime(only.literal ?? "")
        }
        if meaning.calculates, contents.first?.mayBeTime == true { return .arithmetic }
        if meaning.readsTimes, let modifier = contents.dropFirst().compactMap(\.literal).first(where: Self.isScale),
            contents.contains(where: \.mayBeTime)
        {
            return .scale(modifier)
        }
        if meaning.name == "like" || meaning.name == "glob", contents.count >= 2, contents[1].mayBeTime,
            let pattern = contents[0].literal, !TimePattern(pattern, isGlob: meaning.name == "glob").matchesSomeTime
        {
            return .pattern(pattern)
        }
        return nil
    }

    private static func isScale(_ modifier: String) -> Bool {
        ["unixepoch", "julianday", "auto"].contains(modifier.lowercased())
    }
}
