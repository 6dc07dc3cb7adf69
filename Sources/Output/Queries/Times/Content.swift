/// What a register or a column of a statement's program may hold, as far as times are concerned.
struct Content: Equatable {
    struct Kinds: OptionSet {
        let rawValue: UInt16
        /// A time of ours, in the form that sorts.
        static let time = Kinds(rawValue: 1)
        /// Literals: a time in that form, a date alone, a time in another form, and what is no time.
        static let sortable = Kinds(rawValue: 2)
        static let date = Kinds(rawValue: 4)
        static let spelled = Kinds(rawValue: 8)
        static let word = Kinds(rawValue: 16)
        /// A literal number that can mean microseconds, and any other number.
        static let micros = Kinds(rawValue: 32)
        static let number = Kinds(rawValue: 64)
        static let null = Kinds(rawValue: 128)
        /// What a function makes of times: a text whose form is known (`forms`), or not.
        static let formed = Kinds(rawValue: 256)
        static let formatted = Kinds(rawValue: 512)
        static let unknown = Kinds(rawValue: 1024)
        /// A part of a time of ours, as it is written, or one with something behind it.
        static let part = Kinds(rawValue: 2048)
        /// Numbers that are no literals: a column of microseconds, and what `unixepoch(…)` gives.
        static let microseconds = Kinds(rawValue: 4096)
        static let seconds = Kinds(rawValue: 8192)
        /// What was calculated of texts that are made of times, such as `strftime('%H', ts) + 0`.
        static let clockNumber = Kinds(rawValue: 16384)

        /// Literals that mean a time and do not sort among times.
        static let unsortable: Kinds = [.date, .spelled]
        static let numbers: Kinds = [.micros, .number]
        static let functionTexts: Kinds = [.formed, .formatted, .part]
        static let textLiterals: Kinds = [.word, .date, .spelled, .sortable]
        /// Literals that mean a time.
        static let timeLiterals: Kinds = [.sortable, .date, .spelled]
    }

    /// Where the columns of a record are known from: the instruction that made it, or a table.
    enum Record: Hashable {
        case made(at: Int), row(ofCursor: Int)
    }

    var kinds: Kinds = []
    /// The literals among the kinds.
    var literals: Set<String> = []
    /// The forms of the texts that are `formed`.
    var forms: Set<TextForm> = []
    /// For a record: which ones it may be.
    var records: Set<Record> = []

    init(_ kinds: Kinds = []) { self.kinds = kinds }

    /// A text of this form, or NULL.
    init(form: TextForm) {
        kinds = [.formed, .null]
        forms = [form]
    }

    init(record: Record) { records = [record] }

    /// A literal text.
    init(text: String) {
        literals = [text]
        kinds =
            switch TimeLiteral.sortable(text) {
            case nil: .word
            case text: .sortable
            default: text.utf8.count == 10 ? .date : .spelled
            }
    }

    /// A literal number.
    init(number: Double, _ text: String) {
        literals = [text]
        kinds = TimeLiteral.micros(number) == nil ? .number : .micros
    }

    var mayBeTime: Bool { kinds.contains(.time) }
    /// Whether it is, or may have been made of, a time.
    var comesOfTime: Bool { mayBeTime || !kinds.isDisjoint(with: .functionTexts) }
    var isTextLiteral: Bool { !kinds.isEmpty && kinds.isSubset(of: .textLiterals) }
    /// One of the literals, for messages.
    var literal: String? { literals.min() }
    /// The forms of all texts that are made of times, if nothing else can stand here.
    var knownForms: Set<TextForm>? {
        guard kinds.isSubset(of: [.time, .formed, .null]), !kinds.isSubset(of: .null) else { return nil }
        return mayBeTime ? forms.union([.time]) : forms
    }

    /// Adds what another path may have left here. Returns whether that is new.
    @discardableResult
    mutating func join(_ other: Content) -> Bool {
        let old = self
        kinds.formUnion(other.kinds)
        literals.formUnion(other.literals)
        forms.formUnion(other.forms)
        records.formUnion(other.records)
        return self != old
    }
}
