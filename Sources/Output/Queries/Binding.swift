internal import Events

/// A value of a parameter, as SQL takes it.
package enum BoundValue: Sendable, Equatable {
    case integer(Int64), decimal(Double), text(String)
}

extension NamedQuery {
    /// Values for all parameters: the given texts, read by the parameter's type, else the defaults.
    package func bind(_ values: [String: String], newest: Int64) throws(QueryError) -> [String: BoundValue] {
        for name in values.keys.sorted() where !parameters.contains(where: { $0.name == name }) {
            throw .unknownParameter(name: name, report: self.name, known: parameters.map { $0.name })
        }
        var bound: [String: BoundValue] = [:]
        for parameter in parameters {
            guard let text = values[parameter.name] ?? parameter.defaultText else {
                throw .missingParameter(name: parameter.name, report: name)
            }
            bound[parameter.name] = try parameter.value(text, newest: newest)
        }
        return bound
    }
}

extension NamedQuery.Parameter {
    /// Reads a value. Durations and times become microseconds.
    func value(_ text: String, newest: Int64) throws(QueryError) -> BoundValue {
        switch type {
        case .text:
            return .text(text)
        case .time:
            if text == "newest" { return .integer(newest) }
            if text == "oldest" || text == "start" { return .integer(0) }
            if let span = TimeText.duration(text) { return .integer(max(0, newest - span)) }
            guard let time = TimeText.time(text) else { throw bad(text, TimeText.timeForms) }
            return .integer(time)
        case .duration:
            guard let duration = TimeText.duration(text), duration > 0 else { throw bad(text, TimeText.durationForms) }
            if let least, let bound = TimeText.duration(least), duration < bound {
                throw bad(text, "\(least) or more: what is shorter this report cannot tell")
            }
            return .integer(duration)
        case .integer:
            guard let number = Int64(text) else { throw bad(text, "a whole number") }
            return .integer(number)
        case .decimal:
            guard let number = Double(text), number.isFinite else { throw bad(text, "a number") }
            return .decimal(number)
        case .boolean:
            guard text == "true" || text == "false" else { throw bad(text, "true or false") }
            return .integer(text == "true" ? 1 : 0)
        }
    }

    private func bad(_ text: String, _ wanted: String) -> QueryError {
        .badValue(parameter: name, value: text, wanted: wanted)
    }
}
