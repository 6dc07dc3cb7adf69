/// How records stand in a source, and where between them reading is: enough to go on at a record after a kill.
package struct RecordFrame: Sendable, Equatable {
    package enum Form: String, Sendable {
        /// One record a line, JSON.
        case lines
        /// One record a line, text.
        case text
        /// JSON values one behind the other, over any number of lines; lists among them hold the records.
        case document
    }

    enum Place: Equatable {
        /// Between values.
        case top
        /// In a list of records with so many objects around it.
        case list(around: Int)
        /// In something that is passed over.
        case passing(Passing, thenList: Int?)
    }

    /// Where in a value the passing over it is.
    struct Passing: Equatable {
        /// Objects and arrays that are to be closed.
        var depth: Int
        var isInString = false
        var isEscaped = false
    }

    package var form: Form
    var place = Place.top
    /// What rules remember of the records before.
    var memory = RuleMemory()

    package init(_ form: Form) { self.form = form }

    /// Whether reading is between lines or documents.
    package var isBetween: Bool { place == .top }

    /// As the catalog keeps it: `lines`, `document list 1`, `document pass 2 string list 1`, `text seen 1f,2e`.
    package var text: String { memory.isEmpty ? placeText : "\(placeText) seen \(memory.text)" }

    private var placeText: String {
        switch place {
        case .top: return form.rawValue
        case .list(let around): return "\(form.rawValue) list \(around)"
        case .passing(let passing, let list):
            let inside = passing.isEscaped ? " escape" : passing.isInString ? " string" : ""
            return "\(form.rawValue) pass \(passing.depth)\(inside)" + (list.map { " list \($0)" } ?? "")
        }
    }

    /// Nil for what `text` never is.
    package init?(_ text: String) {
        var words = text.split(separator: " ", omittingEmptySubsequences: false)[...]
        guard let form = words.popFirst().flatMap({ Form(rawValue: String($0)) }) else { return nil }
        self.form = form
        if words.dropLast().last == "seen" {
            guard let memory = words.last.flatMap({ RuleMemory($0) }) else { return nil }
            self.memory = memory
            words = words.dropLast(2)
        }
        guard words.first == "pass" else {
            if words.isEmpty { return }
            guard let around = Self.list(&words), words.isEmpty else { return nil }
            place = .list(around: around)
            return
        }
        guard let depth = words.dropFirst().first.flatMap({ Int($0) }), (0...1 << 30).contains(depth) else {
            return nil
        }
        words = words.dropFirst(2)
        var passing = Passing(depth: depth)
        if words.first == "string" || words.first == "escape" {
            passing.isInString = true
            passing.isEscaped = words.popFirst() == "escape"
        }
        let list = Self.list(&words)
        guard words.isEmpty else { return nil }
        place = .passing(passing, thenList: list)
    }

    private static func list(_ words: inout ArraySlice<Substring>) -> Int? {
        guard words.first == "list", let around = words.dropFirst().first.flatMap({ Int($0) }),
            (0...64).contains(around)
        else { return nil }
        words = words.dropFirst(2)
        return around
    }
}
