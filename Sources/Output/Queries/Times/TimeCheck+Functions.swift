// What functions are given.
extension TimeCheck {
    func call(_ step: StatementProgram.Instruction, _ registers: TimeFlow.Registers) -> TimeRefusal? {
        let meaning = SQLFunctionMeaning(step.p4)
        let count = step.name.hasPrefix("Agg") ? step.p5 : nil
        let contents = meaning.contents(of: step.p2, count: count, registers)
        if meaning.name == "time_text" || meaning.name == "time_micros", let only = contents.first,
            only.kinds == .word
        {
            return .noTime(only.literal ?? "")
        }
        if meaning.name == "time_text", let only = contents.first, only.kinds == .number {
            return .number(only.literal)
        }
        if meaning.calculates, let first = contents.first {
            if first.mayBeTime { return .arithmetic }
            if let refusal = Self.calculation(with: first) { return refusal }
        }
        if meaning.readsTimes, let modifier = contents.dropFirst().compactMap(\.literal).first(where: Self.isScale),
            contents.contains(where: \.mayBeTime)
        {
            return .scale(modifier)
        }
        if meaning.readsTimes, let refusal = Self.reading(meaning, contents) { return refusal }
        return search(meaning, contents)
    }

    /// What a function that reads times cannot read: SQLite makes NULL of it.
    private static func reading(_ meaning: SQLFunctionMeaning, _ contents: [Content]) -> TimeRefusal? {
        guard contents.count > meaning.placeOfTime else { return nil }
        if meaning.name == "strftime", contents[0].mayBeTime { return .noFormat }
        let time = contents[meaning.placeOfTime]
        if time.kinds.contains(.microseconds) { return .noMicroseconds(function: meaning.name) }
        if time.kinds == .word, let text = time.literals.sorted().first(where: { !isReadBySQLite($0) }) {
            return .noTime(text)
        }
        guard meaning.name == "strftime" else { return nil }
        return contents[0].literals.sorted().compactMap(TextForm.unknownSpecifier).first.map { .unknownSpecifier($0) }
    }

    /// `now`, a time of the day, or a Julian day.
    private static func isReadBySQLite(_ text: String) -> Bool {
        text.lowercased() == "now" || Double(text) != nil || text.prefixMatch(of: /[0-9]{2}:[0-9]{2}/) != nil
    }

    /// A pattern or a part that no time has.
    private func search(_ meaning: SQLFunctionMeaning, _ contents: [Content]) -> TimeRefusal? {
        guard ["like", "glob", "instr"].contains(meaning.name), contents.count >= 2 else { return nil }
        let (text, sought) = meaning.name == "instr" ? (contents[0], contents[1]) : (contents[1], contents[0])
        guard let forms = text.mayBeTime ? text.forms.union([.time]) : text.knownForms, !forms.isEmpty else {
            return nil
        }
        for literal in sought.literals.sorted() {
            // What stands for any character in a pattern is one in a part.
            let isPart = meaning.name == "instr", isGlob = meaning.name == "glob"
            if isPart, literal.contains(where: { "%_".contains($0) }) { continue }
            let pattern = TimePattern(isPart ? "%\(literal)%" : literal, isGlob: isGlob)
            if !forms.contains(where: pattern.matches) { return .pattern(literal, example: forms.min()?.example ?? "") }
        }
        return nil
    }

    private static func isScale(_ modifier: String) -> Bool {
        ["unixepoch", "julianday", "auto"].contains(modifier.lowercased())
    }
}
