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
        /// What `date(…)` and `datetime(…)` give, and other functions that give texts.
        static let dayText = Kinds(rawValue: 256)
        static let secondText = Kinds(rawValue: 512)
        static let formatted = Kinds(rawValue: 1024)
        static let unknown = Kinds(rawValue: 2048)
        /// A part of a time of ours, as it is written, or one with something behind it.
        static let part = Kinds(rawValue: 4096)

        /// Literals that mean a time and do not sort among times.
        static let unsortable: Kinds = [.date, .spelled]
        static let numbers: Kinds = [.micros, .number]
        static let functionTexts: Kinds = [.dayText, .secondText, .formatted, .part]
        /// Literals that mean a time.
        static let timeLiterals: Kinds = [.sortable, .date, .spelled]
    }

    /// Where the columns of a record are known from: the instruction that made it, or a table.
    enum Record: Hashable {
        case made(at: Int), row(ofCursor: Int)
    }

    var kinds: Kinds = []
    /// A literal among the kinds, for messages.
    var literal: String?
    /// For a record: which ones it may be.
    var records: Set<Record> = []

    init(_ kinds: Kinds = [], literal: String? = nil) {
        self.kinds = kinds
        self.literal = literal
    }

    init(record: Record) { records = [record] }

    /// A literal text.
    init(text: String) {
        literal = text
        kinds =
            switch TimeLiteral.sortable(text) {
            case nil: .word
            case text: .sortable
            default: text.utf8.count == 10 ? .date : .spelled
            }
    }

    /// A literal number.
    init(number: Double, _ text: String) {
        literal = text
        kinds = TimeLiteral.micros(number) == nil ? .number : .micros
    }

    var mayBeTime: Bool { kinds.contains(.time) }

    /// Adds what another path may have left here. Returns whether that is new.
    @discardableResult
    mutating func join(_ other: Content) -> Bool {
        let old = self
        kinds.formUnion(other.kinds)
        literal = literal ?? other.literal
        records.formUnion(other.records)
        return self != old
    }
}
