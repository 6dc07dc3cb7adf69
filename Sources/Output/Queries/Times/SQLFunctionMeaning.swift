/// What a function of SQL makes of times, by the name that a program gives it: `max(1)`.
struct SQLFunctionMeaning {
    let name: String
    /// How many arguments it is defined for; below 0 for any number.
    private let arguments: Int

    init(_ text: String) {
        name = text.prefix { $0 != "(" }.lowercased()
        arguments = Int(text.drop { $0 != "(" }.dropFirst().prefix { $0 != ")" }) ?? -1
    }

    private static let texts: Set<String> = [
        "printf", "format", "hex", "quote", "json_extract", "json_array", "json_object", "json_quote", "->>", "->",
    ]
    /// These give a part of their first argument.
    private static let cutting: Set<String> = ["substr", "substring", "trim", "ltrim", "rtrim"]
    private static let counting: Set<String> = [
        "count", "length", "instr", "timediff", "row_number", "rank", "dense_rank", "ntile",
        "percent_rank", "cume_dist", "time_micros", "like", "glob", "unicode", "octet_length", "log_begins", "log_ends",
        "log_strays",
    ]
    /// These calculate, which takes of a text the number that it begins with.
    private static let calculating: Set<String> = [
        "sum", "total", "avg", "abs", "round", "ceil", "ceiling", "floor", "trunc", "sign", "mod", "pow", "power",
        "sqrt", "exp", "ln", "log", "median", "percentile",
    ]

    var calculates: Bool { Self.calculating.contains(name) }
    /// Which of its arguments is a time, for the functions that read one.
    var placeOfTime: Int { name == "strftime" ? 1 : 0 }
    var readsTimes: Bool { ["date", "datetime", "time", "strftime", "julianday", "unixepoch"].contains(name) }

    /// What its arguments hold.
    func contents(of first: Int, count: Int? = nil, _ registers: TimeFlow.Registers) -> [Content] {
        if let count = count ?? (arguments >= 0 ? arguments : nil) {
            return (0..<count).map { registers[first + $0] ?? Content() }
        }
        // A program does not say with how many: two at least, and what of times and literals stands behind.
        var contents: [Content] = []
        while contents.count < 64, let content = registers[first + contents.count],
            contents.count < 2 || content.mayBeTime || content.literal != nil
        { contents.append(content) }
        return contents
    }

    /// A text of any form, if a time went into it.
    private func text(_ arguments: [Content]) -> Content {
        if name == "printf" || name == "format", arguments.first?.literals == ["%s"], arguments.count >= 2 {
            return arguments[1].mayBeTime ? Content(form: .time) : arguments[1]
        }
        return Content(arguments.contains(where: \.comesOfTime) ? [.formatted, .null] : .unknown)
    }

    /// What it gives.
    func result(of first: Int, count: Int? = nil, _ registers: TimeFlow.Registers) -> Content {
        switch name {
        case "time_text": Content([.time, .null])
        case "date": Content(form: .date)
        case "datetime": Content(form: .dateTime)
        case "time": Content(form: .timeOfDay)
        case "unixepoch", "julianday": Content([.seconds, .null])
        case "strftime", "replace", "upper", "lower":
            SQLTextFunction(name, contents(of: first, count: count, registers)).result
        case "max", "min", "coalesce", "ifnull", "iif":
            contents(of: first, count: count, registers).reduce(into: Content(.null)) { $0.join($1) }
        case "lag", "lead":
            contents(of: first, count: count, registers).enumerated().filter { $0.offset != 1 }
                .reduce(into: Content(.null)) { $0.join($1.element) }
        case "nullif", "first_value", "last_value", "nth_value":
            contents(of: first, count: 1, registers).reduce(into: Content(.null)) { $0.join($1) }
        case _ where Self.cutting.contains(name):
            SQLTextFunction(name, contents(of: first, count: count, registers)).result
        case _ where Self.texts.contains(name): text(contents(of: first, count: count, registers))
        case _ where Self.counting.contains(name) || calculates: Content([.number, .null])
        default: Content(.unknown)
        }
    }
}
