/// A value in the context of a finding.
package enum ContextValue: Sendable, Equatable {
    case int(Int)
    case double(Double)
    case text(String)
    case bool(Bool)
    /// Microseconds since the epoch, UTC; outputs print RFC 3339.
    case time(Int64)
    case texts([String])
}

/// What surrounds a finding: names and values in the order in which a reader wants them.
package struct Context: Sendable, Equatable {
    /// Names are in snake_case, each once.
    package private(set) var entries: [Entry] = []

    /// One name and its value.
    package struct Entry: Sendable, Equatable {
        package var name: String
        package var value: ContextValue
    }

    package init() {}

    /// The value under a name, or nil. Setting nil removes it; setting an existing name keeps its place.
    package subscript(name: String) -> ContextValue? {
        get { entries.first { $0.name == name }?.value }
        set {
            let place = entries.firstIndex { $0.name == name }
            switch (place, newValue) {
            case (let place?, let value?): entries[place].value = value
            case (let place?, nil): entries.remove(at: place)
            case (nil, let value?): entries.append(Entry(name: name, value: value))
            case (nil, nil): break
            }
        }
    }
}

extension Context {
    mutating func add(_ name: String, _ number: Int) { self[name] = .int(number) }
    mutating func add(_ name: String, _ text: String?) { self[name] = text.map { .text($0) } }
    mutating func add(_ name: String, time: Int64?) { self[name] = time.map { .time($0) } }
    mutating func add(_ name: String, _ texts: [String]) { self[name] = texts.isEmpty ? nil : .texts(texts) }
}
