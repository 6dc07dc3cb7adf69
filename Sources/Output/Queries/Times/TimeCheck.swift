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

    init(_ program: StatementProgram, _ tables: TimeTables) {
        flow = TimeFlow(program, tables)
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
                    literalsElsewhere.formUnion(content.literals)
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
            if content(step.p1).mayBeTime || content(step.p2).mayBeTime { return .arithmetic }
            return Self.calculation(with: content(step.p1)) ?? Self.calculation(with: content(step.p2))
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

        var isOfEquality: Bool { operation == "Eq" || operation == "Ne" }

        /// Whether a date alone answers rightly: its bytes begin those of all times of its day.
        func isRight(forDateOnTheRight isRight: Bool) -> Bool {
            isRight ? operation == "Lt" || operation == "Ge" : operation == "Gt" || operation == "Le"
        }
    }

    private mutating func compare(_ left: Content, _ right: Content, _ order: Comparison) -> TimeRefusal? {
        for (one, other) in [(left, right), (right, left)] where !other.mayBeTime {
            literalsElsewhere.formUnion(one.literals)
        }
        if let refusal = compareMicroseconds(left, right) ?? compareMicroseconds(right, left) { return refusal }
        if let refusal = compareClockNumbers(left, right, order) ?? compareClockNumbers(right, left, order) {
            return refusal
        }
        if order.isNumeric { return compareNumbers(left, right) ?? compareNumbers(right, left) }
        if order.isOfTimes {
            return compareTimes(left, right, isEquality: order.isOfEquality)
                ?? compareTimes(right, left, isEquality: order.isOfEquality)
        }
        return compareBytes(left, right, order, isRight: true) ?? compareBytes(right, left, order, isRight: false)
    }

    /// Microseconds with what counts in another unit.
    private func compareMicroseconds(_ one: Content, _ other: Content) -> TimeRefusal? {
        guard one.kinds.contains(.microseconds) else { return nil }
        if other.kinds.contains(.seconds) || !other.kinds.isDisjoint(with: .functionTexts) { return .unit(nil) }
        guard other.kinds.contains(.number) else { return nil }
        return other.literals.sorted().first { Double($0).map { TimeLiteral.micros($0) == nil } ?? false }
            .map { .unit($0) }
    }

    /// What was calculated of times with a text, which SQLite takes for larger than any number; seconds with what
    /// counts in another unit.
    private func compareClockNumbers(_ one: Content, _ other: Content, _ order: Comparison) -> TimeRefusal? {
        guard one.kinds.isSubset(of: [.seconds, .clockNumber, .null]), !one.kinds.isSubset(of: .null) else {
            return nil
        }
        if !order.isNumeric, !other.kinds.isDisjoint(with: .textLiterals) {
            return .numberWithText(other.literal ?? "")
        }
        guard one.kinds.contains(.seconds), !other.kinds.isDisjoint(with: .numbers) else { return nil }
        return other.literals.sorted().first { Double($0).map { $0.magnitude >= 1e11 } ?? false }.map {
            .secondsWith($0)
        }
    }

    /// SQLite would take the year of `2026-05-01` for a number.
    static func calculation(with content: Content) -> TimeRefusal? {
        content.forms.sorted().first { !$0.isNumber }.map { .calculatedText($0.example) }
    }

    /// A number with what cannot become one.
    private func compareNumbers(_ one: Content, _ other: Content) -> TimeRefusal? {
        if one.mayBeTime { return .number(other.literal) }
        guard !one.kinds.isDisjoint(with: .timeLiterals) else { return nil }
        return .microseconds(one.literal ?? "")
    }

    /// By our collation, which reads what a person may write.
    private mutating func compareTimes(_ one: Content, _ other: Content, isEquality: Bool) -> TimeRefusal? {
        if other.kinds.contains(.word) { return .noTime(other.literal ?? "") }
        if other.kinds.contains(.number) { return .number(other.literal) }
        if !other.kinds.isDisjoint(with: [.unknown, .formatted, .part]) { asksWhileRunning = true }
        // A day is compared with its midnight, which few times are.
        if isEquality, one.mayBeTime,
            let form = other.forms.sorted().first(where: { TextForm.time.likeness(to: $0.example) != .equal })
        {
            return .otherForm(TextForm.time.example, form.example)
        }
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
            let isRightForBeginnings = order.isRight(forDateOnTheRight: isRight)
            let sorts = other.forms.allSatisfy {
                let likeness = TextForm.time.likeness(to: $0.example)
                return likeness == .equal || likeness == .beginning && isRightForBeginnings
            }
            if sorts, isRightForBeginnings, other.kinds.isSubset(of: [.date, .formed, .null]) { return nil }
            if sorts, other.kinds.isSubset(of: [.time, .null, .sortable, .formed]) { return nil }
            return .bytewise(other.kinds.isDisjoint(with: .unsortable) ? nil : other.literal)
        }
        if !one.kinds.isDisjoint(with: .functionTexts), !other.kinds.isDisjoint(with: .numbers) {
            return .textWithNumber(other.literal ?? "", example: one.forms.min()?.example)
        }
        if one.kinds.contains(.part), !other.kinds.isDisjoint(with: .timeLiterals), let text = other.literal,
            !TimePattern(text + "%", isGlob: false).matches(.time)
        {
            return .otherForm("2026-05-01T10:00", text)
        }
        if one.kinds.contains(.formatted), other.kinds.isDisjoint(with: .functionTexts),
            let text = other.literals.sorted().first(where: { $0.first?.isNumber ?? false })
        {
            return .madeText(text)
        }
        return compareForms(one, other, order, isRight: isRight)
    }

    /// Texts that are made of times with others.
    private func compareForms(_ one: Content, _ other: Content, _ order: Comparison, isRight: Bool) -> TimeRefusal? {
        guard one.kinds.isDisjoint(with: [.unknown, .formatted, .part, .time]), let form = one.forms.min() else {
            return nil
        }
        func suits(_ text: String, _ forms: Set<TextForm>, isRight: Bool) -> Bool {
            if text.isEmpty { return order.isOfEquality }
            return forms.contains { form in
                switch form.likeness(to: text) {
                case .equal: true
                case .beginning: order.isRight(forDateOnTheRight: isRight)
                case .none: false
                }
            }
        }
        let texts = other.kinds.isDisjoint(with: [.word, .date, .spelled, .sortable]) ? [] : other.literals
        if let text = texts.subtracting(one.literals).sorted().first(where: { !suits($0, one.forms, isRight: isRight) })
        {
            return .otherForm(form.example, text)
        }
        guard let forms = other.knownForms, !forms.isEmpty, !other.mayBeTime else { return nil }
        let meets =
            forms.contains { suits($0.example, one.forms, isRight: isRight) }
            || one.forms.contains { suits($0.example, forms, isRight: !isRight) }
        return meets ? nil : .otherForm(form.example, forms.min()?.example ?? "")
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
                let columns = flow.timeColumns[step.p1], !columns.times.contains(column)
            else { continue }
            let content = registers[step.p3 + 2 + place] ?? Content()
            if let refusal = compareMicroseconds(columns.content(of: Int(column)), content) { return refusal }
            if content.mayBeTime { return .bytewise(nil) }
        }
        return nil
    }
}
