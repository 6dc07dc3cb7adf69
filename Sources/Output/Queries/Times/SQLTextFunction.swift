/// What a function of SQL that changes texts makes of those that are made of times.
struct SQLTextFunction {
    private let name: String
    private let arguments: [Content]

    init(_ name: String, _ arguments: [Content]) { (self.name, self.arguments) = (name, arguments) }

    var result: Content {
        if name == "strftime" {
            return text(0).flatMap { TextForm.formatted(by: $0) }.map { Content(form: $0) } ?? Content(.formatted)
        }
        // What has not been followed so far is nothing yet; more can be known in a later round, never less.
        if arguments.first?.kinds.isSubset(of: .null) ?? true { return Content(.null) }
        guard let first = arguments.first, first.comesOfTime else { return Content(.unknown) }
        guard let forms = first.knownForms.flatMap({ self.forms(of: $0) }) else {
            return Content(name == "replace" || name == "lower" ? .formatted : [.part, .null])
        }
        var content = Content([.formed, .null])
        content.forms = forms
        return content
    }

    /// What becomes of some forms; nil if that is not known of one.
    private func forms(of forms: Set<TextForm>) -> Set<TextForm>? {
        let changed = forms.map(form)
        return changed.contains(nil) ? nil : Set(changed.compactMap(\.self))
    }

    private func form(of form: TextForm) -> TextForm? {
        switch name {
        case "upper": TextForm(example: form.example.uppercased())
        case "lower": TextForm(example: form.example.lowercased())
        case "replace": text(1).flatMap { old in text(2).flatMap { form.replacing(old, with: $0) } }
        case "substr", "substring":
            number(1).flatMap { start in
                arguments.count < 3
                    ? form.part(from: start, count: nil)
                    : number(2).flatMap {
                        form.part(from: start, count: $0)
                    }
            }
        // What these take away stands at the ends of no time.
        case "trim", "ltrim", "rtrim":
            arguments.count == 1
                ? form
                : text(1).flatMap { form.trimmed($0, atStart: name != "rtrim", atEnd: name != "ltrim") }
        default: nil
        }
    }

    /// The literal text that an argument is.
    private func text(_ place: Int) -> String? {
        guard arguments.indices.contains(place), arguments[place].literals.count == 1,
            arguments[place].isTextLiteral
        else { return nil }
        return arguments[place].literal
    }

    private func number(_ place: Int) -> Int? {
        guard arguments.indices.contains(place), arguments[place].literals.count == 1,
            arguments[place].kinds.isSubset(of: .numbers)
        else { return nil }
        return arguments[place].literal.flatMap { Int($0) }
    }
}
