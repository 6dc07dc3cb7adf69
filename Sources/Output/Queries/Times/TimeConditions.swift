internal import Events

/// What a statement asks of times, as a virtual table takes it.
enum TimeConditions {
    /// The conditions with all times as integers; nil if one can never hold. Throws for what is no time.
    static func inMicroseconds(_ conditions: [SQLCondition], of table: any VirtualTable) throws -> [SQLCondition]? {
        let table = type(of: table)
        var result: [SQLCondition] = []
        for condition in conditions {
            let isTime = table.timeColumns.contains(condition.column)
            guard isTime || table.microsecondColumns.contains(condition.column) else {
                result.append(condition)
                continue
            }
            let isArgument = table.argumentColumns.contains(condition.column)
            // NULL in place of an argument: it is not given.
            if isArgument, case .other = condition.value {
                result.append(condition)
                continue
            }
            let isFree = !isTime || isArgument
            guard
                let condition = try isTime
                    ? ofTime(condition, takesAnyNumber: isFree) : ofMicroseconds(condition)
            else { return nil }
            result.append(condition)
        }
        return result
    }

    private static func ofTime(_ condition: SQLCondition, takesAnyNumber: Bool) throws -> SQLCondition? {
        switch condition.value {
        case .integer(let number):
            guard takesAnyNumber || TimeLiteral.micros(Double(number)) != nil else {
                throw QueryError.times(.number("\(number)"))
            }
            return condition
        case .decimal(let number):
            guard takesAnyNumber || TimeLiteral.micros(number) != nil else {
                throw QueryError.times(.number("\(number)"))
            }
            return condition.rounded(number).map(condition.with)
        case .text(let text):
            guard let time = TimeText.utcTime(text) else { throw QueryError.times(.noTime(text)) }
            return condition.with(time)
        case .other, .anyText: return nil
        }
    }

    private static func ofMicroseconds(_ condition: SQLCondition) throws -> SQLCondition? {
        switch condition.value {
        case .integer: return condition
        case .decimal(let number): return condition.rounded(number).map(condition.with)
        case .text(let text):
            guard let number = Int64(text) else { throw QueryError.times(.microseconds(text)) }
            return condition.with(number)
        case .other, .anyText: return nil
        }
    }
}
